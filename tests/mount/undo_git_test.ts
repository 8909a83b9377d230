/**
 * Random histories, of which one checkpoint is undone as `git revert` reverts the same commit: the same files, or a conflict
 * in both.
 *
 * `AGENTVFS_SEED=N AGENTVFS_SEQUENCES=1` repeats the history that a failure names.
 */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { ControlClient } from "../../src/control/client.ts";
import type { UndoReport } from "../../src/control/service/history.ts";
import { ServiceError } from "../../src/control/service_error.ts";
import { GIT_ENVIRONMENT } from "../support/git.ts";
import { withProject } from "../support/mounted.ts";
import { run, shell } from "../support/process.ts";
import { type Random, randomness, SEED } from "../support/random.ts";
import { withTemporary } from "../support/temporary.ts";

const SEQUENCES = Number(Deno.env.get("AGENTVFS_SEQUENCES") ?? 40);
const LINES = 24;
const FILES = ["a", "b", "d/c", "d/e", "f/g", "f/h"];

/** No line is in two files, so that git takes none for another one that was moved. */
const PROJECT = `mkdir d f
for f in ${FILES.join(" ")}; do for i in $(seq ${LINES}); do echo "$f line $i"; done >$f; done`;

/** What was done to a tree, to be done to another one as well. */
type Edit = (root: string) => void;

/** A tree that is edited at random; it knows the names there are. */
class Author {
  readonly #names = new Set(FILES);
  #made = 0;

  constructor(readonly random: Random) {}

  /** A few edits, most of them of lines: those that come after each other may or may not meet. */
  checkpoint(): Edit[] {
    return Array.from({ length: 1 + this.random(3) }, () => this.#edit());
  }

  #edit(): Edit {
    const name = [...this.#names].sort()[this.random(this.#names.size)]!;
    const stamp = ++this.#made;
    switch (this.random(10)) {
      case 0: {
        const made = this.#newName();
        const text = Array.from({ length: LINES }, (_, i) => `new ${stamp} line ${i}\n`).join("");
        this.#names.add(made);
        return (root) => {
          Deno.mkdirSync(dirname(join(root, made)), { recursive: true });
          Deno.writeTextFileSync(join(root, made), text);
        };
      }
      case 1: {
        if (this.#names.size < 3) return this.#change(name, stamp);
        this.#names.delete(name);
        return (root) => Deno.removeSync(join(root, name));
      }
      case 2: {
        const to = this.#newName();
        this.#names.delete(name);
        this.#names.add(to);
        return (root) => {
          Deno.mkdirSync(dirname(join(root, to)), { recursive: true });
          Deno.renameSync(join(root, name), join(root, to));
        };
      }
      case 3: {
        const mode = this.random(2) === 0 ? 0o755 : 0o644;
        return (root) => Deno.chmodSync(join(root, name), mode);
      }
      default:
        return this.#change(name, stamp);
    }
  }

  #newName(): string {
    return `${["", "d/", "f/", "n/"][this.random(4)]}made${++this.#made}`;
  }

  #change(name: string, stamp: number): Edit {
    const at = this.random(LINES);
    const how = this.random(3);
    return (root) => {
      const lines = Deno.readTextFileSync(join(root, name)).split("\n");
      const where = Math.min(at, lines.length - 2);
      const text = [`${name} changed ${stamp}`];
      if (how === 0) lines.splice(where, 0, ...text);
      else lines.splice(where, 1, ...(how === 1 ? text : []));
      Deno.writeTextFileSync(join(root, name), lines.join("\n"));
    };
  }
}

/** The files, as git knows them. */
async function files(root: string): Promise<string> {
  const skip = "\\( -path ./.git -o -path ./.agentvfs \\) -prune -o";
  return await shell(
    `find . ${skip} -type f -perm /100 -printf 'x %p\\n' | sort; find . ${skip} -type f -exec sha256sum {} + | sort`,
    { cwd: root },
  );
}

async function git(directory: string, ...args: string[]) {
  // It guesses that what is new in a directory should move with the others; nothing here does.
  const settings = ["-c", "merge.directoryRenames=false"];
  return await run(["git", ...settings, ...args], { cwd: directory, env: GIT_ENVIRONMENT });
}

/** False where the revert conflicts; then nothing is changed. */
async function revert(directory: string, commit: string): Promise<boolean> {
  const { code, stdout, stderr } = await git(directory, "revert", "--no-edit", commit);
  if (code === 0) return true;
  const unmerged = await git(directory, "ls-files", "--unmerged");
  // What nothing is left of is no conflict.
  if (unmerged.stdout === "") {
    assert.match(stdout + stderr, /nothing to commit|now empty/);
    return true;
  }
  assert.equal((await git(directory, "revert", "--abort")).code, 0);
  return false;
}

/** Null where the undo conflicts. */
async function undo(client: ControlClient, ref: string): Promise<UndoReport | null> {
  try {
    return await client.undo({ ref });
  } catch (error) {
    if (error instanceof ServiceError && error.code === "undo_conflicts") return null;
    throw error;
  }
}

/** One history: edits and checkpoints in both, then the undo of one of them. True if that is clean. */
async function compare(client: ControlClient, mount: string, repository: string, seed: number) {
  const random = randomness(seed);
  const author = new Author(random);
  const steps = 2 + random(6);
  const chosen = random(steps);
  let ref = "";
  await git(repository, "reset", "-q", "--hard", "start");
  await git(repository, "clean", "-qfd");
  await client.rollback({ ref: "initial" });
  for (let step = 0; step < steps; step++) {
    const edits = author.checkpoint();
    for (const root of [mount, repository]) edits.forEach((edit) => edit(root));
    const { id } = await client.checkpoint({ label: `${seed} ${step}` });
    await git(repository, "add", "-A");
    await git(repository, "commit", "-q", "--allow-empty", "-m", `${step}`);
    if (step === chosen) ref = id;
  }
  const before = await files(mount);
  assert.equal(before, await files(repository), "before");
  const isReverted = await revert(repository, `HEAD~${steps - 1 - chosen}`);
  const undone = await undo(client, ref);
  assert.equal(undone !== null, isReverted, "clean");
  assert.equal(await files(mount), isReverted ? await files(repository) : before, "after");
  if (undone === null) return false;
  const { added, modified, deleted } = undone.changed;
  if (added + modified + deleted > 0) await client.undo({});
  assert.equal(await files(mount), before, "taken back");
  return true;
}

Deno.test("undo of a checkpoint gives what git revert gives", () =>
  withTemporary((repository) =>
    withProject(PROJECT, async (m) => {
      await shell(PROJECT, { cwd: repository });
      for (const args of ["init -q .", "add -A", "commit -qm start", "tag start"]) {
        assert.equal((await git(repository, ...args.split(" "))).code, 0);
      }
      using client = await m.connect();
      let clean = 0;
      for (let i = 0; i < SEQUENCES; i++) {
        const seed = SEED + i;
        const same = await compare(client, m.mount, repository, seed).catch((cause) => {
          throw new Error(`History ${seed}: ${cause.message}`, { cause });
        });
        if (same) clean++;
      }
      console.log(`${clean} of ${SEQUENCES} were clean`);
      if (SEQUENCES >= 40) assert.ok(clean > 0 && clean < SEQUENCES, `${clean} were clean`);
    }, { deadlineMs: 60_000 + 1_000 * SEQUENCES })
  ));
