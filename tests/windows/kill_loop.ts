/**
 * Kills the server of a volume at random instants, or all of the daemon, while a program works there, and holds what the next
 * volume shows to what was acknowledged:
 *
 * ```sh
 * deno run -A tests/windows/kill_loop.ts --kills 200 --seed 1
 * ```
 *
 * Of what was under way each step may have happened: a file that is made or emptied before it is written. Checkpoints and
 * rollbacks happen in between, and some kills fall into them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { type Random, randomness } from "../support/random.ts";
import { until } from "../support/process.ts";
import { DriverDoor, NtError } from "./driver_door.ts";
import { type Windows, type WindowsStatus, withWindows } from "./stand_in/with_windows.ts";

export interface KillLoopSummary {
  kills: number;
  /** Kills of keeper and server. */
  everything: number;
  operations: number;
  /** Operations under way at a kill, of which nothing, a part or all had happened. */
  underWay: number;
  checkpoints: number;
  rollbacks: number;
  /** From each kill of a server until the next volume is at its place, ms. */
  readonly gaps: number[];
  /** Processor time that each next server had taken once it answered, ms: how busy the machine is says nothing of it. */
  readonly starts: number[];
}

/** What there is by path: a text, or null of a directory. */
type Tree = ReadonlyMap<string, string | null>;

const NAMES = 8;
const DIRECTORIES = ["", "\\d0", "\\d1", "\\d0\\deep"];
/** The keeper gives up after a hundred servers in a row that lived shorter than a second. */
const SHORT_LIVES = 40;
const LONG_LIFE_MS = 1_100;
const LONGEST = 400;

/** One operation: what may be there if it was cut off, besides what was, and what is there if it was not. */
interface Operation {
  readonly partly: readonly Tree[];
  readonly after: Tree;
  readonly text: string;
  run(door: DriverDoor): Promise<void>;
}

class Work {
  /** What was acknowledged. */
  tree: Tree = new Map();

  constructor(readonly random: Random) {}

  next(): Operation {
    const { random, tree } = this;
    const directory = DIRECTORIES[random(DIRECTORIES.length)]!;
    const parent = directory.slice(0, directory.lastIndexOf("\\"));
    if (directory !== "" && !tree.has(directory)) {
      const missing = parent !== "" && !tree.has(parent) ? parent : directory;
      return this.#mkdir(missing);
    }
    const path = `${directory}\\f${random(NAMES)}`;
    if (!tree.has(path) || random(3) === 0) return this.#write(path);
    if (random(2) === 0) return this.#remove(path);
    const to = `${directory}\\f${random(NAMES)}-moved`;
    return tree.has(to) ? this.#remove(to) : this.#rename(path, to);
  }

  #with(changes: Record<string, string | null | undefined>): Tree {
    const tree = new Map(this.tree);
    for (const [path, value] of Object.entries(changes)) {
      if (value === undefined) tree.delete(path);
      else tree.set(path, value);
    }
    return tree;
  }

  #mkdir(path: string): Operation {
    const after = this.#with({ [path]: null });
    return { partly: [], after, text: `mkdir ${path}`, run: (door) => door.mkdir(path) };
  }

  #write(path: string): Operation {
    const text = `${this.random(1e9)} `.repeat(1 + this.random(LONGEST));
    return {
      partly: [this.#with({ [path]: "" })],
      after: this.#with({ [path]: text }),
      text: `write ${path}`,
      run: (door) => door.write(path, text),
    };
  }

  #remove(path: string): Operation {
    const after = this.#with({ [path]: undefined });
    return { partly: [], after, text: `remove ${path}`, run: (door) => door.remove(path) };
  }

  #rename(from: string, to: string): Operation {
    const after = this.#with({ [from]: undefined, [to]: this.tree.get(from)! });
    return {
      partly: [],
      after,
      text: `rename ${from} ${to}`,
      run: (door) => door.rename(from, to),
    };
  }
}

async function shown(door: DriverDoor): Promise<Tree> {
  const tree = new Map<string, string | null>();
  const walk = async (directory: string) => {
    for (const name of await door.list(directory === "" ? "\\" : directory)) {
      const path = `${directory}\\${name}`;
      if (directory === "" && name === "src") continue;
      try {
        tree.set(path, await door.read(path));
      } catch (error) {
        if (!(error instanceof NtError)) throw error;
        tree.set(path, null);
        await walk(path);
      }
    }
  };
  await walk("");
  return tree;
}

function isSame(one: Tree, other: Tree): boolean {
  return one.size === other.size &&
    [...one].every(([path, value]) => other.has(path) && other.get(path) === value);
}

class KillLoop {
  readonly summary: KillLoopSummary = {
    kills: 0,
    everything: 0,
    operations: 0,
    underWay: 0,
    checkpoints: 0,
    rollbacks: 0,
    gaps: [],
    starts: [],
  };
  readonly #work: Work;
  readonly #done: string[] = [];
  #saved: { readonly ref: string; readonly tree: Tree } | null = null;
  #shortLives = 0;

  constructor(readonly windows: Windows, readonly random: Random) {
    this.#work = new Work(random);
  }

  async cycle(): Promise<void> {
    const { random, summary } = this;
    if (++this.#shortLives % SHORT_LIVES === 0) await wait(LONG_LIFE_MS);
    const { serverPid, keeperPid } = await this.#status();
    const everything = random(8) === 0;
    let [killed, command]: [number, Promise<boolean> | null] = [0, null];
    const cut = await this.#workUntilKilled(random(40), async () => {
      if (random(3) === 0) command = this.#command("checkpoint", "");
      await wait(random(30));
      killed = performance.now();
      for (const pid of everything ? [keeperPid, serverPid] : [serverPid]) {
        Deno.kill(pid, "SIGKILL");
      }
    });
    await command;
    summary.kills++;
    if (everything) {
      summary.everything++;
      assert.equal(
        (await this.windows.json<WindowsStatus>("quickstart")).mount,
        this.windows.mount,
      );
    }
    const door = await this.#nextVolume();
    try {
      if (!everything) summary.gaps.push(Math.round(performance.now() - killed));
      const now = await shown(door);
      const { tree } = this.#work;
      const possible = cut === null ? [tree] : [tree, ...cut.partly, cut.after];
      const is = possible.findIndex((other) => isSame(now, other));
      assert.ok(is >= 0, this.#difference(now, cut));
      this.#work.tree = possible[is]!;
    } finally {
      door.close();
    }
    summary.starts.push(processorTime(await this.#answers(serverPid)));
    if (random(4) === 0) await this.#save();
    else if (random(5) === 0) await this.#goBack();
  }

  /** Kills once so many operations are acknowledged. Returns what was under way; null if nothing was. */
  async #workUntilKilled(count: number, kill: () => Promise<void>): Promise<Operation | null> {
    const { summary } = this;
    let killing: Promise<void> | null = null;
    let door: DriverDoor | null = null;
    let operation: Operation | null = null;
    try {
      door = await DriverDoor.open(this.windows.door);
      for (let done = 0;; done++) {
        if (done >= count) killing ??= kill();
        operation = this.#work.next();
        this.#done.push(operation.text);
        await operation.run(door);
        this.#work.tree = operation.after;
        summary.operations++;
        operation = null;
      }
    } catch (error) {
      if (error instanceof NtError) throw error;
      if (operation !== null) summary.underWay++;
      return operation;
    } finally {
      await killing;
      door?.close();
    }
  }

  /** What the work does on while a command is carried out is the command's or not: only what is there in the end counts. */
  async #command(command: "checkpoint" | "rollback", argument: string): Promise<boolean> {
    try {
      using client = await this.windows.connect();
      if (command === "checkpoint") await client.checkpoint({ label: argument });
      else await client.rollback({ ref: argument, forceLarge: true });
      return true;
    } catch {
      return false;
    }
  }

  async #save(): Promise<void> {
    const ref = `saved-${++this.summary.checkpoints}`;
    assert.ok(await this.#command("checkpoint", ref), "The checkpoint failed");
    this.#saved = { ref, tree: this.#work.tree };
  }

  async #goBack(): Promise<void> {
    if (this.#saved === null) return;
    const { ref, tree } = this.#saved;
    assert.ok(await this.#command("rollback", ref), "The rollback failed");
    this.summary.rollbacks++;
    this.#work.tree = tree;
    this.#done.push(`rollback to ${ref}`);
    const now = await this.windows.onVolume(shown);
    assert.ok(isSame(now, tree), this.#difference(now, null));
  }

  async #status(): Promise<{ readonly serverPid: number; readonly keeperPid: number }> {
    using client = await this.windows.connect();
    return await client.status();
  }

  /** A server that was killed listens until all of it is gone: then at the same place there is another volume. */
  #nextVolume(): Promise<DriverDoor> {
    const { windows } = this;
    return until("there is a volume at the same place", async () => {
      const door = await DriverDoor.open(windows.door);
      const place = await door.place().catch(() => null);
      if (place === windows.mount) return door;
      door.close();
      return null;
    });
  }

  #answers(before: number) {
    return until("the next server answers", async () => {
      const status = await this.#status().catch(() => null);
      return status === null || status.serverPid === before ? null : status.serverPid;
    });
  }

  #difference(now: Tree, cut: Operation | null): string {
    const { tree } = this.#work;
    const paths = new Set([...now.keys(), ...tree.keys()]);
    const short = (value: string | null | undefined) =>
      value === undefined
        ? "nothing"
        : value === null
        ? "a directory"
        : `${value.length} characters`;
    const lines = [...paths].filter((path) => now.get(path) !== tree.get(path))
      .map((path) => `${path}: ${short(now.get(path))}, acknowledged ${short(tree.get(path))}`);
    return [...lines, `under way: ${cut?.text}`, ...this.#done.slice(-20)].join("\n");
  }
}

/** Of a process so far, ms: fields 14 and 15 of its stat, in ticks of 10 ms. */
function processorTime(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Rejects at the first thing that was acknowledged and is lost, or that is there and was never asked for. */
export async function killLoop(
  { kills, seed, onKill = () => {} }: {
    readonly kills: number;
    readonly seed: number;
    readonly onKill?: (summary: KillLoopSummary) => void;
  },
): Promise<KillLoopSummary> {
  let result: KillLoopSummary | null = null;
  await withWindows(async (windows) => {
    const loop = new KillLoop(windows, randomness(seed));
    result = loop.summary;
    try {
      while (loop.summary.kills < kills) {
        await loop.cycle();
        onKill(loop.summary);
      }
    } catch (cause) {
      throw new Error(`Failed at kill ${loop.summary.kills} of --seed ${seed}`, { cause });
    }
  });
  return result!;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "100" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  const { gaps, starts, ...summary } = await killLoop({
    kills: Number(values.kills),
    seed: Number(values.seed),
    onKill: ({ kills }) => kills % 20 === 0 && console.error(`${kills} kills`),
  });
  const [gapMs, startMs] = [gaps, starts].map((times) => {
    const sorted = times.toSorted((a, b) => a - b);
    return { median: sorted[sorted.length >> 1], longest: sorted.at(-1) };
  });
  console.log(JSON.stringify({ seed: Number(values.seed), ...summary, gapMs, startMs }));
}
