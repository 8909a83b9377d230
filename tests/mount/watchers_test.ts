/**
 * Who watches the mount hears of a rollback what it hears of the same change made by hand, by the time that the command has
 * returned.
 */

import assert from "node:assert/strict";
import { Conversation, withConversation } from "../support/conversation.ts";
import { assertSame, manifestOf } from "../support/manifest.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell, until } from "../support/process.ts";
import { PROGRAM } from "../support/program.ts";
import { PYTHON, scriptPath } from "../support/python.ts";
import { withTemporary } from "../support/temporary.ts";

const RECORDER = scriptPath(import.meta.url, "record_events.py");

type Event = [watched: string, name: string, kind: string];

/** What becomes of the project, and how that is taken back by hand: files are replaced, as git does it. */
const PROJECT = `
mkdir -p d/kept d/gone/deep d/empty
for f in changed removed mode xattr renamed grown; do echo $f >d/$f; done
echo a >d/kept/file; echo b >d/gone/deep/file; echo c >d/gone/file
echo x >d/one; ln d/one d/two
ln -s here d/link; ln -s gone d/lost; mkfifo d/pipe
echo x >d/file-or-directory; mkdir d/directory-or-file; echo y >d/directory-or-file/inside
`;
const CHANGE = `
echo other >d/changed; echo other >>d/grown; rm d/removed; chmod 600 d/mode; setfattr -n user.a -v b d/xattr
mv d/renamed d/moved; echo other >d/kept/file; rm -r d/gone; chmod 700 d/empty
rm d/two; ln -sfn there d/link; rm d/lost d/pipe
rm d/file-or-directory; mkdir d/file-or-directory; echo z >d/file-or-directory/inside
rm -r d/directory-or-file; echo z >d/directory-or-file
echo new >d/new; mkdir -p d/made/deep; echo new >d/made/deep/file; echo new >d/made/file
`;
const BY_HAND = `
again() { rm "$2"; echo "$1" >"$2"; }
again changed d/changed; again grown d/grown; again a d/kept/file
echo removed >d/removed; chmod 644 d/mode; setfattr -x user.a d/xattr
rm d/moved; echo renamed >d/renamed
mkdir d/gone; chmod 755 d/empty
ln d/one d/two; rm d/link; ln -s here d/link; ln -s gone d/lost; mkfifo d/pipe
rm -r d/file-or-directory; echo x >d/file-or-directory
rm d/directory-or-file; mkdir d/directory-or-file
rm d/new; rm -r d/made
`;
/** Watched besides the directories. */
const FILES = ["d/changed", "d/mode", "d/new", "d/kept/file", "d/moved", "d/one"];

/** Kinds in their order, by what is watched and the name. Repeated ones the kernel may tell of once. */
function byName(events: readonly Event[]): Record<string, string[]> {
  const kinds: Record<string, string[]> = {};
  for (const [watched, name, kind] of events) {
    const list = kinds[`${watched}: ${name}`] ??= [];
    if (list.at(-1) !== kind) list.push(kind);
  }
  return kinds;
}

/** What is heard while `change` is made in a directory. */
async function heardOf(
  directory: string,
  paths: readonly string[],
  change: () => Promise<unknown>,
): Promise<Event[]> {
  return await withConversation([RECORDER, ...paths], { cwd: directory }, async (recorder) => {
    assert.deepEqual(await recorder.ask(null), []);
    await change();
    return await recorder.ask(null) as Event[];
  });
}

async function heardByHand(): Promise<Event[]> {
  let heard: Event[] = [];
  await withTemporary(async (directory) => {
    await shell(PROJECT + CHANGE, { cwd: directory });
    heard = await heardOf(directory, ["d/", ...FILES], () => shell(BY_HAND, { cwd: directory }));
  });
  return heard;
}

async function assertUnchanged(m: Mounted, branch = "main"): Promise<void> {
  const { changes } = await m.ctl("diff", "base", "--branch", branch);
  assert.deepEqual(changes, []);
  using client = await m.connect();
  assert.equal((await client.status({ branch })).dirty, false);
}

Deno.test("a rollback is heard as the same change by hand", async () => {
  const expected = byName(await heardByHand());
  // That a file has another name who watches it hears by one of its names, so that its directory hears it too.
  expected["d: one"] = ["ATTRIB"];
  await withProject(PROJECT, async (m) => {
    await m.ctl("checkpoint", "base");
    await m.ctl("branch", "create", "other", "--from", "base");
    for (const branch of ["main", "other"]) {
      const root = branch === "main" ? m.mount : m.path(".agentvfs/branches/other");
      await shell(CHANGE, { cwd: root });
      const heard = await heardOf(
        root,
        ["d/", ...FILES],
        () => m.ctl("rollback", "base", "--branch", branch),
      );
      assert.deepEqual(byName(heard), expected);
      await assertUnchanged(m, branch);
    }
  });
});

const ADDED = ["CREATE", "MODIFY", "CLOSE_WRITE"];
const CHANGED = ["DELETE", ...ADDED];

Deno.test("whatever changes a branch from behind its watchers is heard, wherever they stand", async () => {
  await withProject("mkdir d; echo one >d/file; echo x >d/kept", async (m) => {
    await m.ctl("checkpoint", "base");
    await shell("echo two >d/file; echo y >d/new", { cwd: m.mount });
    await m.ctl("checkpoint", "second");
    await m.ctl("branch", "create", "other", "--from", "base");
    await shell("echo three >d/kept", { cwd: m.path(".agentvfs/branches/other") });
    const heard = async (...command: string[]) =>
      byName(await heardOf(m.mount, ["d/"], () => m.ctl(...command)));
    const back = { "d: file": CHANGED, "d: new": ["DELETE"] };
    const forth = { "d: file": CHANGED, "d: new": ADDED };
    assert.deepEqual(await heard("rollback", "base"), back);
    assert.deepEqual(await heard("undo"), forth);
    assert.deepEqual(await heard("redo"), back);
    assert.deepEqual(await heard("restore", "d/new", "--from", "second"), { "d: new": ADDED });
    assert.deepEqual(await heard("merge", "other"), { "d: kept": CHANGED });
    // Nothing is heard of what was not changed, and nobody is told where nobody watches.
    assert.deepEqual(await heard("rollback", "HEAD"), {});
    const before = await m.count("UNLINK");
    await m.ctl("rollback", "second");
    assert.equal(await m.count("UNLINK"), before);
  });
});

Deno.test("who watches from inside a run hears of its branch", async () => {
  await withProject("mkdir d; echo one >d/file", async (m) => {
    await m.ctl("checkpoint", "base");
    await m.ctl("branch", "create", "other", "--from", "base");
    const command = ["run", "-b", "other", "--", PYTHON, RECORDER, "d/"];
    const { args, program } = commandOf(command);
    const environment = { AGENTVFS_STATE_DIR: m.state };
    await using recorder = new Conversation(args, { cwd: m.project, program, env: environment });
    assert.deepEqual(await recorder.ask(null), []);
    await shell("echo two >d/file", { cwd: m.path(".agentvfs/branches/other") });
    assert.deepEqual(byName(await recorder.ask(null)), { "d: file": ["MODIFY", "CLOSE_WRITE"] });
    await m.ctl("rollback", "base", "--branch", "other");
    assert.deepEqual(byName(await recorder.ask(null)), { "d: file": CHANGED });
  });
});

function commandOf(args: readonly string[]): { program: string; args: string[] } {
  const [program, ...first] = PROGRAM;
  return { program: program!, args: [...first, ...args] };
}

Deno.test("a watch of a single file hears of its end, also where the file is open, and fires again once it is set again", async () => {
  const script = `
import ctypes, json, os, struct, sys
libc = ctypes.CDLL(None)
fd = libc.inotify_init1(os.O_NONBLOCK)
held = open("d/file")
for line in sys.stdin:
    try: data = os.read(fd, 4096)
    except BlockingIOError: data = b""
    libc.inotify_add_watch(fd, b"d/file", 0x406)
    print(json.dumps([[hex(event[1]) for event in struct.iter_unpack("iIII", data)], held.read()]), flush=True)
`;
  await withProject("mkdir d; echo one >d/file", async (m) => {
    await m.ctl("checkpoint", "base");
    await shell("echo two >d/file", { cwd: m.mount });
    await withConversation(["-c", script], { cwd: m.mount }, async (watcher) => {
      assert.deepEqual(await watcher.ask(null), [[], "two\n"]);
      await m.ctl("rollback", "base");
      // IN_ATTRIB, IN_DELETE_SELF, IN_IGNORED.
      assert.deepEqual(await watcher.ask(null), [["0x4", "0x400", "0x8000"], ""]);
      await shell("echo three >>d/file", { cwd: m.mount });
      assert.deepEqual(await watcher.ask(null), [["0x2"], ""]);
    });
  });
});

Deno.test("a thousand names are told of before the command returns", async () => {
  const names = `for i in $(seq 1000); do echo; done | split -l 1 -a 3 - d/x`;
  await withProject("mkdir d", async (m) => {
    await m.ctl("checkpoint", "base");
    await shell(names, { cwd: m.mount });
    await withConversation([RECORDER, "--count", "d"], { cwd: m.mount }, async (recorder) => {
      await m.ctl("rollback", "base");
      assert.deepEqual(await recorder.ask(null), { DELETE: 1000 });
      await m.ctl("undo");
      const heard = { CREATE: 1000, MODIFY: 1000, CLOSE_WRITE: 1000 };
      assert.deepEqual(await recorder.ask(null), heard);
    });
    const { changes } = await m.ctl("diff");
    assert.deepEqual(changes, []);
  });
});

Deno.test("with --no-events nobody is told", async () => {
  await withProject("mkdir d; echo one >d/file", async (m) => {
    await m.ctl("checkpoint", "base");
    await shell("echo two >d/file; echo new >d/new", { cwd: m.mount });
    const heard = await heardOf(m.mount, ["d/", "d/file"], () => m.ctl("rollback", "base"));
    assert.deepEqual(byName(heard), { "d/file: ": ["DELETE_SELF", "IGNORED"] });
  }, { arguments: ["--no-events"] });
});

Deno.test("a server that is killed while it tells leaves what the rollback made, and nothing else", async () => {
  const many = 500;
  const write = (what: string) => `for i in $(seq ${many}); do echo ${what} >d/$i; done`;
  await withProject(`mkdir d; ${write("one")}`, async (m) => {
    await m.ctl("checkpoint", "base");
    const before = await manifestOf(m.mount);
    for (const least of [1, 300, 900]) {
      await shell(`${write("two")}; rm d/1; for i in $(seq 100); do echo >d/n$i; done`, {
        cwd: m.mount,
      });
      await withConversation([RECORDER, "--count", "d"], { cwd: m.mount }, async (recorder) => {
        const { serverPid } = await m.status();
        const rollback = m.run(["-C", m.project, "rollback", "base"]);
        let heard = 0;
        await until("so much was heard", async () => {
          const { CREATE = 0, DELETE = 0 }: Record<string, number> = await recorder.ask(null);
          return (heard += CREATE + DELETE) >= least;
        });
        Deno.kill(serverPid, "SIGKILL");
        await rollback;
        await until("another one answers", async () => {
          const { code, stdout } = await m.run(["-C", m.project, "--json", "status"]);
          return code === 0 && JSON.parse(stdout).serverPid !== serverPid;
        });
        assertSame(await manifestOf(m.mount), before, `Killed after ${least} events`);
        await assertUnchanged(m);
        await assert.rejects(Deno.lstat(m.path("d/n100")), Deno.errors.NotFound);
        await recorder.ask(null);
        // The next server tells of what it does.
        await shell("echo two >d/7; echo x >d/n7", { cwd: m.mount });
        await recorder.ask(null);
        await m.ctl("rollback", "base");
        assert.deepEqual(await recorder.ask(null), {
          DELETE: 2,
          CREATE: 1,
          MODIFY: 1,
          CLOSE_WRITE: 1,
        });
      });
    }
  }, { allowedLog: [/SIGKILL/], deadlineMs: 180_000 });
});

Deno.test("who keeps the telling from going on holds up nothing else", async () => {
  await withProject("mkdir d; echo one >d/file; echo one >other", async (m) => {
    await m.ctl("checkpoint", "base");
    await shell("echo two >d/file", { cwd: m.mount });
    await withConversation([RECORDER, "d/"], { cwd: m.mount }, async (recorder) => {
      await recorder.ask(null);
      const hold = scriptPath(import.meta.url, "hold_opens.py");
      const report = await withConversation([hold, "d"], { cwd: m.mount }, async (holder) => {
        await holder.ask(null);
        const report = await m.ctl("rollback", "base");
        assert.equal(await shell("cat other; echo two >other", { cwd: m.mount }), "one\n");
        return report;
      });
      assert.equal(report.telling, 1);
      await until("the rest was told", async () => (await recorder.ask(null)).length > 0);
      await m.ctl("rollback", "base");
      assert.equal(await shell("cat d/file other", { cwd: m.mount }), "one\none\n");
      await assertUnchanged(m);
    });
  });
});
