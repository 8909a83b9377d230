/** Manual pages: there is one for each command or group, they say what the help says, and a formatter has nothing against them. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/commands.ts";
import { optionsOf } from "../../src/cli/help.ts";
import { manPage, manPageNames } from "../../src/cli/man/man_pages.ts";
import { laidOut } from "../../src/cli/man/roff.ts";
import { isInstalled, run, succeed } from "../support/process.ts";
import { skip } from "../support/skip.ts";
import { withTemporary } from "../support/temporary.ts";
import { cli } from "./harness.ts";

Deno.test("agentvfs man prints the page where nobody reads it, and knows what was meant", async () => {
  const { code, stdout } = await cli(["man", "rollback"]);
  assert.equal(code, 0);
  assert.match(stdout, /^\.TH AGENTVFS\\-ROLLBACK 1 /);
  assert.equal((await cli(["man"])).stdout, await manPage("agentvfs"));
  const wrong = await cli(["man", "rolback"]);
  assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
  assert.match(wrong.stderr, /Did you mean agentvfs man rollback\?/);
  assert.equal((await cli(["man", "--nothing"])).code, 2);
});

Deno.test("text that was laid out for a screen becomes paragraphs, lists and what stays as it is", () => {
  const text = "One\ntwo.\n  a    first\n       more of it\n  b c  second\n    as it is\n.end";
  assert.equal(
    laidOut("One.\n  cmd --x"),
    ".PP\nOne.\n.nf\n  cmd \\-\\-x\n.fi",
  );
  assert.equal(
    laidOut(text),
    ".PP\nOne\ntwo.\n.TP\n.B a\nfirst\nmore of it\n.TP\n.B b c\nsecond\nas it is\n.PP\n\\&.end",
  );
});

Deno.test("every page is as mandoc wants it, and has each option of its commands", async (t) => {
  if (!await isInstalled("mandoc")) return await skip(t, "there is no mandoc");
  await withTemporary(async (root) => {
    assert.equal((await cli(["man", "--to", join(root, "man1")])).code, 0);
    const files = manPageNames().map((name) => join(root, "man1", `${name}.1`));
    const { stdout } = await run(["mandoc", "-T", "lint", "-W", "warning", ...files]);
    // A page of a program has the program's version, and no date of its own.
    assert.equal(stdout.split("\n").filter((line) => !/missing date/.test(line)).join("\n"), "");
    for (const [name, row] of Object.entries(COMMANDS)) {
      if (row.hidden) continue;
      const { command } = await row.load();
      const file = join(root, "man1", `agentvfs-${name.split(" ")[0]}.1`);
      const text = (await succeed(["mandoc", "-T", "ascii", file])).replaceAll(/.[\b]/g, "");
      for (const [option, { brief }] of Object.entries(optionsOf(command))) {
        if (brief !== undefined) assert.match(text, new RegExp(`--${option}\\b`), name);
      }
    }
  });
});
