/**
 * What git itself makes of checkpoints, to hold their export to.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { GIT_ENVIRONMENT } from "./git.ts";
import type { Mounted } from "./mounted.ts";
import { shell, succeed } from "./process.ts";

/** `agentvfs export --git`, which has to succeed; what it says. */
// deno-lint-ignore no-explicit-any
export async function exportToGit(mounted: Mounted, ...args: string[]): Promise<any> {
  const how = args.length === 0 ? ["--git"] : args;
  const run = ["-C", mounted.project, "--json", "export", ...how];
  const outcome = await mounted.run(run, { env: GIT_ENVIRONMENT });
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
  return JSON.parse(outcome.stdout);
}

/** git's own `add --all` of each checkpoint, in an index of its own. */
export class GitOracle {
  /** Checkpoint and tree, oldest first. */
  readonly #trees: [string, string][] = [];

  private constructor(
    readonly mounted: Mounted,
    readonly place: string,
    readonly index = join(place, "oracle-index"),
  ) {}

  static async begin(mounted: Mounted): Promise<GitOracle> {
    const oracle = new GitOracle(mounted, mounted.state);
    const { project } = mounted;
    await shell("if git rev-parse -q --verify HEAD; then git read-tree HEAD; fi", {
      cwd: project,
      env: { ...GIT_ENVIRONMENT, GIT_INDEX_FILE: oracle.index },
    });
    await oracle.add((await mounted.ctl("log")).entries.at(-1).id);
    const [[, tree]] = oracle.#trees as [[string, string]];
    const head = await oracle.#git("rev-parse", "-q", "--verify", "HEAD^{tree}").catch(() => "");
    // A project that is as HEAD has it needs no commit.
    if (tree === head) oracle.#trees.pop();
    return oracle;
  }

  async add(checkpoint: string): Promise<void> {
    const { mounted, index, place } = this;
    const tree = mounted.path(".agentvfs/checkpoints", checkpoint);
    const prefix = await this.#git("rev-parse", "--show-prefix");
    // The rest of a larger repository is as HEAD has it: only the project is looked at.
    const script = `dir=$(git rev-parse --absolute-git-dir); work=$1
      if [ -n "$2" ]; then
        work=$(mktemp -d -p "$3"); cp -a "$(git rev-parse --show-toplevel)/." "$work"
        rm -r "$work/$2"; cp -a "$1" "$work/$2"
      fi
      cd "$work"; git --git-dir="$dir" --work-tree="$work" add -A --ignore-errors -- "./$2" 2>/dev/null || :
      git --git-dir="$dir" write-tree`;
    const made = await succeed([
      "bash",
      "-eu",
      "-c",
      script,
      "sh",
      tree,
      prefix.replace(/\/$/, ""),
      place,
    ], {
      cwd: mounted.project,
      env: { ...GIT_ENVIRONMENT, GIT_INDEX_FILE: index },
    });
    this.#trees.push([checkpoint, made.trim()]);
  }

  /** Exports, and compares commit by commit. */
  async check(): Promise<void> {
    const { base, name } = await exportToGit(this.mounted);
    const log = await this.#git(
      "log",
      "--reverse",
      "--format=%(trailers:key=Agentvfs-Checkpoint,valueonly,separator=%x20) %T",
      name,
      ...(base === null ? [] : [`^${base}`]),
    );
    const commits = log.split("\n").map((line) => line.trim().split(" "));
    for (const [i, [checkpoint, tree]] of this.#trees.entries()) {
      assert.equal(commits[i]?.[0], checkpoint);
      const differ = await this.#git("diff-tree", "-r", tree, commits[i]![1]!);
      assert.equal(differ, "", `The tree of checkpoint ${i} is another`);
    }
    assert.equal(commits.length, this.#trees.length);
  }

  async #git(...args: string[]): Promise<string> {
    const options = { cwd: this.mounted.project, env: GIT_ENVIRONMENT };
    return (await succeed(["git", ...args], options)).trim();
  }
}
