/**
 * Lets a program work in the mount, or in a directory elsewhere that is watched, and compares what fanotify tells of it with
 * strace(1). What a process does to a file again before it was told of is one event, so there may be fewer, but one for each file,
 * process and kind.
 *
 * @module
 */

import type { LoggedEvent } from "../../../src/telemetry/logged_event.ts";
import type { Mounted } from "../mounted.ts";
import { shell, succeed } from "../process.ts";
import { callTruth, SOURCE_CALLS } from "./call_truth.ts";
import type { Comparison } from "./compare_source.ts";
import { withTemporary } from "../temporary.ts";
import { type Look, LOOK_CALLS, lookTruth, WRITE_CALLS } from "./look_truth.ts";
import { movedNames } from "./moved_names.ts";
import { bytesOf, differences } from "./mount_events.ts";
import { PREPARE_MS, type Program } from "./programs.ts";
import { readSaid } from "./said.ts";
import { work } from "./work.ts";

const LOOKS = ["open", "exec-open", "read"];

/** In the mount. */
export function compareLooks(m: Mounted, program: Program): Promise<Comparison> {
  return compare(m, program, m.path(program.name), LOOKS);
}

/** In a directory that is watched: writes count, too. */
export function compareWatched(m: Mounted, program: Program): Promise<Comparison> {
  return withTemporary(async (place) => {
    await m.ctl("telemetry", "watch", place);
    try {
      return await compare(m, program, `${place}/${program.name}`, [...LOOKS, "write"]);
    } finally {
      await m.ctl("telemetry", "unwatch", place);
    }
  });
}

async function compare(
  m: Mounted,
  program: Program,
  directory: string,
  actions: readonly string[],
): Promise<Comparison> {
  await Deno.mkdir(directory);
  await shell(program.prepare, { cwd: directory, deadlineMs: PREPARE_MS });
  const directories = bytesOf(await succeed(["find", directory, "-type", "d"])).split("\n");
  const { log, events } = await work(m, program.script, {
    calls: [SOURCE_CALLS, LOOK_CALLS, ...actions.includes("write") ? [WRITE_CALLS] : []].join(),
    directory,
    provider: "fanotify",
  });
  const said = (await readSaid(program, directory, log)).map((each) => ({
    ...each,
    path: `${directory}/${each.path}`,
    target: `${directory}/${each.more}`,
    error: "",
    call: "io_uring_enter",
  }));
  const done = [...callTruth(log, directory), ...said];
  const nameOf = movedNames(done);
  const made = done.filter(({ action }) => action === "mkdir").map(({ path }) => path!);
  const isDirectory = new Set([...directories, ...made].map(nameOf));
  const lines = (all: readonly Look[]) =>
    all.filter(({ path }) => !isDirectory.has(nameOf(path)))
      .map(({ process, action, path }) => `${process} ${action} ${nameOf(path)}`);
  const saidLooks = said.flatMap(({ action, thread, path }): Look[] => {
    const look = action === "create" ? "open" : action;
    return look === "open" || look === "write" ? [{ process: thread, action: look, path }] : [];
  }).filter(({ action }) => actions.includes(action));
  const looks = lines([...lookTruth(log, directory), ...saidLooks]);
  const isMeant = ({ event, process, file }: LoggedEvent) =>
    event.provider === "fanotify" && actions.includes(event.action) &&
    log.threads.has(process!.pid!) && file?.path !== undefined;
  const told = lines(events.filter(isMeant).map(lookOf));
  return {
    deeds: new Set(looks).size,
    events: told.length,
    differences: [...differences([...new Set(told)], [...new Set(looks)]), ...twice(told, looks)],
  };
}

function lookOf({ event, process, file }: LoggedEvent): Look {
  return {
    process: process!.pid!,
    action: event.action as Look["action"],
    path: bytesOf(file!.path!),
  };
}

/** What was told more often than it was done. */
function twice(told: readonly string[], done: readonly string[]): string[] {
  const count = (all: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const line of all) counts.set(line, (counts.get(line) ?? 0) + 1);
    return counts;
  };
  const [telling, doing] = [count(told), count(done)];
  return [...telling].filter(([line, times]) => times > Math.max(doing.get(line) ?? 0, 1))
    .map(([line, times]) => `told ${times}x, done ${doing.get(line) ?? 0}x: ${line}`);
}
