/**
 * What programs hold across a rollback: of a file that changed they keep the one they opened, as after git or tar have
 * replaced it; one that did not goes on being the one that has the name.
 */

import assert from "node:assert/strict";
import { withConversation } from "../support/conversation.ts";
import { withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";
import { python, scriptPath } from "../support/python.ts";

const PROJECT = `
mkdir -p directory stays/inside
for f in changed unchanged chmodded removed in-place; do printf 'first %02000000d' 0 >$f; done
printf 'page %02000000d' 0 >mapped
echo here >stays/inside/file
echo one >directory/one
`;

/** What can be done with a file of that size that begins with `text`. */
function working(text: string, size: number) {
  return { read: text, pread: text, write: 1, fstat: size, fsync: null, truncate: null };
}

Deno.test("handles, maps and working directories across a rollback", async () => {
  await withProject(PROJECT, async (m) => {
    await m.ctl("checkpoint", "base");
    await withConversation(
      [scriptPath(import.meta.url, "hold_files.py")],
      { cwd: m.mount },
      async (s) => {
        await s.ask(["hold"]);
        await shell(
          `echo other >changed; chmod 600 chmodded; rm removed; mkdir directory/two; rm directory/one
         printf second | dd of=in-place bs=1 seek=1000000 conv=notrunc status=none`,
          { cwd: m.mount },
        );
        await s.ask(["after"]);
        await m.ctl("rollback", "base");

        assert.deepEqual(await s.ask(["use", "changed"]), working("other", 6));
        assert.deepEqual(await s.ask(["use", "in-place"]), working("first", 2_000_006));
        assert.deepEqual(await s.ask(["use", "created"]), { ...working("new", 4), read: "" });
        assert.equal(await s.ask(["append"]), 1);
        assert.deepEqual(await s.ask(["read_held", "changed"]), {
          pread: "oth!r",
          fstat: "0o100644",
        });
        assert.equal(await s.ask(["links", "changed"]), 0);
        assert.equal(await s.ask(["is_same", "changed"]), false);
        assert.equal(await s.ask(["open_new", "../../changed"]), "first");
        assert.equal(await s.ask(["open_new", "../../in-place"]), "first");
        assert.equal(await Deno.readTextFile(m.path("changed")), `first ${"0".repeat(2_000_000)}`);
        assert.equal(await s.ask(["open_new", "../../removed"]), "first");
        assert.deepEqual(await s.ask(["read_held", "chmodded"]), {
          pread: "first",
          fstat: "0o100644",
        });
        assert.deepEqual(await s.ask(["mapped"]), {
          first: "first",
          again: "first",
          untouched: "00000",
        });
        assert.deepEqual(await s.ask(["where"]), { cwd: "inside", list: ["file"] });
        assert.deepEqual(await s.ask(["listing"]), ["one"]);

        assert.equal(await s.ask(["is_same", "unchanged"]), true);
        assert.deepEqual(await s.ask(["use", "unchanged"]), working("first", 2_000_006));
        assert.equal(await Deno.readTextFile(m.path("unchanged")), "fir!t 0");
      },
    );
  });
});

Deno.test("a handle to a file that a rollback left alone stays good through many", async () => {
  await withProject(PROJECT, async (m) => {
    await m.ctl("checkpoint", "base");
    await withConversation(
      [scriptPath(import.meta.url, "hold_files.py")],
      { cwd: m.mount },
      async (s) => {
        await s.ask(["hold"]);
        for (let i = 0; i < 5; i++) {
          await Deno.writeTextFile(m.path("stays/inside/new"), `${i}`);
          await Deno.writeTextFile(m.path("directory/one"), `${i}`);
          await m.ctl("rollback", "base");
          assert.deepEqual(await s.ask(["where"]), { cwd: "inside", list: ["file"] });
          assert.deepEqual(await s.ask(["read_held", "unchanged"]), {
            pread: "first",
            fstat: "0o100644",
          });
          assert.equal(await Deno.readTextFile(m.path("directory/one")), "one\n");
        }
      },
    );
  });
});

Deno.test("a checkpoint leaves handles alone, and includes what was written through them", async () => {
  const script = `
import json, mmap, os, sys
fd = os.open("file", os.O_RDWR)
memory = mmap.mmap(os.open("mapped", os.O_RDWR), 0)
orphan = os.open("orphan", os.O_RDWR | os.O_CREAT)
os.write(orphan, b"unlinked but open")
os.unlink("orphan")
for line in sys.stdin:
    step = json.loads(line)
    os.pwrite(fd, b"step %d" % step, 0)
    memory[0:6] = b"step %d" % step
    memory.flush()
    print(json.dumps(os.pread(orphan, 100, 0).decode()), flush=True)
`;
  await withProject("printf '%0300000d' 0 | tee mapped >file", async (m) => {
    await withConversation(["-c", script], { cwd: m.mount }, async (s) => {
      for (const step of [1, 2, 3]) {
        assert.equal(await s.ask(step), "unlinked but open");
        await m.ctl("checkpoint", `step ${step}`);
      }
      assert.equal(await s.ask(4), "unlinked but open");
    });
    for (const step of [2, 3, 1]) {
      await m.ctl("rollback", `step ${step}`);
      for (const file of ["file", "mapped"]) {
        const text = await Deno.readTextFile(m.path(file));
        assert.equal(text.length, 300_000);
        assert.equal(text.slice(0, 7), `step ${step}0`);
      }
    }
  });
});

Deno.test("what mappings wrote and nobody flushed is in the checkpoint", async () => {
  const script = `
import json, mmap, os, sys
memory = mmap.mmap(os.open("mapped", os.O_RDWR), 0)
for line in sys.stdin:
    value = json.loads(line).encode()
    for at in range(100, len(memory), 5 * 4096):
        memory[at:at + 4] = value
    print(json.dumps(True), flush=True)
`;
  const values = ["abcd", "efgh", "ijkl", "mnop"];
  const look = `
text = open("mapped").read()
print(len(text), sorted({text[at:at + 4] for at in range(100, len(text), 5 * 4096)}))`;
  await withProject("printf '%030000000d' 0 >mapped", async (m) => {
    await withConversation(["-c", script], { cwd: m.mount }, async (s) => {
      for (const value of values) {
        await s.ask(value);
        await m.ctl("checkpoint", value);
      }
      await s.ask("last");
    });
    // A rollback saves what is there before, also where only a mapping wrote.
    const { safety } = await m.ctl("rollback", values[0]!);
    for (const [ref, value] of [...values.map((v) => [v, v]), [safety, "last"]]) {
      await m.ctl("rollback", ref!);
      const seen = await python(look, [], { cwd: m.mount });
      assert.equal(seen.trim(), `30000000 ['${value}']`, ref!);
    }
  });
});

Deno.test("names that were looked for in vain are there after a rollback brought them back", async () => {
  await withProject("mkdir d; echo x >d/a; echo y >b; mkdir empty", async (m) => {
    await m.ctl("checkpoint", "base");
    await shell("rm -r d b empty", { cwd: m.mount });
    const look = `
import os
found = [os.path.lexists(p) for p in ["b", "d", "d/a", "empty", "never"]]
print(found)`;
    assert.equal(
      (await python(look, [], { cwd: m.mount })).trim(),
      String("[False, False, False, False, False]"),
    );
    await m.ctl("rollback", "base");
    assert.equal(
      (await python(look, [], { cwd: m.mount })).trim(),
      "[True, True, True, True, False]",
    );
  });
});
