/**
 * The sources beside the mount that see calls, and what docs/sources.md says that each sees.
 *
 * @module
 */

import type { Provider } from "../../../src/telemetry/event.ts";
import type { CallDeed } from "./call_truth.ts";
import type { Program } from "./programs.ts";

export interface CallSource {
  readonly name: string;
  readonly provider: Provider;
  /** What the mount is made with: `--telemetry`. */
  readonly telemetry: string;
  /** Arguments of `agentvfs run`. */
  readonly run: readonly string[];
  readonly needsRoot: boolean;
  /** It hears how calls end. */
  readonly knowsErrors: boolean;
  /** It tells of a program as of who asked for it, which may be the process that begins it. */
  readonly namesStarter?: boolean;
  sees(deed: CallDeed, program: Program): boolean;
}

const PROCESSES: ReadonlySet<string> = new Set(["fork", "exec", "exit"]);
const isOfFiles = (action: string) => !PROCESSES.has(action) && action !== "connect";

/** Calls about an open file. */
const BY_DESCRIPTOR = /^f(?:truncate|allocate|chmod|chown|setxattr|removexattr|utimens)$/;

export const CALL_SOURCES: readonly CallSource[] = [
  {
    name: "ebpf",
    provider: "ebpf",
    telemetry: "changes,ebpf",
    run: [],
    needsRoot: true,
    knowsErrors: false,
    sees: ({ action, error }) => !isOfFiles(action) && (action !== "exec" || error === ""),
  },
  {
    name: "outside",
    provider: "ebpf",
    telemetry: "changes,outside",
    run: [],
    needsRoot: true,
    knowsErrors: true,
    sees: ({ action }) => isOfFiles(action),
  },
  {
    name: "seccomp",
    provider: "seccomp",
    telemetry: "changes,seccomp",
    run: ["--watch"],
    needsRoot: false,
    knowsErrors: false,
    // Of programs those that are there.
    sees: ({ action, error, call }) =>
      action !== "fork" && action !== "exit" && call !== "io_uring_enter" &&
      (action !== "exec" || error !== "ENOENT" && error !== "ENOTDIR"),
  },
  {
    name: "ldpreload",
    provider: "ldpreload",
    telemetry: "changes,ldpreload",
    run: [],
    needsRoot: false,
    knowsErrors: true,
    namesStarter: true,
    // What the library calls by itself (nscd, PATH) it does not ask itself for.
    sees: ({ action, call, error, path = "", target }, { isStatic = false }) =>
      action === "exec"
        ? error === ""
        : action === "connect"
        ? target !== undefined && call !== "io_uring_enter"
        : isOfFiles(action) && action !== "source-blind" && !isStatic &&
          !BY_DESCRIPTOR.test(call) &&
          !path.includes("/store-preload/"),
  },
];
