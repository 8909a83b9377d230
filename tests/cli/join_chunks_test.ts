/** Files of a bundle that are joined do what they did. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { joinChunks } from "../../scripts/join_chunks.ts";
import { lazyRequire } from "../../scripts/lazy_require.ts";
import { succeed } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";

const SOURCES = {
  "main.ts": `
import { count, value } from "./counter.ts";
import { NAME } from "./name.ts";
const [command] = Deno.args;
count();
const commands = {
  often: () => import("./commands/often.ts"),
  more: () => import("./commands/more.ts"),
  seldom: () => import("./commands/seldom.ts"),
};
console.log(NAME, value, await (await commands[command]()).run(), value);
`,
  "counter.ts": "export let value = 0; export function count() { return ++value; }",
  "name.ts": `import process from "node:process"; export const NAME = process.title && "program";`,
  "shared.ts": `import { count } from "./counter.ts"; export class Shared { n = count(); }`,
  "of_often.ts": `export function twice(n) { return 2 * n; }`,
  "commands/often.ts": `
import { Shared } from "../shared.ts";
import { twice } from "../of_often.ts";
import { NAME } from "../name.ts";
export async function run() {
  const seldom = await import("./seldom.ts");
  return [NAME, twice(new Shared().n), await seldom.run()].join();
}`,
  "commands/more.ts": `
import { Shared } from "../shared.ts";
export const run = () => new Shared().n;`,
  "commands/seldom.ts": `
import { Shared } from "../shared.ts";
import { twice } from "../of_often.ts";
export const run = () => twice(new Shared().n) + 100;`,
};

for (const minify of [true, false]) {
  Deno.test(`a bundle ${minify ? "minified" : "readable"} does the same when what it loads together is joined`, () =>
    withTemporary(async (root) => {
      for (const [path, text] of Object.entries(SOURCES)) {
        await Deno.mkdir(join(root, path, ".."), { recursive: true });
        await Deno.writeTextFile(join(root, path), text);
      }
      const out = join(root, "out");
      const entries = ["main", "commands/often", "commands/more"];
      await succeed([
        ...[Deno.execPath(), "bundle", "--no-config", "--quiet", ...minify ? ["--minify"] : []],
        ...[
          "--code-splitting",
          "--outdir",
          out,
          ...entries.map((name) => join(root, `${name}.ts`)),
        ],
      ]);
      const outputs = async () => {
        const given: string[] = [];
        for (const command of ["often", "more", "seldom"]) {
          const program = [Deno.execPath(), "run", "--no-config", "-A", join(out, "main.js")];
          given.push(await succeed([...program, command]));
        }
        return given;
      };
      const before = await outputs();
      assert.equal(before[0], "program 1 program,4,106 3\n");
      joinChunks(out, "main.js", ["commands/often.js", "commands/more.js"], minify);
      assert.deepEqual(await outputs(), before);
      assert.deepEqual(imported(out, "commands/often.js"), ["../base.js"]);
      assert.deepEqual(imported(out, "commands/more.js"), ["../base.js"]);
      assert.deepEqual(imported(out, "main.js"), ["./base.js"]);
      assert.deepEqual(imported(out, "base.js"), []);
    }));
}

Deno.test("a bundle makes its require when it is called", async () => {
  const made =
    `import{createRequire as r}from"node:module";var a=r(import.meta.url);console.log(typeof a("node:path").join)`;
  const lazy = lazyRequire(made);
  assert.ok(!lazy.includes("import{"));
  assert.equal(await succeed([Deno.execPath(), "eval", lazy]), "function\n");
  assert.equal(lazyRequire(lazy), lazy);
  assert.throws(() =>
    lazyRequire(`import{createRequire as r}from"node:module";var a=r("file:///")`)
  );
});

function imported(directory: string, path: string): string[] {
  const text = Deno.readTextFileSync(join(directory, path));
  return [...text.matchAll(/(?:from|import)\s*"(\.[^"]*)"/g)].map(([, name]) => name!);
}
