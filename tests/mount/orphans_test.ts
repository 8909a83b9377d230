/**
 * Programs that run from the tree, or have a file of it mapped or open, when a rollback replaces that file: they go on
 * with the one they have, through checkpoints, garbage collections and the death of the server.
 */

import assert from "node:assert/strict";
import { scanSegment } from "../../src/tree/journal/journal_scan.ts";
import { listSegments } from "../../src/tree/journal/journal.ts";
import { RecordType } from "../../src/tree/journal/journal_record.ts";
import { Conversation, withConversation } from "../support/conversation.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell, succeed } from "../support/process.ts";
import { PYTHON } from "../support/python.ts";

const KILLED = { allowedLog: [/SIGKILL/] };

/** A file of 6 MB in which every line tells where it is, and an interpreter that runs from the tree. */
const PROJECT = `
seq -f 'first %09.0f' 0 370000 >mapped
cp "$(readlink -f "$(which ${PYTHON})")" interpreter
mkdir -p removed/inside; echo gone >removed/inside/file; echo one >text
`;

/** Answers what it is asked with what python makes of it. */
const EVALUATE = `
import json, mmap, os, sys
mapped = mmap.mmap(os.open("mapped", os.O_RDONLY), 0, prot=mmap.PROT_READ)
text = os.open("text", os.O_RDWR)
inside = os.open("removed/inside", os.O_RDONLY)
for line in sys.stdin:
    try:
        said = eval(json.loads(line))
    except OSError as error:
        said = error.strerror
    print(json.dumps(said), flush=True)
`;

/** What the program has is what it opened, whatever it looks at. */
async function assertKept(program: Conversation): Promise<void> {
  const lines = `[mapped[i * 16:i * 16 + 15].decode() for i in range(0, 370000, 1000)]`;
  const expected = Array.from(
    { length: 370 },
    (_, i) => `other ${String(i * 1000).padStart(9, "0")}`,
  );
  assert.deepEqual(await program.ask(lines), expected);
  assert.equal(await program.ask("os.pread(text, 100, 0).decode()"), "two\n");
  assert.deepEqual(await program.ask("os.listdir(inside)"), []);
}

Deno.test("a program goes on with the files it has, whatever replaces them and whoever serves them", async () => {
  await withProject(PROJECT, async (m) => {
    const inMount = (script: string) => shell(script, { cwd: m.mount });
    await m.ctl("checkpoint", "base");
    await inMount(`sed -i s/first/other/ mapped; echo two >text; printf x >>interpreter`);
    // Where the same program is, its libraries are found.
    const home = await succeed([PYTHON, "-c", "import sys; print(sys.base_prefix)"]);
    const program = m.path("interpreter");
    const env = { PYTHONHOME: home.trim() };
    await using running = new Conversation(["-S", "-c", EVALUATE], { cwd: m.mount, program, env });
    await running.ask("1");
    await inMount("rm -r removed; echo x >made");
    await m.ctl("rollback", "base");
    await inMount("rm -r removed");
    // Most of it is read only now: pages of the program's own text, too.
    await assertKept(running);
    assert.equal(await running.ask("__import__('decimal').Decimal('1.1').sqrt() > 1"), true);
    assert.match(await running.ask("os.readlink('/proc/self/exe')"), /interpreter \(deleted\)$/);
    assert.equal(await inMount("head -c 15 mapped; cat text"), "first 000000000one\n");
    for (const what of ["checkpoint", "gc", "kill", "restart", "kill", "rollback", "kill"]) {
      await inMount(`echo ${what} >>made`);
      if (what === "kill") await m.killServer();
      else if (what === "rollback") await m.ctl("rollback", "base");
      else await m.ctl(what);
      await assertKept(running);
    }
    assert.equal(await running.ask("os.pwrite(text, b'2', 0)"), 1);
    await m.killServer();
    assert.equal(await running.ask("os.pread(text, 100, 0).decode()"), "2wo\n");
    assert.equal(await inMount("cat text; cat removed/inside/file"), "one\ngone\n");
  }, KILLED);
});

/** Records of files without a name in the journal's last segment. */
function orphansRecorded(m: Mounted): number {
  const [branch] = [...Deno.readDirSync(`${m.store}/journal`)].map(({ name }) => name);
  const directory = `${m.store}/journal/${branch}`;
  let count = 0;
  scanSegment(directory, listSegments(directory).at(-1)!, ({ type }) => {
    if (type === RecordType.ORPHAN) count++;
    return true;
  });
  return count;
}

Deno.test("what nobody has open is forgotten with its name", async () => {
  await withProject("mkdir d; for i in $(seq 300); do echo one >d/$i; done", async (m) => {
    await m.ctl("checkpoint", "base");
    const script = `import json, sys
held = [open(f"d/{i}") for i in (7, 70, 270)]
for line in sys.stdin: print(json.dumps([f.read() for f in held]), flush=True)`;
    await shell(
      "for i in $(seq 300); do echo two >d/$i; done; for i in $(seq 300); do echo x >d/n$i; done",
      {
        cwd: m.mount,
      },
    );
    await withConversation(["-c", script], { cwd: m.mount }, async (holder) => {
      const before = await m.count("BATCH_FORGET") + await m.count("FORGET");
      await m.ctl("rollback", "base");
      assert.equal(orphansRecorded(m), 3);
      assert.ok(await m.count("BATCH_FORGET") + await m.count("FORGET") > before);
      assert.deepEqual(await holder.ask(0), ["two\n", "two\n", "two\n"]);
    });
    await shell("echo x >new", { cwd: m.mount });
    await m.ctl("checkpoint");
    await shell("echo y >new", { cwd: m.mount });
    assert.equal(orphansRecorded(m), 0);
  });
});
