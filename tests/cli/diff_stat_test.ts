/** `diff --stat` is what git says about the same files. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { diffStat } from "../../src/cli/print/diff_stat.ts";
import type { Change } from "../../src/control/service/history.ts";
import { GIT_ENVIRONMENT } from "../support/git.ts";
import { run } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";

type Files = Readonly<Record<string, string>>;

function lines(count: number, word = "line"): string {
  return Array.from({ length: count }, (_, i) => `${word} ${i}\n`).join("");
}

const LONG = "a/very/long/way/to/a/file/that/has/to/be/cut/somewhere.ts";

/** What files were and what they are. */
const CASES: readonly [name: string, before: Files, after: Files][] = [
  ["one line", { a: "1\n" }, { a: "2\n" }],
  ["only added", {}, { a: lines(3), "b/c": "" }],
  ["only deleted", { a: lines(3), b: "" }, {}],
  ["bars that have to be scaled", { a: lines(500), b: lines(3) }, { a: lines(20, "new"), b: "" }],
  ["one line of thousands", { a: lines(4000), b: "1\n" }, { a: "", b: "2\n" }],
  ["binary files", { a: "\0a", b: "\0", d: lines(2) }, { a: "\0b", c: lines(900) + "\0" }],
  ["a long name", { [LONG]: lines(90), b: "x" }, { [LONG]: lines(70, "other"), b: "y" }],
  ["a name that is not ASCII", { "grün/日本語.txt": "a\n", b: "x" }, {
    "grün/日本語.txt": "b\n",
    b: "y",
  }],
  ["renames", { "a/b/c": lines(30), "a/d": lines(40), e: "e\n" }, {
    "a/x/c": lines(30),
    "a/d": "",
    "f/e": "e\n",
    "g": lines(40),
  }],
];

for (const [name, before, after] of CASES) {
  Deno.test(`a difference is counted as git counts it: ${name}`, () =>
    withTemporary(async (directory) => {
      await git(directory, "init", "-q");
      await put(directory, before);
      await git(directory, "commit", "-qm", "before", "--allow-empty");
      for (const path of Object.keys(before)) await Deno.remove(join(directory, path));
      await put(directory, after);
      const changes = await changesOf(directory, before, after);
      // Some versions of git cut names in the middle of a character.
      const widths = [20, 40, 80, 200].filter((columns) => isAscii(before) || columns >= 40);
      for (const columns of widths) {
        const said = await git(directory, "diff", "--cached", "-M", `--stat=${columns}`);
        assert.equal(diffStat(changes, columns).map((line) => `${line}\n`).join(""), said);
      }
    }));
}

function isAscii(files: Files): boolean {
  return Object.keys(files).every((path) => /^[ -~]*$/.test(path));
}

async function put(directory: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(join(directory, dirname(path)), { recursive: true });
    await Deno.writeTextFile(join(directory, path), text);
  }
  await git(directory, "add", "-A");
}

/** What git says that changed, as a daemon would. */
async function changesOf(directory: string, before: Files, after: Files): Promise<Change[]> {
  const said = await git(directory, "diff", "--cached", "-M", "--numstat", "-z");
  const words = said.split("\0").slice(0, -1);
  const changes: Change[] = [];
  while (words.length > 0) {
    const [added, deleted, name] = words.shift()!.split("\t");
    const oldPath = name === "" ? words.shift()! : name!;
    const path = name === "" ? words.shift()! : name!;
    const size = (text = "") => new TextEncoder().encode(text).length;
    changes.push({
      status: name === "" || !(path in before) ? "A" : path in after ? "M" : "D",
      path,
      kind: "file",
      ...(name === "" ? { oldPath, similarity: 100 } : {}),
      lines: added === "-" ? null : { added: Number(added), deleted: Number(deleted) },
      oldSize: size(before[oldPath]),
      size: size(after[path]),
    });
  }
  return changes;
}

async function git(directory: string, ...args: string[]): Promise<string> {
  const words = ["git", "-c", "core.quotePath=false", ...args];
  const { code, stdout, stderr } = await run(words, { cwd: directory, env: GIT_ENVIRONMENT });
  assert.equal(code, 0, stderr);
  return stdout;
}
