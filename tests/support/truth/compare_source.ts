/**
 * Lets a program work outside the mount, in a run, and compares what a source tells of it with strace(1).
 *
 * @module
 */

import { resolve } from "node:path/posix";
import type { LoggedEvent } from "../../../src/telemetry/logged_event.ts";
import { CHANGING_OPEN } from "../../../src/telemetry/linux/file_calls.ts";
import type { Mounted } from "../mounted.ts";
import { shell } from "../process.ts";
import { withTemporary } from "../temporary.ts";
import { type CallDeed, callTruth, SOURCE_CALLS } from "./call_truth.ts";
import { bytesOf, differences } from "./mount_events.ts";
import { PREPARE_MS, type Program } from "./programs.ts";
import { readSaid } from "./said.ts";
import type { CallSource } from "./sources.ts";
import type { StraceLog } from "./strace_log.ts";
import { work } from "./work.ts";

export interface Comparison {
  /** What was done, and what was told. */
  readonly deeds: number;
  readonly events: number;
  readonly differences: readonly string[];
}

export async function compareSource(
  m: Mounted,
  source: CallSource,
  program: Program,
): Promise<Comparison> {
  const { provider, run } = source;
  return await withTemporary(async (directory) => {
    await shell(program.prepare, { cwd: directory, deadlineMs: PREPARE_MS });
    const enter = ["bash", "-c", 'cd "$0" && exec "$@"', directory];
    const { log, events } = await work(m, program.script, {
      calls: SOURCE_CALLS,
      directory,
      provider,
      around: (command) => ["-C", m.project, "run", "-b", "b", ...run, "--", ...enter, ...command],
    });
    const told = events.filter((each) => each.event.provider === provider && !isLook(each))
      .map(deedOfEvent).filter((deed) => isOf(log, deed));
    // Sockets are connected by io_uring without a call.
    const said = (await readSaid(program, directory, log)).filter((each) =>
      each.action === "connect"
    )
      .map(({ thread, action, path, more }) => ({
        thread,
        action,
        path,
        target: more!,
        error: "",
        call: "io_uring_enter",
      }));
    return compare(told, [...callTruth(log, directory), ...said], source, program);
  });
}

/** Holds what a source has told to what was done, as far as it sees that. */
export function compare(
  told: readonly CallDeed[],
  done: readonly CallDeed[],
  source: Pick<CallSource, "sees" | "knowsErrors" | "namesStarter">,
  program: Program,
): Comparison {
  const lines = (deeds: readonly CallDeed[]) =>
    deeds.filter((deed) => source.sees(deed, program)).map((deed) => lineOf(deed, source));
  const [telling, doing] = [lines(told), lines(done)];
  return {
    deeds: doing.length,
    events: telling.length,
    differences: differences(telling, doing),
  };
}

/** The library tells of files that are opened to be read, which nobody else does. */
function isLook({ event, agentvfs }: LoggedEvent): boolean {
  const changes = ((agentvfs.flags ?? 0) & CHANGING_OPEN) !== 0;
  return ["read", "stat", "close"].includes(event.action) || event.action === "open" && !changes;
}

/** Who traces begins the first process, which is not in the trace. */
function isOf(log: StraceLog, { thread, action, target }: CallDeed): boolean {
  return log.threads.has(action === "fork" ? Number(target) : thread);
}

export function deedOfEvent({ event, file, process, destination, error }: LoggedEvent): CallDeed {
  const { action } = event;
  const { pid = 0, thread, parent, exit_code, signal } = process ?? {};
  // A program is told by the name that its caller used.
  const named = file?.path;
  const path = destination?.ip ??
    (action === "exec" ? resolve(process?.working_directory ?? "/", named!) : named);
  const target = action === "fork"
    ? parent?.pid
    : action === "exit"
    ? signal === undefined ? exit_code : `signal ${signal}`
    : destination?.port ?? file?.target_path;
  const isOfProcess = action === "fork" || action === "exec" || action === "exit";
  return {
    thread: isOfProcess ? pid : thread?.id ?? pid,
    action,
    error: error?.code ?? "",
    call: "",
    ...(path === undefined ? {} : { path: bytesOf(path) }),
    ...(target === undefined ? {} : { target: bytesOf(String(target)) }),
  };
}

function lineOf(deed: CallDeed, source: Pick<CallSource, "knowsErrors" | "namesStarter">): string {
  const { thread, action, path, target, error } = deed;
  const isUnnamed = action === "exec" && source.namesStarter === true;
  // creat(2) is an open.
  const what = action === "create" ? "open" : action;
  return [isUnnamed ? "" : thread, what, path, target, source.knowsErrors ? error : ""]
    .filter((part) => part !== undefined && part !== "").join(" ");
}
