/**
 * Kills the server, or everything, at random instants while programs work in the mount, and compares what is
 * there afterwards with what was promised.
 *
 * ```sh
 * deno run -A tests/crash/kill_loop.ts --cycles 300 --seed 1 --what server
 * ```
 *
 * A cycle counts if the kill fell into a change that a program was waiting for. Checkpoints and rollbacks happen
 * in between, and some kills fall into them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { randomness } from "../support/random.ts";
import { assertSame, manifestOf } from "../support/manifest.ts";
import { kernelStacks } from "../support/kernel_stacks.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { until } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";
import { ECONNABORTED, Workers, type WorkReport } from "./workers.ts";

export interface KillLoopOptions {
  /** How many cycles have to count. */
  readonly cycles: number;
  readonly seed: number;
  /** What is killed: the server, which the keeper replaces, or keeper and server. */
  readonly what: "server" | "everything";
  /** Kinds of operations that nobody does. */
  readonly without?: readonly string[];
  readonly onCycle?: (summary: KillLoopSummary) => void;
  /** Files have other inode numbers in another mount. */
  readonly numbersEndWithMount?: boolean;
}

export interface KillLoopSummary {
  /** Cycles whose kill fell into a change. */
  counted: number;
  cycles: number;
  kills: number;
  /** Kills that fell into a checkpoint or a rollback. */
  killedCommands: number;
  /** Kills of a server that was taking over. */
  killedStarts: number;
  /** Operations under way at the end of a mount that had happened. */
  happened: number;
  checkpoints: number;
  rollbacks: number;
  operations: number;
}

type Random = (below: number) => number;

const WORKERS = 3;
/** The keeper gives up after a hundred servers in a row that lived shorter than a second. */
const SHORT_LIVES = 50;
const LONG_LIFE_MS = 1_100;
const TAKE_OVER_DEADLINE_MS = 120_000;
const PROJECT = "mkdir work; for i in $(seq 200); do echo $i > f$i; done";

/** Runs until enough cycles have counted. Rejects at the first promise that was not kept. */
export async function killLoop(options: KillLoopOptions): Promise<KillLoopSummary> {
  const summary: KillLoopSummary = {
    counted: 0,
    cycles: 0,
    kills: 0,
    killedCommands: 0,
    killedStarts: 0,
    happened: 0,
    checkpoints: 0,
    rollbacks: 0,
    operations: 0,
  };
  const deadlineMs = 60_000 + 60_000 * options.cycles;
  await withTemporary((disk) =>
    withProject(PROJECT, async (mounted) => {
      const loop = options.what === "server"
        ? new ServerLoop(mounted, disk, options, summary)
        : new EverythingLoop(mounted, disk, options, summary);
      try {
        await loop.run();
      } catch (error) {
        const at = `cycle ${summary.cycles} of --what ${options.what} --seed ${options.seed}`;
        throw new Error(`Failed in ${at}`, { cause: error });
      }
    }, { allowedLog: [/was killed by SIGKILL/], deadlineMs })
  );
  return summary;
}

abstract class Loop {
  readonly random: Random;
  workers!: Workers;
  #saved: { ref: string; copy: string } | null = null;

  constructor(
    readonly mounted: Mounted,
    readonly disk: string,
    readonly options: KillLoopOptions,
    readonly summary: KillLoopSummary,
  ) {
    this.random = randomness(options.seed);
  }

  async run(): Promise<void> {
    const { mounted, disk, options, summary } = this;
    const atomic = options.what === "everything";
    const { seed } = options;
    this.workers = await Workers.start(mounted.path("work"), disk, {
      count: WORKERS,
      seed,
      atomic,
      without: options.without ?? [],
    });
    try {
      while (summary.counted < options.cycles) {
        summary.cycles++;
        if (await this.cycle()) summary.counted++;
        options.onCycle?.(summary);
        assert.ok(summary.cycles < 5 * options.cycles + 20, "Too few kills fall into a change");
      }
      await this.workers.pause();
    } finally {
      await this.workers.end();
    }
  }

  /** Returns true if it counts. */
  abstract cycle(): Promise<boolean>;

  /** One chance in `of`. */
  chance(of: number): boolean {
    return this.random(of) === 0;
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** A command that a kill may end: resolves with whether it was answered. */
  async attempt(command: "checkpoint" | "rollback", argument: string): Promise<boolean> {
    try {
      using client = await this.mounted.connect();
      if (command === "checkpoint") await client.checkpoint({ label: argument });
      else await client.rollback({ ref: argument, forceLarge: true });
      return true;
    } catch {
      return false;
    }
  }

  /** With the workers paused: a checkpoint whose contents are known, to go back to. */
  async save(): Promise<void> {
    const number = ++this.summary.checkpoints;
    const ref = `saved-${number}`;
    assert.ok(await this.attempt("checkpoint", ref), "The checkpoint failed");
    const copy = `${this.disk}/saved-${number}`;
    await this.workers.save(copy);
    if (this.#saved !== null) await Deno.remove(this.#saved.copy, { recursive: true });
    this.#saved = { ref, copy };
  }

  get saved(): { ref: string; copy: string } | null {
    return this.#saved;
  }

  /** With the workers paused: goes back to what was saved last. */
  async rollback(): Promise<void> {
    if (this.saved === null) return;
    await this.workers.close();
    assert.ok(await this.attempt("rollback", this.saved.ref), "The rollback failed");
    this.summary.rollbacks++;
    await this.workers.load(this.saved.copy);
    await this.workers.compare("after a rollback");
  }

  count(reports: readonly WorkReport[]): void {
    this.summary.operations = reports.reduce((sum, { done }) => sum + done, 0);
  }
}

/** The server is killed: nobody in the mount may notice. */
class ServerLoop extends Loop {
  #shortLives = 0;
  #keeper = 0;
  /** Process ids come again within some hundred cycles: so with the time at which each began. */
  readonly #killed = new Set<string>();

  async cycle(): Promise<boolean> {
    const { workers, summary } = this;
    await workers.run();
    if (this.#shortLives >= SHORT_LIVES) {
      this.#shortLives = 0;
      await this.wait(LONG_LIFE_MS);
    }
    await this.wait(this.random(250));
    const command = this.chance(4) ? this.attempt("checkpoint", "") : null;
    if (command !== null) await this.wait(this.random(60));
    const killedAt = await this.#kill();
    if (command !== null) {
      if (await command) summary.checkpoints++;
      else summary.killedCommands++;
    }
    if (this.chance(8)) await this.#killNext();
    await this.#replaced();
    await this.wait(this.random(100));
    const reports = await workers.pause();
    this.count(reports);
    await workers.compare("after the server was killed");
    if (this.chance(6)) await this.save();
    else if (this.chance(8)) await this.rollback();
    return reports.some(({ slow }) =>
      slow.some(([begin, end]) => begin < killedAt && end > killedAt)
    );
  }

  /** Resolves with the time of the kill, ms since 1970. */
  async #kill(): Promise<number> {
    const { keeperPid, serverPid } = await this.#ask();
    this.#keeper = keeperPid;
    const killedAt = Date.now();
    this.#killServer(serverPid);
    return killedAt;
  }

  #killServer(pid: number): void {
    this.#killed.add(identityOf(pid));
    Deno.kill(pid, "SIGKILL");
    this.summary.kills++;
    this.#shortLives++;
  }

  #wasKilled(pid: number): boolean {
    try {
      return this.#killed.has(identityOf(pid));
    } catch {
      return true; // It is gone.
    }
  }

  /** Kills the server that takes over while it does so. */
  async #killNext(): Promise<void> {
    const pid = await until(
      "the keeper starts another server",
      async () => (await this.#children()).find((child) => !this.#wasKilled(child)),
    );
    await this.wait(this.random(600));
    this.#killServer(pid);
    this.summary.killedStarts++;
  }

  /** Servers that the keeper's main thread started; on macOS it has started that of fuse-t, too. */
  async #children(): Promise<number[]> {
    const path = `/proc/${this.#keeper}/task/${this.#keeper}/children`;
    const text = await Deno.readTextFile(path);
    const children = text.trim().split(" ").map(Number).filter((child) => child > 0);
    const areServers = await Promise.all(children.map(isServer));
    return children.filter((_, i) => areServers[i]);
  }

  async #ask() {
    using client = await this.mounted.connect();
    return await client.status();
  }

  async #replaced(): Promise<void> {
    await until("another server answers", async () => {
      try {
        return !this.#wasKilled((await this.#ask()).serverPid);
      } catch {
        return false;
      }
    }, TAKE_OVER_DEADLINE_MS).catch(async (error) => {
      for (const pid of [this.#keeper, ...await this.#children()]) {
        console.error(await kernelStacks(pid));
      }
      throw error;
    });
  }
}

function isServer(pid: number): Promise<boolean> {
  return Deno.readTextFile(`/proc/${pid}/cmdline`).then(
    (words) => words.split("\0").includes("__server"),
    () => false,
  );
}

/** What distinguishes a process from all others since the machine was started. */
function identityOf(pid: number): string {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The start time is the 20th field behind the name, which may contain anything.
  return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
}

/** Keeper and server are killed: the next start brings back what was answered. */
class EverythingLoop extends Loop {
  async cycle(): Promise<boolean> {
    const { workers, summary, mounted } = this;
    if (this.saved !== null && this.chance(6)) await this.#killInRollback();
    await workers.run();
    await this.wait(30 + this.random(300));
    const command = this.chance(3) ? this.attempt("checkpoint", "") : null;
    if (command !== null) await this.wait(this.random(60));
    await this.#kill();
    const reports = await workers.lost();
    if (command !== null) {
      if (await command) summary.checkpoints++;
      else summary.killedCommands++;
    }
    this.count(reports);
    await mounted.start();
    summary.happened += await workers.compareAfterLoss("after everything was killed");
    await workers.close();
    if (this.chance(5)) await this.#killIdle();
    if (this.chance(4)) await this.save();
    else if (this.chance(6)) await this.rollback();
    return reports.some(({ lost }) => lost!.errno === ECONNABORTED);
  }

  /** The two in random order, perhaps a moment apart. */
  async #kill(): Promise<void> {
    const { keeperPid, serverPid } = await this.mounted.status();
    const [first, second] = this.chance(2) ? [keeperPid, serverPid] : [serverPid, keeperPid];
    Deno.kill(first, "SIGKILL");
    if (this.chance(4)) await this.wait(this.random(30));
    try {
      Deno.kill(second, "SIGKILL");
    } catch { /* it may have ended with the other one */ }
    this.summary.kills++;
  }

  /** Everything that was there, to the nanosecond, is there again if nothing happens in between. */
  async #killIdle(): Promise<void> {
    const inodes = !this.options.numbersEndWithMount;
    const before = await manifestOf(this.mounted.mount, { inodes });
    await this.#kill();
    await this.mounted.start();
    const after = await manifestOf(this.mounted.mount, { inodes });
    assertSame(after, before, "after everything was killed while nothing happened");
  }

  /** The tree is then the one or the other. */
  async #killInRollback(): Promise<void> {
    const { workers, saved } = this;
    const rollback = this.attempt("rollback", saved!.ref);
    await this.wait(this.random(120));
    await this.#kill();
    const answered = await rollback;
    this.summary.killedCommands++;
    await this.mounted.start();
    try {
      assert.ok(!answered, "The rollback was answered");
      await workers.compare("before a rollback");
    } catch {
      await workers.load(saved!.copy);
      await workers.compare("after a rollback in which everything was killed");
    }
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      cycles: { type: "string", default: "10" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      what: { type: "string", default: "server" },
    },
  });
  const { what } = values;
  if (what !== "server" && what !== "everything") throw new Error("--what server|everything");
  const begin = performance.now();
  const summary = await killLoop({
    cycles: Number(values.cycles),
    seed: Number(values.seed),
    what,
    onCycle: ({ cycles, counted }) => {
      if (cycles % 10 === 0) console.error(`${cycles} cycles, ${counted} count`);
    },
  });
  const seconds = Math.round((performance.now() - begin) / 1000);
  console.log(JSON.stringify({ what, seed: Number(values.seed), seconds, ...summary }));
}
