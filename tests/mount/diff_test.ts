/** `agentvfs diff` as programs take it and as people see it. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { GIT_ENVIRONMENT } from "../support/git.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { run } from "../support/process.ts";
import { PROGRAM } from "../support/program.ts";
import { onTerminal } from "../support/terminal.ts";

const PROJECT = `git init -q; seq 300 > long; printf 'gr\\xc3\\xbcn\\n1\\n' > utf8
printf 'gr\\xfcn\\n1\\n' > latin1; seq 50 > moved`;
const CHANGES = `printf 'gr\\xc3\\xbcn\\n2\\n' > utf8; printf 'gr\\xfcn\\n\\xe9\\n' > latin1
mkdir d; sed s/^7$/seven/ moved > d/elsewhere; rm moved; echo '#!/bin/sh' > run; chmod +x run; rm long`;

async function change(m: Mounted, script = CHANGES): Promise<void> {
  const { code, stderr } = await run(["bash", "-euc", script], { cwd: m.mount });
  assert.equal(code, 0, stderr);
}

Deno.test("git applies what diff --patch prints, whatever the encoding, with renames", async () => {
  await withProject(PROJECT, async (m) => {
    await change(m);
    const program = PROGRAM.map((word) => `'${word}'`).join(" ");
    const script =
      `${program} diff -p -- utf8 latin1 moved d run long > ../patch; git apply ../patch`;
    const env = { ...GIT_ENVIRONMENT, AGENTVFS_STATE_DIR: m.state, AGENTVFS_SOCK: "" };
    const { code, stderr } = await run(["bash", "-euc", script], { cwd: m.project, env });
    assert.equal(code, 0, stderr);
    const patch = await Deno.readTextFile(join(m.project, "../patch"));
    assert.match(patch, /rename from moved\nrename to d\/elsewhere\n/);
    const differ = await run(["diff", "-r", "-x", ".git", m.project, m.mount]);
    assert.equal(differ.stdout + differ.stderr, "");
  });
});

Deno.test("on a terminal a difference has colours and goes through the pager, elsewhere neither", async () => {
  await withProject(PROJECT, async (m) => {
    await change(m, "printf 'x\\033[2J\\342\\200\\256y\\n' >> utf8; seq 100000 > large");
    const pager = { AGENTVFS_PAGER: "sed s/^/paged:/", PAGER: "false" };
    const paged = await onTerminal(m, ["diff", "-p", "--", "utf8"], [], pager);
    assert.equal(paged.code, 0);
    // Nothing in a file can write over what is shown.
    assert.ok(paged.said.includes("paged:\x1b[32m+x\\x1b[2J\\u202ey\x1b[0m\r\n"), paged.said);
    const plain = await onTerminal(m, ["diff", "-p", "--no-pager", "--", "utf8"], [], {
      ...pager,
      NO_COLOR: "1",
    });
    assert.match(plain.said, /^diff --git a\/utf8 b\/utf8\r\n/);
    for (const args of [["diff", "--stat"], ["log"], ["show"]]) {
      assert.match((await onTerminal(m, args, [], pager)).said, /^paged:/, args.join(" "));
    }
    // Who has seen enough leaves before the end; a pager that is not there is no reason to see nothing.
    const early = await onTerminal(m, ["diff", "-p"], [], { AGENTVFS_PAGER: "head -1" });
    assert.deepEqual([early.code, early.said.split("\n").length], [0, 2], early.said);
    const missing = await onTerminal(m, ["log"], [], { AGENTVFS_PAGER: "no-such-pager" });
    assert.match(missing.said, /no-such-pager[^]*import/);
    const piped = await m.run(["diff", "--", "utf8"], {
      cwd: m.project,
      env: { ...pager, NO_COLOR: "" },
    });
    assert.equal(piped.stdout, "M utf8\n");
  });
});
