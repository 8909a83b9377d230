/** Every test belongs to exactly one task of deno.json, so that none is forgotten. */

import assert from "node:assert/strict";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TIERS = ["test", "test:mount", "test:crash", "test:e2e", "test:docs", "test:agents"];

Deno.test("every test file is run by one task", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const places: string[] = TIERS.flatMap((tier) =>
    tasks[tier].command.split(" ").filter((word: string) => /^(src|tests)\b/.test(word))
  );
  for (const file of [...testFiles(join(ROOT, "src")), ...testFiles(join(ROOT, "tests"))]) {
    const runs = places.filter((place) => file === place || file.startsWith(`${place}/`));
    assert.equal(runs.length, 1, `${file} is run by ${runs.length} tasks`);
  }
});

Deno.test("a file that is to run alone is there", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  for (const tier of TIERS) {
    const words: string[] = tasks[tier].command.split(" ");
    const at = words.indexOf("--alone");
    if (at < 0) continue;
    const names = [...testFiles(join(ROOT, words.at(-1)!))].map((path) => basename(path));
    for (const name of words[at + 1]!.split(",")) {
      assert.ok(names.includes(name), `${tier} has no ${name}`);
    }
  }
});

function* testFiles(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    const path = join(directory, name);
    if (isDirectory) yield* testFiles(path);
    else if (name.endsWith("_test.ts")) yield relative(ROOT, path);
  }
}
