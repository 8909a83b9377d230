/** Every test belongs to exactly one task of deno.json, so that none is forgotten. */

import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TIERS = ["test", "test:mount", "test:crash", "test:e2e", "test:agents"];

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

function* testFiles(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    const path = join(directory, name);
    if (isDirectory) yield* testFiles(path);
    else if (name.endsWith("_test.ts")) yield relative(ROOT, path);
  }
}
