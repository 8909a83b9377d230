/** What stands in code blocks of the documentation can be typed. */

import assert from "node:assert/strict";
import { type Block, pageBlocks } from "./page_blocks.ts";
import { checkTypes, runPage } from "./run_page.ts";

const ROOT = new URL("../../", import.meta.url);
/** Made from what the program says. */
const GENERATED = ["docs/cli.md"];

async function pages(): Promise<string[]> {
  const names = (await Array.fromAsync(Deno.readDir(new URL("docs", ROOT)))).map(({ name }) => name)
    .filter((name) => name.endsWith(".md")).sort().map((name) => `docs/${name}`);
  return ["README.md", "CONTRIBUTING.md", ...names.filter((name) => !GENERATED.includes(name))];
}

async function blocksOf(page: string): Promise<Block[]> {
  return pageBlocks(page, await Deno.readTextFile(new URL(page, ROOT)));
}

Deno.test("a block has a language or is only to be looked at, and who is not run says why", async () => {
  const languages = ["", "sh", "ts", "json", "sql", "lua", "yaml", "powershell"];
  for (const page of await pages()) {
    for (const { place, language, notRun, code } of await blocksOf(page)) {
      assert.ok(languages.includes(language), `${place}: ${language}`);
      assert.ok(notRun === null || notRun.length > 10, `${place}: why is it not run?`);
      if (language === "") {
        assert.ok(!/^(agentvfs|deno|npm|git) /m.test(code), `${place} is commands: call it sh`);
      }
      if (language === "json") JSON.parse(code);
    }
  }
});

for (const page of await pages()) {
  const blocks = await blocksOf(page);
  const isRun = blocks.some(({ language, notRun }) => language === "sh" && notRun === null);
  if (isRun) Deno.test(`the commands of ${page} can be typed`, () => runPage(blocks));
}

Deno.test("the compiler takes what is TypeScript", async () => {
  await checkTypes((await Promise.all((await pages()).map(blocksOf))).flat());
});
