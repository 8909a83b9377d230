/**
 * Random work on both sides, brought over by refresh and apply in any order: afterwards project and branch are what a model of
 * maps and `git merge-file` says, and nothing is touched that does not differ.
 *
 * `AGENTVFS_SEQUENCES` says how many sequences there are; `AGENTVFS_SEED` repeats them from one that failed.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import { binaryString } from "../../../ffi/binary_string.ts";
import { type Random, randomness, SEED } from "../../../tests/support/random.ts";
import { withTemporary } from "../../../tests/support/temporary.ts";
import { applySnapshot } from "../../apply/apply_snapshot.ts";
import type { CommitInfo, CommitKind } from "../../history/commits/commit.ts";
import { FIRST_SEGMENT, History } from "../../history/history.ts";
import { mergeSnapshots } from "../../history/merge/merge_snapshots.ts";
import { importSource } from "../../source/import_source.ts";
import { SourceDirectory } from "../../source/read_source.ts";
import { loadHasher } from "../../store/format/hash.ts";
import { runAtOnce } from "../../store/format/sliced.ts";
import { StoreWriter } from "../../store/store_writer.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import { FIRST_OWN_INODE } from "../../tree/working_tree.ts";
import { projectJobs } from "./project_jobs.ts";

const SEQUENCES = Number(Deno.env.get("AGENTVFS_SEQUENCES") ?? 30);
/** In so many nearly everything happens that may happen, and in so many times as many everything. */
const ENOUGH = 30;
const MOST_TIMES = 10;
const STEPS = 16;
const PATHS = ["a", "b", "c", "d/a", "d/b", "e/a"];
const LINES = 12;

/** Path → content. */
type Files = Map<string, string>;

/** What the model knows of a commit of the branch. */
interface Point {
  readonly commit: CommitInfo;
  readonly files: Files;
  /** Refreshes in its history, oldest first. */
  readonly refreshes: readonly Refresh[];
}

interface Refresh {
  readonly before: Files;
  readonly after: Files;
}

interface Merged {
  readonly files: Files;
  readonly conflicts: Set<string>;
}

/** Three-way by path; `favour`: the side of conflicts. */
function merge(base: Files, ours: Files, theirs: Files, favour?: "theirs"): Merged {
  const files: Files = new Map();
  const conflicts = new Set<string>();
  for (const path of new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])) {
    const [b, o, t] = [base.get(path), ours.get(path), theirs.get(path)];
    let result = o === t || b === t ? o : b === o ? t : null;
    if (result === null) {
      result = o === undefined || t === undefined ? null : mergeFile(b ?? "", o, t, favour);
      if (result === null) {
        conflicts.add(path);
        result = favour === undefined ? o : t;
      }
    }
    if (result !== undefined) files.set(path, result);
  }
  return { files, conflicts };
}

/** Null where lines are in conflict. */
function mergeFile(b: string, o: string, t: string, favour?: "theirs"): string | null {
  const directory = Deno.makeTempDirSync();
  try {
    for (const [name, text] of [["o", o], ["b", b], ["t", t]]) {
      Deno.writeTextFileSync(`${directory}/${name}`, text!);
    }
    const { code, stdout } = new Deno.Command("git", {
      args: ["merge-file", "-p", ...(favour ? [`--${favour}`] : []), "o", "b", "t"],
      cwd: directory,
    }).outputSync();
    return code === 0 ? new TextDecoder().decode(stdout) : null;
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

function without(all: Files, from: Files, paths: Iterable<string>): Files {
  const files = new Map(all);
  for (const path of paths) {
    const content = from.get(path);
    if (content === undefined) files.delete(path);
    else files.set(path, content);
  }
  return files;
}

/** One project, one branch, and the model of both. */
class World {
  readonly #jobs: ReturnType<typeof projectJobs>;
  #project: Files = new Map();
  #branch: Files = new Map();
  /** What was common after the last apply, and the refreshes that the branch had then. */
  #anchor: { base: Files; refreshes: readonly Refresh[] } = { base: new Map(), refreshes: [] };
  #points: Point[] = [];
  #at!: Point;
  /** The last thing that was done, if it was an apply: what undo takes back. */
  #applied:
    | { commit: CommitInfo; before: Files; after: Files; base: Files; baseAfter: Files }
    | null = null;
  #words = 0;
  /** Paths that the branch has touched, ever. */
  readonly #touched = new Set<string>();
  /** What the person made of each path last. */
  readonly #persons: Files = new Map();

  constructor(
    readonly directory: string,
    readonly store: StoreWriter,
    readonly history: History,
    readonly random: Random,
  ) {
    const plan = `${directory}/plan`;
    this.#jobs = projectJobs(store, history, { source: this.project, plan });
  }

  get project(): string {
    return `${this.directory}/project`;
  }

  get branch(): string {
    return `${this.directory}/branch`;
  }

  async begin(): Promise<void> {
    fs.mkdirSync(this.project);
    for (const name of ["d", "e"]) {
      fs.mkdirSync(`${this.project}/${name}`);
      this.#write(this.project, this.#project, `${name}/keep`, this.#text());
    }
    for (const path of PATHS.slice(0, 4)) {
      this.#write(this.project, this.#project, path, this.#text());
    }
    for (const [path, content] of this.#project) this.#persons.set(path, content);
    const snapshot = await this.#imported(this.project);
    runAtOnce(applySnapshot({
      store: this.store,
      root: binaryString(this.branch),
      from: null,
      to: snapshot,
      plan: null,
    }));
    this.#branch = new Map(this.#project);
    this.#anchor = { base: new Map(this.#project), refreshes: [] };
    this.#commit(snapshot, "import", []);
  }

  async step(): Promise<string> {
    const { random } = this;
    const done = await [
      () => this.#edit(this.project, this.#project, "person"),
      () => this.#edit(this.project, this.#project, "person"),
      () => this.#edit(this.branch, this.#branch, "branch"),
      () => this.#edit(this.branch, this.#branch, "branch"),
      () => this.#checkpoint(),
      () => this.#apply(random(3) === 0),
      () => this.#apply(false),
      () => this.#refresh(),
      () => this.#rollback(),
      () => this.#undo(),
      () => this.#revert(),
    ][random(11)]!();
    this.#check();
    return done;
  }

  #check(): void {
    assert.deepEqual(read(this.project), this.#project, "the project");
    assert.deepEqual(read(this.branch), this.#branch, "the branch");
    for (const [path, content] of this.#persons) {
      if (!this.#touched.has(path)) assert.equal(this.#project.get(path), content, path);
    }
  }

  /** A text like no other: nothing looks as if it had been moved. */
  #text(): string {
    return Array.from({ length: LINES }, () => `${++this.#words}\n`).join("");
  }

  #write(root: string, files: Files, path: string, text: string): void {
    if (this.random(2) === 0) {
      fs.writeFileSync(`${root}/${path}`, text);
    } else {
      fs.writeFileSync(`${root}/.new`, text);
      fs.renameSync(`${root}/.new`, `${root}/${path}`);
    }
    files.set(path, text);
  }

  #edit(root: string, files: Files, who: "person" | "branch"): string {
    const path = PATHS[this.random(PATHS.length)]!;
    const before = files.get(path);
    const how = this.random(6);
    if (before !== undefined && how === 0) {
      fs.rmSync(`${root}/${path}`);
      files.delete(path);
    } else if (before === undefined) this.#write(root, files, path, this.#text());
    else {
      // Most often at an end of the file of one's own.
      const lines = before.split("\n");
      const line = how === 1 ? this.random(LINES) : who === "person" ? this.random(3) : LINES - 1;
      lines[Math.min(line, lines.length - 1)] = String(++this.#words);
      this.#write(root, files, path, lines.join("\n"));
    }
    if (who === "branch") this.#touched.add(path);
    else {
      const content = files.get(path);
      if (content === undefined) this.#persons.delete(path);
      else this.#persons.set(path, content);
    }
    return `${who} ${
      before === undefined ? "adds" : files.has(path) ? "edits" : "deletes"
    } ${path}`;
  }

  #commit(snapshot: Snapshot, kind: CommitKind, parents: readonly CommitInfo[]): CommitInfo {
    const commit = this.history.save({
      branch: "main",
      snapshot,
      segment: FIRST_SEGMENT,
      nextInode: FIRST_OWN_INODE,
      commit: {
        label: "",
        message: "",
        kind,
        agent: null,
        ...(parents.length === 0 ? {} : { parents: parents.map(({ id }) => id) }),
      },
    })!;
    const refreshes = this.#at?.refreshes ?? [];
    this.#at = { commit, files: new Map(this.#branch), refreshes };
    this.#points.push(this.#at);
    return commit;
  }

  async #imported(root: string): Promise<Snapshot> {
    const source = new SourceDirectory(binaryString(root));
    try {
      const { snapshot } = await importSource(this.store, source, {
        previous: null,
        onProgress: () => {},
        pause: () => Promise.resolve(),
        commitEvery: Infinity,
      });
      return snapshot;
    } finally {
      source.close();
    }
  }

  async #checkpoint(): Promise<string> {
    const snapshot = await this.#imported(this.branch);
    this.#commit(snapshot, "checkpoint", []);
    return "checkpoint";
  }

  async #show(to: Snapshot): Promise<void> {
    const from = await this.#imported(this.branch);
    const { store } = this;
    const root = binaryString(this.branch);
    const outcome = runAtOnce(applySnapshot({ store, root, from, to, plan: null }));
    assert.deepEqual(outcome.leftAlone, []);
  }

  async #apply(partial: boolean): Promise<string> {
    await this.#checkpoint();
    const seen = await this.#jobs.look(null);
    const { commit } = this.#at;
    const plan = await this.#jobs.planApply({
      branch: "main",
      point: commit.id,
      theirs: commit.snapshot,
      strategy: "conflict",
      withoutGit: false,
    });
    const merged = merge(this.#base, this.#project, this.#branch);
    assert.deepEqual(new Set(plan.conflicts.map(({ path }) => path)), merged.conflicts);
    const isNothing = sameFiles(merged.files, this.#project);
    assert.equal(plan.changes.length === 0, isNothing);
    if (isNothing || merged.conflicts.size > 0 && !partial) {
      this.store.discard();
      return `apply of nothing (${merged.conflicts.size} conflicts)`;
    }
    const stats = statsOf(this.project);
    const done = await this.#carryOut(plan, seen.commit, "apply");
    const baseAfter = without(this.#branch, this.#base, merged.conflicts);
    this.#applied = {
      commit: done,
      before: this.#project,
      after: merged.files,
      base: this.#base,
      baseAfter,
    };
    this.#untouched(stats, this.#project, merged.files);
    this.#project = new Map(merged.files);
    this.#anchor = { base: baseAfter, refreshes: this.#at.refreshes };
    return `apply (${merged.conflicts.size} conflicts)`;
  }

  async #carryOut(
    plan: Awaited<ReturnType<ReturnType<typeof projectJobs>["planApply"]>>,
    before: CommitInfo,
    operation: "apply" | "undo",
  ): Promise<CommitInfo> {
    const { base, result, common, point } = plan;
    const asked = { branch: "main", snapshot: base.snapshot, before: base, message: "" };
    const baseBefore = base.commit ?? (await this.#jobs.common(asked)).id;
    const done = await this.#jobs.apply({
      branch: "main",
      before: before.id,
      result,
      point,
      baseBefore,
      common,
      message: "",
      agent: null,
      operation,
    });
    assert.deepEqual(done.leftAlone, []);
    return done.commit!;
  }

  /** What does not differ is as it was, down to its inode. */
  #untouched(stats: Map<string, string>, before: Files, after: Files): void {
    const now = statsOf(this.project);
    for (const [path, content] of before) {
      if (after.get(path) === content) assert.equal(now.get(path), stats.get(path), path);
    }
  }

  async #refresh(): Promise<string> {
    await this.#checkpoint();
    const head = this.#at;
    const { commit: { snapshot } } = await this.#jobs.look(null);
    const base = await this.#jobs.commonBase({ branch: "main", at: head.commit.id });
    const outcome = await this.#jobs.mergeRefresh({
      into: { label: "main", commits: [], snapshot: head.commit.snapshot },
      project: { label: "project", commits: [], snapshot },
      base: base.snapshot,
      strategy: "conflict",
      nextInode: this.history.nextInode(),
    });
    const merged = merge(this.#base, this.#branch, this.#project);
    const [{ conflicts }] = outcome.sources as [typeof outcome.sources[0]];
    assert.deepEqual(new Set(conflicts.map(({ path }) => path)), merged.conflicts);
    if (merged.conflicts.size > 0) {
      this.store.discard();
      return "refresh with conflicts";
    }
    const asked = { branch: "main", snapshot, before: base, message: "" };
    const common = await this.#jobs.common(asked);
    await this.#show(outcome.snapshot);
    const refreshes = [...head.refreshes, { before: this.#base, after: new Map(this.#project) }];
    this.#branch = new Map(merged.files);
    this.#commit(outcome.snapshot, "refresh", [head.commit, common]);
    this.#at = { ...this.#at, refreshes };
    this.#points[this.#points.length - 1] = this.#at;
    this.#applied = null;
    return "refresh";
  }

  async #rollback(): Promise<string> {
    const to = this.#points[this.random(this.#points.length)]!;
    await this.#checkpoint();
    const from = this.#at;
    await this.#show(to.commit.snapshot);
    this.history.moveTo({
      branch: "main",
      commit: to.commit.id,
      segment: FIRST_SEGMENT,
      nextInode: FIRST_OWN_INODE,
      operation: { kind: "rollback", from: from.commit.id },
    });
    this.#branch = new Map(to.files);
    this.#at = to;
    this.#applied = null;
    return "rollback";
  }

  /** What is common where the branch is. */
  get #base(): Files {
    return this.#baseAt(this.#at);
  }

  /** What was common after the last apply, moved by the refreshes between that and a point. */
  #baseAt(to: Point): Files {
    const from = this.#anchor;
    let { base } = from;
    for (const { before, after } of from.refreshes.toReversed()) {
      if (!to.refreshes.some((other) => other.after === after)) {
        base = merge(after, base, before, "theirs").files;
      }
    }
    for (const { before, after } of to.refreshes) {
      if (!from.refreshes.some((other) => other.after === after)) {
        base = merge(before, base, after, "theirs").files;
      }
    }
    return base;
  }

  /** Takes one thing out of the branch that a commit did, a refresh perhaps. */
  async #revert(): Promise<string> {
    const parentOf = ({ commit }: Point) =>
      this.#points.find((point) => point.commit.id === commit.parents[0]);
    const changing = this.#points.filter((point) => {
      const parent = parentOf(point);
      return parent !== undefined && !sameFiles(parent.files, point.files);
    });
    // Every other time a refresh, if there is one.
    const refreshes = changing.filter(({ commit }) => commit.kind === "refresh");
    const among = refreshes.length > 0 && this.random(2) === 0 ? refreshes : changing;
    const after = among[this.random(among.length)];
    if (after === undefined) return "nothing to revert";
    const before = parentOf(after)!;
    await this.#checkpoint();
    const { commit: head, refreshes: had } = this.#at;
    let next = this.history.nextInode();
    const outcome = mergeSnapshots(
      this.store,
      after.commit.snapshot,
      head.snapshot,
      before.commit.snapshot,
      {
        strategy: "conflict",
        labels: { ours: "main", theirs: "before" },
        allocateInode: () => next++,
      },
    );
    const merged = merge(after.files, this.#branch, before.files);
    assert.deepEqual(new Set(outcome.conflicts.map(({ path }) => path)), merged.conflicts);
    if (merged.conflicts.size > 0 || sameFiles(merged.files, this.#branch)) {
      this.store.discard();
      return `revert of nothing (${merged.conflicts.size} conflicts)`;
    }
    const [was, is] = [this.#baseAt(before), this.#baseAt(after)];
    const base = merge(is, this.#base, was, "theirs").files;
    const common = await this.#jobs.commonWithout({
      branch: "main",
      before: before.commit.id,
      after: after.commit.id,
      head: head.id,
    });
    assert.equal(common === null, sameFiles(base, this.#base));
    const parents = [head];
    if (common !== null) {
      const { snapshot } = common;
      const asked = { branch: "main", snapshot, before: common.base, message: "" };
      parents.push(await this.#jobs.common(asked));
    }
    await this.#show(outcome.snapshot);
    this.#branch = new Map(merged.files);
    this.#commit(outcome.snapshot, "revert", parents);
    if (common !== null) {
      const moved = { before: this.#base, after: base };
      this.#at = { ...this.#at, refreshes: [...had, moved] };
      this.#points[this.#points.length - 1] = this.#at;
    }
    this.#applied = null;
    return common === null ? "revert" : "revert of a refresh";
  }

  async #undo(): Promise<string> {
    if (this.#applied === null) return "nothing to undo";
    const { commit, before, after, base, baseAfter } = this.#applied;
    this.#applied = null;
    const seen = await this.#jobs.look(null);
    const plan = await this.#jobs.planTakeBack({
      branch: "main",
      at: this.#at.commit.id,
      apply: commit.id,
    });
    const merged = merge(after, this.#project, before);
    assert.deepEqual(new Set(plan.conflicts.map(({ path }) => path)), merged.conflicts);
    if (sameFiles(merged.files, this.#project)) {
      this.store.discard();
      return "undo of nothing";
    }
    const stats = statsOf(this.project);
    await this.#carryOut(plan, seen.commit, "undo");
    this.#untouched(stats, this.#project, merged.files);
    this.#project = new Map(merged.files);
    this.#anchor = {
      base: without(base, baseAfter, merged.conflicts),
      refreshes: this.#at.refreshes,
    };
    return "undo";
  }
}

function sameFiles(a: Files, b: Files): boolean {
  return a.size === b.size && [...a].every(([path, content]) => b.get(path) === content);
}

function read(root: string): Files {
  return new Map(
    pathsOf(root).map((path) => [path, fs.readFileSync(`${root}/${path}`, "utf8")]),
  );
}

function statsOf(root: string): Map<string, string> {
  return new Map(
    pathsOf(root).map((path) => {
      const { ino, mtimeMs, ctimeMs } = fs.statSync(`${root}/${path}`);
      return [path, `${ino} ${mtimeMs} ${ctimeMs}`];
    }),
  );
}

function pathsOf(root: string): string[] {
  const names = [...PATHS, "d/keep", "e/keep"];
  return names.filter((path) => fs.existsSync(`${root}/${path}`));
}

Deno.test("whatever is done on both sides, refresh and apply bring over what is wanted and nothing else", async () => {
  const wanted = ["apply (0 conflicts)", "refresh", "refresh with conflicts", "undo"]
    .concat("revert", "revert of a refresh");
  const seen = new Set<string>();
  // What is rare may not come in so few sequences: then there are more.
  const isEnough = (sequences: number) =>
    sequences >= SEQUENCES &&
    (SEQUENCES < ENOUGH || sequences >= MOST_TIMES * SEQUENCES ||
      wanted.every((step) => seen.has(step)));
  for (let sequence = 0; !isEnough(sequence); sequence++) {
    const seed = SEED + sequence;
    const steps: string[] = [];
    await withTemporary(async (directory) => {
      const store = StoreWriter.create(`${directory}/store`, await loadHasher());
      try {
        const world = new World(directory, store, new History(store), randomness(seed));
        await world.begin();
        for (let i = 0; i < STEPS; i++) steps.push(await world.step());
      } catch (cause) {
        const done = steps.join("\n");
        throw new Error(`After:\n${done}\nfailed; repeat with AGENTVFS_SEED=${seed}`, { cause });
      } finally {
        store.close();
      }
    });
    for (const step of steps) seen.add(step);
  }
  // Otherwise nothing of it was tried.
  if (SEQUENCES < ENOUGH) return;
  for (const step of wanted) assert.ok(seen.has(step), step);
});
