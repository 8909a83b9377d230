/** Pages that are written from what commands and methods declare are true. */

import assert from "node:assert/strict";
import {
  protocolReference,
  schemaReference,
  toolsReference,
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
