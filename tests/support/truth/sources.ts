/**
 * The sources beside the mount that see calls, and what docs/sources.md says that each sees.
 *
 * @module
 */

import type { Provider } from "../../../src/telemetry/event.ts";
import type { CallDeed } from "./call_truth.ts";

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
  sees(deed: CallDeed): boolean;
}

const PROCESSES: ReadonlySet<string> = new Set(["fork", "exec", "exit"]);
const isOfFiles = (action: string) => !PROCESSES.has(action) && action !== "connect";

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
];
