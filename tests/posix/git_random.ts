/**
 * Random use of git's own commands:
 *
 *     deno run -A tests/posix/git_random.ts --path DIR [--ops N] [--seed N]
 *
 * Dates and names are fixed, so that one seed gives the same commits wherever it runs: what a disk and a
 * mount end up with can be compared by a hash. Ends in `git fsck --strict`.
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { run } from "../support/process.ts";
import { randomNumbers } from "./random.ts";

export interface GitReport {
  readonly operations: number;
  /** Commands that git refused, such as a merge with conflicts. */
  readonly refused: number;
  readonly commits: number;
  /** All refs with what they name, and the tree of the work tree. */
  readonly state: string;
}

const IDENTITY = {
  GIT_AUTHOR_NAME: "A U Thor",
  GIT_AUTHOR_EMAIL: "author@example.com",
  GIT_COMMITTER_NAME: "C O Mitter",
  GIT_COMMITTER_EMAIL: "committer@example.com",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_EDITOR: "true",
  LC_ALL: "C",
};

class RandomGit {
  readonly random: (limit: number) => number;
  refused = 0;
  #clock = 1_700_000_000;

  constructor(readonly path: string, seed: number) {
    this.random = randomNumbers(seed);
  }

  async git(...args: string[]): Promise<{ code: number; stdout: string }> {
    const date = `${this.#clock++} +0000`;
    const env = { ...IDENTITY, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    const options = ["-c", "gc.autoDetach=false", "-c", "advice.detachedHead=false"];
    const outcome = await run(["git", ...options, ...args], { cwd: this.path, env });
    const broken = /fatal: .*(corrupt|unable to (read|write)|bad object|Input\/output|Stale)/i;
    assert.doesNotMatch(outcome.stderr, broken, args.join(" "));
    if (outcome.code !== 0) this.refused++;
    return outcome;
  }

  async must(...args: string[]): Promise<string> {
    const { code, stdout } = await this.git(...args);
    assert.equal(code, 0, `git ${args.join(" ")}`);
    return stdout;
  }

  #file(): string {
    const directory = ["", "src/", "src/deep/", "docs/"][this.random(4)]!;
    return `${directory}file-${this.random(25)}.txt`;
  }

  #branch(): string {
    return `branch-${this.random(6)}`;
  }

  async #write(): Promise<void> {
    const path = `${this.path}/${this.#file()}`;
    await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
    const lines = Array.from({ length: 1 + this.random(40) }, () => `line ${this.random(60)}\n`);
    // Some are replaced, as editors do, and some written in place.
    if (this.random(2) === 0) await Deno.writeTextFile(path, lines.join(""));
    else {
      await Deno.writeTextFile(`${path}.new`, lines.join(""));
      await Deno.rename(`${path}.new`, path);
    }
    if (this.random(10) === 0) await Deno.chmod(path, 0o755);
  }

  /** Ends whatever a refused command left in the middle. */
  async #settle(): Promise<void> {
    for (const what of ["merge", "rebase", "cherry-pick", "revert"]) {
      const { code } = await run(["git", what, "--abort"], { cwd: this.path, env: IDENTITY });
      if (code === 0) return;
    }
    await this.must("reset", "--hard");
  }

  async #orSettle(...args: string[]): Promise<void> {
    if ((await this.git(...args)).code !== 0) await this.#settle();
  }

  async #commit(): Promise<void> {
    await this.must("add", "-A");
    await this.must("commit", "-q", "--allow-empty", "-m", `commit ${this.#clock}`);
  }

  async step(): Promise<void> {
    const kind = this.random(100);
    if (kind < 35) return await this.#write();
    if (kind < 50) return await this.#commit();
    if (kind < 54) return void await this.git("rm", "-q", "-f", this.#file());
    if (kind < 58) return void await this.git("mv", "-f", this.#file(), this.#file());
    if (kind < 62) return void await this.must("status", "--porcelain");
    if (kind < 64) return void await this.must("diff", "--stat");
    if (kind < 65) return void await this.must("log", "--stat", "-5");
    if (kind < 74) {
      await this.#commit();
      const branch = this.#branch();
      if ((await this.git("checkout", "-q", branch)).code !== 0) {
        await this.must("checkout", "-q", "-b", branch);
      }
      return;
    }
    if (kind < 78) {
      await this.#commit();
      return await this.#orSettle("merge", "-q", "--no-edit", this.#branch());
    }
    if (kind < 81) {
      await this.#commit();
      return await this.#orSettle("rebase", "-q", this.#branch());
    }
    if (kind < 84) {
      await this.#commit();
      return await this.#orSettle("cherry-pick", this.#branch());
    }
    if (kind < 86) {
      await this.#commit();
      return await this.#orSettle("revert", "--no-edit", "HEAD");
    }
    if (kind < 89) {
      await this.git("stash", "-q", "-u");
      return await this.#orSettle("stash", "pop", "-q");
    }
    if (kind < 91) return void await this.must("reset", "-q", "--hard");
    if (kind < 93) return void await this.must("clean", "-qfd");
    if (kind < 95) return void await this.git("tag", "-f", `tag-${this.random(5)}`);
    if (kind < 96) return void await this.must("gc", "-q");
    if (kind < 97) return void await this.must("repack", "-q", "-a", "-d");
    if (kind < 98) return void await this.must("pack-refs", "--all");
    return await this.#worktree();
  }

  async #worktree(): Promise<void> {
    await this.git("worktree", "add", "-q", "-f", "--detach", "../other", "HEAD");
    await this.git("-C", "../other", "status", "--porcelain");
    await this.git("worktree", "remove", "--force", "../other");
  }

  async state(): Promise<string> {
    const refs = await this.must("for-each-ref", "--format=%(refname) %(objectname)");
    await this.must("add", "-A");
    return refs + await this.must("write-tree");
  }
}

/** Makes a repository in the empty directory `path/repository` and works in it. */
export async function runGit(path: string, ops: number, seed: number): Promise<GitReport> {
  await Deno.mkdir(`${path}/repository`);
  const git = new RandomGit(`${path}/repository`, seed);
  await git.must("init", "-q", "-b", "branch-0");
  await git.must("commit", "-q", "--allow-empty", "-m", "first");
  for (let i = 0; i < ops; i++) {
    await git.step().catch((cause) => {
      throw new Error(`Operation ${i} of seed ${seed}: ${cause.message}`, { cause });
    });
  }
  await git.must("fsck", "--strict", "--no-dangling");
  const commits = Number(await git.must("rev-list", "--count", "--all"));
  return { operations: ops, refused: git.refused, commits, state: await git.state() };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      path: { type: "string" },
      ops: { type: "string", default: "2000" },
      seed: { type: "string", default: String(Date.now() % 1e9) },
    },
  });
  if (values.path === undefined) throw new Error("--path DIR is missing");
  console.log(`seed ${values.seed}`);
  const { state, ...report } = await runGit(values.path, Number(values.ops), Number(values.seed));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(state));
  console.log(JSON.stringify({ ...report, state: hex(digest) }));
}

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
