/**
 * Patterns of rules against those of git: what `git check-ignore` ignores is what a rule of the pattern is about. `AGENTVFS_SEED`
 * repeats a run.
 */

import assert from "node:assert/strict";
import { binaryString } from "../../ffi/binary_string.ts";
import { GIT_ENVIRONMENT } from "../../tests/support/git.ts";
import { succeed } from "../../tests/support/process.ts";
import { type Random, randomness, SEED } from "../../tests/support/random.ts";
import { withTemporary } from "../../tests/support/temporary.ts";
import { parseGlob } from "./glob.ts";
import { PathAutomaton } from "./path_automaton.ts";

const ROUNDS = 60;
const TREE_PATHS = 100;

/**
 * Of ASCII alone: where git takes a byte, `?` and a class take a character. Without `#` at the beginning and blanks at the end,
 * which mean something to the file of git alone.
 */
const NAMES = [
  "a",
  "b",
  "ab",
  "A",
  "a b",
  "[a]",
  "a*",
  "\\",
  "-",
  "x.k",
  ".k",
  "a.x.k",
  "!",
  "^",
  "]",
];
const PIECES = [
  "a",
  "b",
  "ab",
  "A",
  "*",
  "*",
  "?",
  "[ab]",
  "[!a]",
  "[^a]",
  "[a-z]",
  "[A-Z]",
  "\\*",
  "\\[",
  "\\\\",
];
const CLASSES = [
  "[]a]",
  "[!]a]",
  "[\\]]",
  "[\\a]",
  "[a\\-z]",
  "[[:alpha:]]",
  "[[:upper:]]",
  "[-a]",
  "[a-]",
  "[!-a]",
  "[[]",
];
const WHOLE = ["**", "*.k", "*.x.k", ".k", "\\!"];

function pattern(random: Random): string {
  const one = (from: readonly string[]) => from[random(from.length)]!;
  const component = () =>
    random(3) === 0
      ? one(WHOLE)
      : Array.from({ length: 1 + random(2) }, () => one(random(3) === 0 ? CLASSES : PIECES)).join(
        "",
      )
        // Several stars in a name are one; git takes some of them for any number of directories.
        .replace(/\*{2,}/g, "*");
  const components = Array.from({ length: 1 + random(3) }, component);
  return (random(4) === 0 ? "/" : "") + components.join("/") + (random(4) === 0 ? "/" : "");
}

interface Entry {
  readonly path: string;
  readonly isDirectory: boolean;
}

async function makeTree(root: string, random: Random): Promise<void> {
  for (let i = 0; i < TREE_PATHS; i++) {
    const names = Array.from({ length: 1 + random(4) }, () => NAMES[random(NAMES.length)]!);
    const last = random(3) === 0 ? [] : [names.pop()!];
    try {
      await Deno.mkdir([root, ...names].join("/"), { recursive: true });
      if (last.length > 0) await Deno.writeTextFile([root, ...names, ...last].join("/"), "");
    } catch {
      // A file is in the way of a directory, or the other way round.
    }
  }
}

function entries(root: string, directory = ""): Entry[] {
  return [...Deno.readDirSync(`${root}/${directory}`)]
    .filter(({ name }) => directory !== "" || name !== ".git" && name !== ".gitignore")
    .flatMap(({ name, isDirectory }) => {
      const path = directory === "" ? name : `${directory}/${name}`;
      return [{ path, isDirectory }, ...isDirectory ? entries(root, path) : []];
    });
}

/** Of the paths that git has been asked about, those that the pattern ignores. */
async function ignored(root: string, pattern: string): Promise<Set<string>> {
  await Deno.writeTextFile(`${root}/.gitignore`, `${pattern}\n`);
  // It ends with 1 if there are none.
  const asked = `git check-ignore --no-index -z --stdin <.git/asked || [ $? -eq 1 ]`;
  return new Set(
    (await succeed(["sh", "-c", asked], { cwd: root, env: GIT_ENVIRONMENT })).split("\0"),
  );
}

Deno.test(`a pattern is about what git ignores by it, seed ${SEED}`, () =>
  withTemporary(async (root) => {
    const random = randomness(SEED);
    await succeed(["git", "init", "-q", "."], { cwd: root, env: GIT_ENVIRONMENT });
    await makeTree(root, random);
    const tree = entries(root);
    await Deno.writeTextFile(`${root}/.git/asked`, tree.map(({ path }) => path).join("\0"));
    let matches = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const written = pattern(random);
      const expected = await ignored(root, written);
      const automaton = new PathAutomaton([parseGlob(written)]);
      for (const { path, isDirectory } of tree) {
        const state = automaton.root.walk(binaryString(path).split("/"));
        const isMatch = (isDirectory ? state.directoryMatches : state.matches).length === 1;
        if (isMatch) matches++;
        assert.equal(isMatch, expected.has(path), `${written}: ${path}`);
      }
    }
    assert.ok(matches > tree.length, `only ${matches} matches`);
  }));
