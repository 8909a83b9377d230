/**
 * Random looks into `.agentvfs` (checkpoints, branches, status, ctl) while servers are replaced and killed, caches dropped,
 * garbage collected and branches changed, rolled back, made and deleted. The mount must never be lost, and everything that
 * is looked at must be what a model says.
 *
 * ```sh
 * deno run -A tests/crash/view_soak.ts --steps 10000 --seed 1 --keep /tmp/failed
 * ```
 *
 * With `--keep`, the store and the log are copied to that directory, as they are, when it fails.
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import type { ControlClient } from "../../src/control/client.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { run, until } from "../support/process.ts";
import { type Random, randomness } from "../support/random.ts";
import { TreeModel } from "./tree_model.ts";

export interface ViewSoakOptions {
  readonly steps: number;
  readonly seed: number;
  readonly onStep?: (summary: ViewSoakSummary) => void;
  /** Directory to which store and log are copied if it fails. */
  readonly keep?: string | undefined;
}

export interface ViewSoakSummary {
  steps: number;
  /** Whole trees that were compared with the model. */
  looks: number;
  /** How often each kind of step was made. */
  readonly made: Record<string, number>;
}

/** A branch, main too. */
interface ModelBranch {
  readonly name: string;
  readonly tree: TreeModel;
}

/** A file of a checkpoint that stays open whatever happens. */
interface Held {
  readonly file: Deno.FsFile;
  readonly text: string;
  /** The last look at it: they take turns, as they move its position. */
  last: Promise<void>;
}

const PROJECT = "mkdir d0 d1; for i in $(seq 8); do echo $i > f$i; echo $i > d0/g$i; done";
const MOST_BRANCHES = 5;
/** The newest checkpoints, which are looked into. */
const CHECKPOINTS = 25;
const MOST_HELD = 8;
const CALL_DEADLINE_MS = 60_000;
/** The keeper takes servers that lived shorter for a row of deaths, and brings the last ones up with less. */
const LONG_LIFE_MS = 1_100;
const ALLOWED_LOG = [/was killed by SIGKILL/];

/** Runs so many steps. Rejects at the first thing that is not as it should be. */
export async function viewSoak(options: ViewSoakOptions): Promise<ViewSoakSummary> {
  const summary: ViewSoakSummary = { steps: 0, looks: 0, made: {} };
  const deadlineMs = 60_000 + 5_000 * options.steps;
  await withProject(PROJECT, async (mounted) => {
    const soak = new ViewSoak(mounted, randomness(options.seed), summary);
    try {
      await soak.begin();
      while (summary.steps < options.steps) {
        await soak.step();
        summary.steps++;
        options.onStep?.(summary);
      }
      await soak.lookAtEverything();
    } catch (cause) {
      if (options.keep !== undefined) await keep(mounted, options.keep);
      const last = soak.log.slice(-12).join("\n  ");
      const message = `Failed in step ${summary.steps} of --seed ${options.seed}:\n  ${last}`;
      throw new Error(message, { cause });
    } finally {
      soak.close();
    }
  }, { allowedLog: ALLOWED_LOG, deadlineMs });
  return summary;
}

async function keep({ store, log }: Mounted, directory: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  const { code, stderr } = await run(["cp", "-a", store, log, directory]);
  console.error(code === 0 ? `Store and log are kept in ${directory}` : stderr);
}

class ViewSoak {
  readonly log: string[] = [];
  #branches: ModelBranch[] = [];
  /** What each checkpoint of main has, by each of its names. */
  #checkpoints: { readonly names: readonly string[]; readonly tree: TreeModel }[] = [];
  /** Checkpoints of other branches. */
  readonly #saved = new Map<string, TreeModel>();
  readonly #held: Held[] = [];
  #number = 0;
  #serverStarted = performance.now();

  constructor(
    readonly mounted: Mounted,
    readonly random: Random,
    readonly summary: ViewSoakSummary,
  ) {}

  async begin(): Promise<void> {
    this.#branches.push({ name: "main", tree: await TreeModel.read(this.mounted.mount) });
    await this.#checkpoint(this.#main, false);
  }

  close(): void {
    for (const { file } of this.#held) file.close();
  }

  /** Something happens, and meanwhile somebody looks at what it does not change. */
  async step(): Promise<void> {
    const looks = Array.from({ length: this.random(4) }, () => this.#look());
    const kind = this.#pick(KINDS);
    this.summary.made[kind] = (this.summary.made[kind] ?? 0) + 1;
    await Promise.all([this.#do(kind), ...looks.map((look) => look())]);
  }

  async lookAtEverything(): Promise<void> {
    for (const branch of this.#branches) await this.#compare(this.#root(branch), branch.tree);
    for (const { names, tree } of this.#checkpoints) {
      await this.#compare(this.#checkpointRoot(names[0]!), tree);
    }
    for (const held of this.#held) await this.#readHeld(held);
  }

  #do(kind: Kind): Promise<void> {
    const branch = this.#pick(this.#branches);
    switch (kind) {
      case "write":
        return this.#write(branch);
      case "checkpoint":
        return this.#checkpoint(branch, false);
      case "ctl":
        return this.#checkpoint(branch, true);
      case "rollback":
        return this.#rollback(branch);
      case "make branch":
        return this.#makeBranch();
      case "delete branch":
        return this.#deleteBranch();
      case "look at branches":
        return this.#lookAtBranches();
      case "status":
        return this.#status(branch);
      case "nothing of that name":
        return this.#missing();
      case "hold":
        return this.#hold();
      case "restart":
        return this.#restart();
      case "kill":
        return this.#kill();
      case "drop caches":
        return this.#dropCaches();
      case "gc":
        this.#note("gc");
        return this.#call(async (client) => void await client.gc({}));
    }
  }

  /** Of the whole machine, so it takes its administrator. */
  async #dropCaches(): Promise<void> {
    this.#note("drop caches");
    if (Deno.uid() === 0) await Deno.writeTextFile("/proc/sys/vm/drop_caches", "2");
    else console.error("Caches are not dropped: only root can");
  }

  /** A look at a checkpoint, at the list of them, or at a file that is open: whatever happens meanwhile. */
  #look(): () => Promise<void> {
    const { names, tree } = this.#pick(this.#checkpoints);
    const what = this.random(8);
    const held = this.#held.length === 0 ? null : this.#pick(this.#held);
    if (what === 0 && held !== null) return () => this.#readHeld(held);
    if (what === 1) return () => this.#listCheckpoints(names);
    const name = this.#pick(names);
    const file = this.#pick([...tree.files.keys()]);
    this.#note(`look at checkpoint ${name}`);
    return what < 4 && file !== undefined
      ? () => this.#readFile(`${this.#checkpointRoot(name)}/${file}`, tree.files.get(file)!)
      : () => this.#compare(this.#checkpointRoot(name), tree);
  }

  async #write(branch: ModelBranch): Promise<void> {
    this.#note(`write in ${branch.name}`);
    const root = this.#root(branch);
    for (let i = 1 + this.random(3); i > 0; i--) await branch.tree.change(root, this.random);
    await this.#compare(root, branch.tree);
  }

  /** With a client, or by a line written to the branch's `ctl`. */
  async #checkpoint(branch: ModelBranch, byControl: boolean): Promise<void> {
    const label = `c${++this.#number}`;
    this.#note(`checkpoint ${label} of ${branch.name}${byControl ? " by ctl" : ""}`);
    const tree = branch.tree.copy();
    const id = byControl
      ? await this.#writeControl(branch, `checkpoint ${label}`)
      : await this.#call(async (client) =>
        (await client.checkpoint({ branch: branch.name, label })).id
      );
    if (branch === this.#main) {
      this.#checkpoints.push({ names: [label, id.slice(0, 12), id], tree });
      if (this.#checkpoints.length > CHECKPOINTS) this.#checkpoints.shift();
    }
    this.#saved.set(`${branch.name} ${label}`, tree);
  }

  /** Resolves with the id of the checkpoint that was made. */
  async #writeControl(branch: ModelBranch, line: string): Promise<string> {
    const ctl = `${this.#root(branch)}/.agentvfs/ctl`;
    using file = await Deno.open(ctl, { read: true, write: true });
    await file.write(new TextEncoder().encode(line));
    await file.seek(0, Deno.SeekMode.Start);
    const bytes = new Uint8Array(4096);
    const answer = new TextDecoder().decode(bytes.subarray(0, await file.read(bytes) ?? 0));
    const { ok, id } = JSON.parse(answer);
    assert.ok(ok, answer);
    return id;
  }

  async #rollback(branch: ModelBranch): Promise<void> {
    const prefix = `${branch.name} `;
    const known = [...this.#saved.keys()].filter((key) => key.startsWith(prefix)).slice(-20);
    if (known.length === 0) return;
    const key = this.#pick(known);
    const ref = key.slice(prefix.length);
    this.#note(`rollback of ${branch.name} to ${ref}`);
    await this.#call(async (client) =>
      void await client.rollback({ branch: branch.name, ref, forceLarge: true })
    );
    branch.tree.become(this.#saved.get(key)!);
    await this.#compare(this.#root(branch), branch.tree);
  }

  async #makeBranch(): Promise<void> {
    if (this.#branches.length >= MOST_BRANCHES) return await this.#deleteBranch();
    const name = `${this.random(2) === 0 ? "" : "run/"}b${++this.#number}`;
    const from = this.#pick(this.#branches);
    this.#note(`make branch ${name} from ${from.name}`);
    await this.#call(async (client) => void await client.createBranch({ name, from: from.name }));
    this.#branches.push({ name, tree: from.tree.copy() });
  }

  async #deleteBranch(): Promise<void> {
    const branch = this.#branches[1 + this.random(MOST_BRANCHES)];
    if (branch === undefined) return;
    this.#note(`delete branch ${branch.name}`);
    await this.#call(async (client) => void await client.deleteBranch({ name: branch.name }));
    this.#branches = this.#branches.filter((other) => other !== branch);
    await assert.rejects(Deno.stat(this.#root(branch)), Deno.errors.NotFound);
  }

  async #lookAtBranches(): Promise<void> {
    this.#note("look at all branches");
    const names: string[] = [];
    const directory = `${this.mounted.mount}/.agentvfs/branches`;
    for await (const { name } of Deno.readDir(directory)) {
      if (name !== "run") names.push(name);
      else {
        for await (const below of Deno.readDir(`${directory}/run`)) names.push(`run/${below.name}`);
      }
    }
    assert.deepEqual(names.sort(), this.#branches.map(({ name }) => name).sort());
    for (const branch of this.#branches) await this.#compare(this.#root(branch), branch.tree);
  }

  async #listCheckpoints(names: readonly string[]): Promise<void> {
    const directory = `${this.mounted.mount}/.agentvfs/checkpoints`;
    const listed = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
    assert.ok(listed.includes(names[0]!), `${names[0]} is not listed`);
  }

  async #status(branch: ModelBranch): Promise<void> {
    this.#note(`status of ${branch.name}`);
    const text = await Deno.readTextFile(`${this.#root(branch)}/.agentvfs/status`);
    const status = JSON.parse(text);
    assert.deepEqual([status.branch, status.mount], [branch.name, this.mounted.mount]);
  }

  async #missing(): Promise<void> {
    this.#note("names that are not there");
    for (const path of ["checkpoints/none", "branches/none", "branches/run/none", "none"]) {
      await assert.rejects(
        Deno.stat(`${this.mounted.mount}/.agentvfs/${path}`),
        Deno.errors.NotFound,
      );
    }
  }

  async #hold(): Promise<void> {
    const { names, tree } = this.#pick(this.#checkpoints);
    const path = this.#pick([...tree.files.keys()]);
    if (path === undefined) return;
    this.#note(`hold ${path} of checkpoint ${names[0]}`);
    const file = await Deno.open(`${this.#checkpointRoot(this.#pick(names))}/${path}`);
    this.#held.push({ file, text: tree.files.get(path)!, last: Promise.resolve() });
    if (this.#held.length <= MOST_HELD) return;
    const oldest = this.#held.shift()!;
    await oldest.last;
    oldest.file.close();
  }

  #readHeld(held: Held): Promise<void> {
    return held.last = held.last.then(() => this.#read(held));
  }

  async #read({ file, text }: Held): Promise<void> {
    const bytes = new Uint8Array(text.length + 1);
    let at = 0;
    await file.seek(0, Deno.SeekMode.Start);
    for (let read; (read = await file.read(bytes.subarray(at))) !== null;) at += read;
    assert.equal(new TextDecoder().decode(bytes.subarray(0, at)), text, "a file that is held");
  }

  async #restart(): Promise<void> {
    this.#note("restart");
    const before = await this.#call(async (client) => (await client.restart({})).serverPid);
    await this.#another(before);
  }

  async #kill(): Promise<void> {
    if (performance.now() - this.#serverStarted < LONG_LIFE_MS) return await this.#restart();
    this.#note("kill");
    const { serverPid } = await this.#call((client) => client.status());
    Deno.kill(serverPid, "SIGKILL");
    await this.#another(serverPid);
  }

  async #another(before: number): Promise<void> {
    await until("another server answers", async () => {
      try {
        using client = await this.mounted.connect();
        return (await client.status()).serverPid !== before;
      } catch {
        return false;
      }
    });
    this.#serverStarted = performance.now();
  }

  /** A command that no kill falls into. */
  async #call<T>(call: (client: ControlClient) => Promise<T>): Promise<T> {
    using client = await this.mounted.connect();
    return await call(client);
  }

  async #readFile(path: string, text: string): Promise<void> {
    assert.equal(await within(path, Deno.readTextFile(path)), text, path);
  }

  async #compare(root: string, tree: TreeModel): Promise<void> {
    this.summary.looks++;
    assert.deepEqual((await within(root, TreeModel.read(root))).files, tree.files, root);
  }

  get #main(): ModelBranch {
    return this.#branches[0]!;
  }

  #root({ name }: ModelBranch): string {
    const { mount } = this.mounted;
    return name === "main" ? mount : `${mount}/.agentvfs/branches/${name}`;
  }

  #checkpointRoot(name: string): string {
    return `${this.mounted.mount}/.agentvfs/checkpoints/${name}`;
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.random(from.length)]!;
  }

  #note(what: string): void {
    this.log.push(what);
    if (this.log.length > 100) this.log.splice(0, 50);
  }
}

/** Each as often as it is to be made. */
const KINDS = [
  ...["write", "write", "write", "checkpoint", "checkpoint", "ctl", "ctl", "rollback"] as const,
  ...["make branch", "delete branch", "look at branches", "look at branches"] as const,
  ...["status", "status", "nothing of that name", "hold", "hold"] as const,
  ...["restart", "restart", "kill", "drop caches", "gc"] as const,
];
type Kind = typeof KINDS[number];

/** A mount that does not answer fails the soak instead of stopping it. */
async function within<T>(what: string, look: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `${what} was not answered in ${CALL_DEADLINE_MS} ms`;
    timer = setTimeout(() => reject(new Error(message)), CALL_DEADLINE_MS);
  });
  try {
    return await Promise.race([look, late]);
  } finally {
    clearTimeout(timer);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      steps: { type: "string", default: "1000" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      keep: { type: "string" },
    },
  });
  const begin = performance.now();
  const seconds = () => Math.round((performance.now() - begin) / 1000);
  const summary = await viewSoak({
    steps: Number(values.steps),
    seed: Number(values.seed),
    keep: values.keep,
    onStep: ({ steps, looks }) => {
      if (steps % 100 === 0) console.error(`${steps} steps, ${looks} looks, ${seconds()} s`);
    },
  });
  console.log(JSON.stringify({ seed: Number(values.seed), seconds: seconds(), ...summary }));
}
