/**
 * Lets a program work in a mount and compares what the mount tells of it with strace(1).
 *
 * @module
 */

import assert from "node:assert/strict";
import type { LoggedEvent } from "../../../src/telemetry/logged_event.ts";
import type { Mounted } from "../mounted.ts";
import { shell } from "../process.ts";
import { assertMountEvents } from "./mount_events.ts";
import { type Deed, MOUNT_CALLS, type MountTruth, mountTruth } from "./mount_truth.ts";
import { NameModel } from "./name_model.ts";
import type { Program } from "./programs.ts";
import { readSaid } from "./said.ts";
import type { StraceLog } from "./strace_log.ts";
import { work } from "./work.ts";

export interface CompareOptions {
  /** The mount is asked for opens. */
  readonly opens?: boolean;
  /** The program runs on this branch (`agentvfs run`), where it sees the project's own path. */
  readonly branch?: string;
}

export interface Compared {
  readonly truth: MountTruth;
  readonly log: StraceLog;
  readonly events: readonly LoggedEvent[];
}

export async function compareMount(
  m: Mounted,
  program: Program,
  { opens = false, branch }: CompareOptions = {},
): Promise<Compared> {
  const { name, prepare, script } = program;
  const root = branch === undefined ? m.mount : m.path(".agentvfs", "branches", branch);
  const place = `${root}/${name}`;
  await Deno.mkdir(place);
  await shell(prepare, { cwd: place });
  const seen = branch === undefined ? m.mount : m.project;
  const names = await NameModel.read(root, seen);
  const directory = `${seen}/${name}`;
  const run = (
    command: readonly string[],
  ) => ["run", "-b", branch!, "--", "bash", "-c", 'cd "$0" && exec "$@"', directory, ...command];
  const { log, events } = await work(m, script, {
    calls: MOUNT_CALLS,
    directory: branch === undefined ? directory : m.project,
    ...(branch === undefined ? {} : { around: run }),
  });
  const seenCalls = mountTruth(log, names, { directory, opens });
  const said = await saidDeeds(program, place, log);
  const deeds = said.filter(({ action }) => opens || action !== "open");
  const truth = { ...seenCalls, deeds: [...seenCalls.deeds, ...deeds] };
  const told = events.filter(({ event }) => event.provider === "mount");
  assertMountEvents(told, truth, log, m.mount);
  for (const { agentvfs } of told) assert.equal(agentvfs.branch, branch ?? "main");
  return { truth, log, events: told };
}

/** What the program says itself that it did in the mount. */
async function saidDeeds(program: Program, place: string, log: StraceLog): Promise<Deed[]> {
  const said = await readSaid(program, place, log);
  return said.filter(({ action }) => action !== "connect").map(({ more, path, ...deed }) => {
    const about = more === undefined
      ? {}
      : deed.action === "write"
      ? { bytes: Number(more) }
      : { target: deed.action === "symlink" ? more : `${program.name}/${more}` };
    return { ...deed, path: `${program.name}/${path}`, ...about };
  });
}
