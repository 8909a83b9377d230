/** Pages that are written from what commands and methods declare are true. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { run } from "../support/process.ts";
import {
  protocolReference,
  schemaReference,
  toolsReference,
  typesReference,
} from "../../scripts/write_cli_docs.ts";

function page(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`../../docs/${name}`, import.meta.url));
}

Deno.test("docs/schema.json is what is declared (scripts/write_cli_docs.ts writes it)", async () => {
  assert.equal(await page("schema.json"), await schemaReference());
});

Deno.test("the tables of docs/protocol.md are what is declared (scripts/write_cli_docs.ts writes them)", async () => {
  assert.equal(await page("protocol.md"), await protocolReference());
});

Deno.test("the tools of agentvfs mcp are what is declared (scripts/write_cli_docs.ts writes them)", async () => {
  assert.equal(await page("../src/agents/mcp/tools.json"), await toolsReference());
});

Deno.test("src/control/api/types.ts is what is declared (scripts/write_cli_docs.ts writes it)", async () => {
  assert.equal(await page("../src/control/api/types.ts"), await typesReference());
});

Deno.test("every symbol of the library is documented, and can be published", async () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const deno = (...args: string[]) =>
    run([Deno.execPath(), ...args], { cwd: root, deadlineMs: 300_000 });
  const lint = await deno("doc", "--lint", "mod.ts");
  assert.equal(lint.code, 0, lint.stderr);
  // Without types, which the gate checks.
  const dry = await deno("publish", "--dry-run", "--allow-dirty", "--no-check");
  assert.equal(dry.code, 0, dry.stderr);
});

Deno.test("what a page links to, and the tests that it names, are there", async () => {
  const missing: string[] = [];
  const pages = [...Deno.readDirSync(new URL("../../docs/", import.meta.url))]
    .map(({ name }) => `docs/${name}`).filter((name) => name.endsWith(".md"));
  for (
    const name of ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", ...pages]
  ) {
    const text = await page(`../${name}`);
    const root = new URL("../../", import.meta.url);
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, to]) =>
      new URL(to!, new URL(name, root))
    );
    const tests = [...text.matchAll(/`(tests\/[\w/]+\.\w+)`/g)].map(([, to]) => new URL(to!, root));
    for (const url of [...links, ...tests]) {
      if (!await Deno.stat(url).then(() => true, () => false)) missing.push(`${name}: ${url}`);
    }
  }
  assert.deepEqual(missing, []);
});
