/**
 * What people write to mean a checkpoint.
 */

import assert from "node:assert/strict";
import { type Mounted, withProject } from "../support/mounted.ts";

const LABELS = [
  "plain",
  "with spaces in it",
  ` "quoted" and 'quoted'`,
  "ümläut 日本語 🙂",
  "-starts-with-dash",
  "--json",
  "tab\tand\nnewline",
  "semi;colon $HOME `x` \\",
  "HEAD~x",
  "x".repeat(1000),
  "%s%n",
  "../../etc",
  "a~1",
  "12345678",
  "null",
];

async function text(m: Mounted): Promise<string> {
  return await Deno.readTextFile(m.path("file"));
}

Deno.test("labels of any characters find their checkpoint again", async () => {
  await withProject("echo start >file", async (m) => {
    const ids = new Map<string, string>();
    for (const label of LABELS) {
      await Deno.writeTextFile(m.path("file"), label);
      const { id } = await m.ctl("checkpoint", "--", label);
      ids.set(label, id);
    }
    for (const label of LABELS) {
      const report = await m.ctl("rollback", "--", label);
      assert.equal(report.id, ids.get(label), label);
      assert.equal(report.label, label);
      assert.equal(await text(m), label);
    }
    const log = await m.ctl("log", "--all");
    const shown = log.entries.map((entry: { label: string | null }) => entry.label);
    for (const label of LABELS) assert.ok(shown.includes(label), label);
    const human = await m.run(["-C", m.project, "log"]);
    assert.equal(human.code, 0);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(human.stdout, /[\x00-\x08\x0b-\x1f]/);
  });
});

Deno.test("HEAD~n, prefixes, ids, and what is refused", async () => {
  await withProject("echo 0 >file", async (m) => {
    const ids: string[] = [(await m.status()).head!.id];
    for (let i = 1; i <= 20; i++) {
      await Deno.writeTextFile(m.path("file"), `${i}`);
      ids.push((await m.ctl("checkpoint", `number ${i}`)).id);
    }
    const shown = async (ref: string) => (await m.ctl("show", ref)).commit.id;
    assert.equal(await shown("HEAD"), ids[20]);
    assert.equal(await shown("HEAD~"), ids[19]);
    assert.equal(await shown("HEAD~7"), ids[13]);
    assert.equal(await shown("HEAD~20"), ids[0]);
    assert.equal(await shown("HEAD~2~3"), ids[15]);
    assert.equal(await shown("number 10~2"), ids[8]);
    assert.equal(await shown("main"), ids[20]);
    assert.equal(await shown("initial"), ids[0]);
    assert.equal(await shown(ids[5]!), ids[5]);
    assert.equal(await shown(ids[5]!.slice(0, 12)), ids[5]);
    assert.equal(await shown(ids[5]!.slice(0, 12).toUpperCase()), ids[5]);
    assert.equal((await m.ctl("rollback", "HEAD~3")).id, ids[17]);
    assert.equal(await text(m), "17");
    assert.equal(await shown("HEAD~1"), ids[16]);

    const refused = async (code: string, ...args: string[]) => {
      const refusal = await m.refused(...args);
      assert.equal(refusal.code, code, args.join(" "));
      assert.equal(refusal.exit, 1, args.join(" "));
      return refusal;
    };
    const unknown = await refused("unknown_ref", "rollback", "nubmer 10");
    assert.match(JSON.stringify(unknown), /number 10/);
    await refused("unknown_ref", "rollback", "HEAD~21");
    await refused("unknown_ref", "rollback", "0".repeat(64));
    await refused("unknown_ref", "restore", "file", "--from", "nothing");
    await refused("unknown_ref", "diff", "nothing");
    await refused("unknown_branch", "checkpoint", "--branch", "other", "label");
    assert.equal((await m.status()).head!.id, ids[17]);
    assert.equal(await text(m), "17");
  });
});

Deno.test("a prefix of two checkpoints is ambiguous, and both are named", async () => {
  await withProject("echo 0 >file", async (m) => {
    const client = await m.connect();
    try {
      // Four digits are the shortest prefix: among 600 ids two that share them are all but certain.
      const seen = new Map<string, string>();
      let pair: [string, string] | undefined;
      for (let i = 0; i < 3000 && pair === undefined; i++) {
        const { id } = await client.checkpoint({ label: `${i}` });
        const other = seen.get(id.slice(0, 4));
        if (other !== undefined) pair = [other, id];
        seen.set(id.slice(0, 4), id);
      }
      const refusal = await m.refused("rollback", pair![0].slice(0, 4));
      assert.equal(refusal.code, "ambiguous_ref");
      assert.equal(refusal.exit, 1);
      for (const id of pair!) assert.match(JSON.stringify(refusal), new RegExp(id.slice(0, 12)));
    } finally {
      client.close();
    }
  });
});

Deno.test("undo and redo step through what rollbacks did", async () => {
  await withProject("echo 0 >file", async (m) => {
    for (const label of ["one", "two", "three"]) {
      await Deno.writeTextFile(m.path("file"), label);
      await m.ctl("checkpoint", label);
    }
    await Deno.writeTextFile(m.path("file"), "not saved");
    await m.ctl("rollback", "one");
    await m.ctl("rollback", "two");
    assert.equal(await text(m), "two");
    await m.ctl("undo");
    assert.equal(await text(m), "one");
    await m.ctl("undo");
    assert.equal(await text(m), "not saved");
    await m.ctl("redo");
    assert.equal(await text(m), "one");
    await m.ctl("redo");
    assert.equal(await text(m), "two");
    const refusal = await m.refused("redo");
    assert.equal(refusal.exit, 1);
    assert.equal(await text(m), "two");
  });
});
