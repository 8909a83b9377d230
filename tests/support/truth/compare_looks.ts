/**
 * Lets a program work in the mount and compares what fanotify tells of it with strace(1). What a process does to a file again before
 * it was told of is one event, so there may be fewer, but one for each file, process and kind.
 *
 * @module
 */

import type { LoggedEvent } from "../../../src/telemetry/logged_event.ts";
import type { Mounted } from "../mounted.ts";
import { shell, succeed } from "../process.ts";
import { callTruth, SOURCE_CALLS } from "./call_truth.ts";
import type { Comparison } from "./compare_source.ts";
import { type Look, LOOK_CALLS, lookTruth } from "./look_truth.ts";
import { movedNames } from "./moved_names.ts";
import { bytesOf, differences } from "./mount_events.ts";
import type { Program } from "./programs.ts";
import { readSaid } from "./said.ts";
import { work } from "./work.ts";

const LOOKS: ReadonlySet<string> = new Set(["open", "exec-open", "read"]);

export async function compareLooks(m: Mounted, program: Program): Promise<Comparison> {
  const directory = m.path(program.name);
  await Deno.mkdir(directory);
  await shell(program.prepare, { cwd: directory });
  const directories = bytesOf(await succeed(["find", directory, "-type", "d"])).split("\n");
  const { log, events } = await work(m, program.script, {
    calls: `${SOURCE_CALLS},sendfile,splice,copy_file_range,${LOOK_CALLS}`,
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
  const saidLooks = said.filter(({ action }) => action === "create" || action === "open")
    .map(({ thread, path }): Look => ({ process: thread, action: "open", path }));
  const looks = lines([...lookTruth(log, directory), ...saidLooks]);
  const told = lines(events.filter((each) => isOf(each, log.threads)).map(lookOf));
  return {
    deeds: new Set(looks).size,
    events: told.length,
    differences: [...differences([...new Set(told)], [...new Set(looks)]), ...twice(told, looks)],
  };
}

function isOf({ event, process, file }: LoggedEvent, threads: ReadonlySet<number>): boolean {
  return event.provider === "fanotify" && LOOKS.has(event.action) && threads.has(process!.pid!) &&
    file?.path !== undefined;
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
