/** Help that people read: it fits their screen, and docs/cli.md says the same. */

import assert from "node:assert/strict";
import { COMMANDS } from "../../src/cli/commands.ts";
import { commandHelp, controlOverview, overview } from "../../src/cli/help.ts";
import { cliReference } from "../../scripts/write_cli_docs.ts";

const SHOWN = Object.keys(COMMANDS).filter((name) => COMMANDS[name]!.hidden === undefined);

function assertFits(text: string, lines: number): void {
  const rows = text.split("\n");
  assert.ok(rows.length <= lines, `${rows.length} lines`);
  for (const row of rows) assert.ok([...row].length <= 80, `${[...row].length} columns: ${row}`);
}

Deno.test("the overview fits a screen of 80 by 24 and names every command", () => {
  assertFits(overview(), 24);
  assertFits(controlOverview(), 24);
  for (
    const name of SHOWN.map((name) => name.split(" ")[0]!).filter((name) => name !== "version")
  ) {
    assert.match(overview(), new RegExp(`\\b${name}\\b`));
  }
});

for (const name of SHOWN) {
  Deno.test(`the help of ${name} fits, and says what each option does`, async () => {
    const { command } = await COMMANDS[name]!.load();
    assert.equal(command.name, name);
    assertFits(commandHelp(command), 24);
    for (const [option, { brief }] of Object.entries(command.options)) {
      if (brief !== undefined) assert.match(commandHelp(command), new RegExp(`--${option}\\b`));
    }
  });
}

Deno.test("docs/cli.md is what the program says (scripts/write_cli_docs.ts writes it)", async () => {
  const url = new URL("../../docs/cli.md", import.meta.url);
  assert.equal(await Deno.readTextFile(url), await cliReference());
});
