/**
 * `.agentvfs` at the root of the mount: commands without a program.
 */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { withProject } from "../support/mounted.ts";
import { withConversation } from "../support/conversation.ts";
import { run, shell, succeed } from "../support/process.ts";
import { PYTHON, scriptPath } from "../support/python.ts";

Deno.test(".agentvfs carries out commands and tells the status, and is not listed", async () => {
  await withProject(
    "echo one >file; mkdir -p sub/.agentvfs; echo mine >sub/.agentvfs/ctl",
    async (m) => {
      const inMount = (script: string) => shell(script, { cwd: m.mount });
      const names = await Array.fromAsync(Deno.readDir(m.mount), ({ name }) => name);
      assert.deepEqual(names.sort(), ["file", "sub"]);
      assert.equal(await inMount("find . -name ctl"), "./sub/.agentvfs/ctl\n");
      assert.equal(await inMount("ls .agentvfs"), "branches\ncheckpoints\nctl\nhook\nstatus\n");

      const status = JSON.parse(await inMount("cat .agentvfs/status"));
      assert.equal(status.mount, m.mount);
      assert.equal(status.head.label, "initial");

      const answer = await inMount(
        "echo checkpoint with two words >.agentvfs/ctl; cat .agentvfs/ctl",
      );
      const { head } = await m.status();
      assert.equal(head!.label, "with two words");
      assert.ok(answer.includes(head!.id.slice(0, 12)), answer);

      await inMount("echo two >file; rm -r sub; echo rollback with two words >.agentvfs/ctl");
      assert.equal(await inMount("cat file sub/.agentvfs/ctl"), "one\nmine\n");
      const refused = await inMount(
        "echo rollback nowhere >.agentvfs/ctl || true; cat .agentvfs/ctl",
      );
      assert.match(refused, /nowhere/);
      await inMount("echo nonsense >.agentvfs/ctl || true; cat .agentvfs/ctl");

      // Its own entries cannot be changed.
      for (
        const script of [
          "rm .agentvfs/ctl",
          "rmdir .agentvfs",
          "mv .agentvfs other",
          "mv file .agentvfs",
          "mv file .agentvfs/file",
          "mkdir .agentvfs",
          "touch .agentvfs/new",
          "ln file .agentvfs/link",
          "ln .agentvfs/ctl link",
          "echo x >.agentvfs/status",
        ]
      ) {
        const { code } = await run(["bash", "-c", script], { cwd: m.mount });
        assert.notEqual(code, 0, script);
      }
      assert.equal(await inMount("cat file; ls"), "one\nfile\nsub\n");
      assert.deepEqual((await m.ctl("diff")).changes, []);
    },
  );
});

Deno.test("many commands through .agentvfs/ctl at once, with changes between", async () => {
  await withProject("mkdir d", async (m) => {
    await shell(
      `for i in $(seq 8); do
         (for j in $(seq 5); do echo $i.$j >d/f$i; echo "checkpoint c$i.$j" >.agentvfs/ctl; done) &
       done
       wait`,
      { cwd: m.mount },
    );
    const log = await m.ctl("log", "--limit", "100");
    const labels = log.entries.map((entry: { label: string }) => entry.label)
      .filter((label: string) => /^c\d\.\d$/.test(label));
    assert.equal(new Set(labels).size, 40);
    for (let i = 1; i <= 8; i++) {
      await m.ctl("rollback", `c${i}.3`);
      assert.equal(await Deno.readTextFile(m.path(`d/f${i}`)), `${i}.3\n`);
    }
  });
});

for (const level of ["changes", "opens"]) {
  Deno.test(`the files of .agentvfs are files to every program, from the first look on, with --telemetry ${level}`, async () => {
    await withProject("echo one >file", async (m) => {
      const script = scriptPath(import.meta.url, "virtual_files.py");
      const check = (cwd: string) => succeed([PYTHON, script, ".agentvfs/status", "copy"], { cwd });
      assert.equal((await check(m.mount)).trim(), "");
      // As the file of a branch is from inside it.
      await m.ctl("branch", "create", "other");
      assert.equal((await check(m.path(".agentvfs/branches/other"))).trim(), "");
      await shell("echo status >.agentvfs/ctl; cp .agentvfs/ctl .agentvfs/status .", {
        cwd: m.mount,
      });
      const copied = JSON.parse(await Deno.readTextFile(m.path("ctl")));
      assert.equal(copied.ok, true);
      const none = await run(["chmod", "666", m.path(".agentvfs/status")]);
      assert.match(none.stderr, /not permitted/);
      // Who has told what, a hook of an agent as well.
      await shell("echo two >file; echo checkpoint two >.agentvfs/ctl; echo {} >.agentvfs/hook", {
        cwd: m.mount,
      });
      assert.equal((await m.status()).head!.label, "two");
    }, { arguments: ["--telemetry", level] });
  });
}

Deno.test("the listing of checkpoints is that of now, and every name in it leads somewhere", async () => {
  await withProject("echo one >file", async (m) => {
    const directory = m.path(".agentvfs/checkpoints");
    const list = async () => await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
    // Somebody stands in it, and nobody looks it up again.
    await withConversation(["-c", LIST_HERE], { cwd: directory }, async (inside) => {
      let known = (await list()).length;
      for (const label of ["two words", "äöü — ñ", "日本語", "emoji 🦕"]) {
        await m.ctl("checkpoint", label);
        const names = await list();
        assert.ok(names.includes(label), `${label} is not in ${names}`);
        assert.ok(names.length > known);
        known = names.length;
        assert.deepEqual((await inside.ask(true) as string[]).sort(), names.sort());
        assert.equal(await Deno.readTextFile(`${directory}/${label}/file`), "one\n");
      }
      for (const name of await list()) {
        assert.equal(await Deno.readTextFile(`${directory}/${name}/file`), "one\n", name);
      }
      const bytes = await run(["bash", "-c", `ls ${directory}/$'\\xff\\xfe'`]);
      assert.match(bytes.stderr, /No such file/);
    });
  });
});

const LIST_HERE = `
import json, os, sys
for line in sys.stdin:
    print(json.dumps(os.listdir(".")), flush=True)
`;

/** Reads and writes a descriptor as it is told: `["write", text]`, `["read"]`, `["seek", 0]`, `["size"]`, `["open", flags]`. */
const TALK = `
import json, os, sys
fd = os.open(".agentvfs/ctl", os.O_RDWR)
for line in sys.stdin:
    what, *rest = json.loads(line)
    if what == "write":
        said = os.write(fd, rest[0].encode())
    elif what == "read":
        said = os.read(fd, 1 << 20).decode()
    elif what == "read slowly":
        said = b""
        while byte := os.read(fd, 1):
            said += byte
            if byte == b"\\n":
                break
        said = said.decode()
    elif what == "seek":
        said = os.lseek(fd, rest[0], os.SEEK_SET)
    elif what == "size":
        said = os.fstat(fd).st_size
    print(json.dumps(said), flush=True)
`;

Deno.test("one descriptor of ctl takes commands and gives their answers", async () => {
  await withProject("echo one >file", async (m) => {
    const inMount = (script: string) => shell(script, { cwd: m.mount });
    const line = await inMount("exec 3<>.agentvfs/ctl; echo checkpoint first >&3; head -n 1 <&3");
    assert.equal(JSON.parse(line).label, "first");
    const words = await inMount(
      'exec 3<>.agentvfs/ctl; echo status >&3; read -r line <&3; echo "$line"',
    );
    assert.equal(JSON.parse(words).ok, true);
    await withConversation(["-c", TALK], { cwd: m.mount }, async (ctl) => {
      for (const [i, read] of ["read", "read slowly", "read slowly", "read", "read"].entries()) {
        // Longer and shorter than those before, up to many pages.
        const label = `${i} ${"x".repeat([10, 300, 5, 100, 20][i]!)}`;
        const text = `checkpoint ${label}\n`;
        assert.equal(await ctl.ask(["write", text]), text.length);
        if (i % 2 === 0) assert.ok(await ctl.ask(["size"]) > 0);
        assert.equal(JSON.parse(await ctl.ask([read])).label, label);
        assert.equal(await ctl.ask(["read"]), "");
      }
      for (let i = 0; i < 20; i++) {
        await ctl.ask(["write", "log\n"]);
        const { ok, entries } = JSON.parse(await ctl.ask(["read"]));
        assert.ok(ok && entries.length >= 6);
      }
      // Who goes back to the start finds it there, behind blanks.
      await ctl.ask(["write", "checkpoint last\n"]);
      await ctl.ask(["seek", 0]);
      assert.equal(JSON.parse(await ctl.ask(["read"])).label, "last");
    });
    await succeed([PYTHON, "-c", APPEND], { cwd: m.mount });
  });
});

const APPEND = `
import json
with open(".agentvfs/ctl", "a+b", buffering=0) as ctl:
    for i in range(3):
        ctl.write(b"checkpoint appended %d\\n" % i)
        said = json.loads(ctl.read())
        assert said["label"] == f"appended {i}", said
`;

Deno.test("who writes to ctl reads their own answer, whoever else writes", async () => {
  await withProject("mkdir d", async (m) => {
    const out = await shell(
      `for i in $(seq 6); do
         (for j in $(seq 5); do
            echo "checkpoint c$i.$j" >.agentvfs/ctl
            echo "c$i.$j $(cat .agentvfs/ctl)"
          done) &
       done
       wait`,
      { cwd: m.mount },
    );
    const lines = out.trim().split("\n");
    assert.equal(lines.length, 30);
    for (const line of lines) {
      const label = line.split(" ", 1)[0]!;
      assert.equal(JSON.parse(line.slice(label.length + 1)).label, label);
    }
    // Threads are one process.
    await succeed([PYTHON, "-c", IN_THREADS], { cwd: m.mount });
  });
});

const IN_THREADS = `
import json, threading
def write(): open(".agentvfs/ctl", "w").write("checkpoint from a thread\\n")
thread = threading.Thread(target=write)
thread.start()
thread.join()
assert json.load(open(".agentvfs/ctl"))["label"] == "from a thread"
`;

Deno.test("a program that writes ctl as a file finds it as long as it wrote, and then the answer", async () => {
  await withProject("echo one >file", async (m) => {
    const script = `
import json, os
for i in range(3):
    text = f"checkpoint by a tool {i}\\n"
    with open(".agentvfs/ctl", "w") as ctl:
        ctl.write(text)
        ctl.flush()
        assert os.fstat(ctl.fileno()).st_size == len(text)
    assert os.stat(".agentvfs/ctl").st_size == len(text)
    with open(".agentvfs/ctl") as ctl:
        said = ctl.read()
        assert os.fstat(ctl.fileno()).st_size == len(said.encode())
    assert json.loads(said)["label"] == f"by a tool {i}"
    # Who reads at once reads all, too: programs take the size of an open file for what there is to read.
    with open(".agentvfs/ctl", "w") as ctl:
        ctl.write("status\\n")
    fd = os.open(".agentvfs/ctl", os.O_RDONLY)
    assert json.loads(os.read(fd, os.fstat(fd).st_size))["ok"]
`;
    await succeed([PYTHON, "-c", script], { cwd: m.mount });
  });
});

Deno.test("what is looked at in .agentvfs is there for every server", async () => {
  await withProject("mkdir d; echo one >d/f; echo two >g", async (m) => {
    const expected: string[] = [];
    for (const name of ["a", "b"]) {
      await m.ctl("checkpoint", name);
      await m.ctl("branch", "create", `run/${name}`);
      for (const tree of [`checkpoints/${name}`, `branches/run/${name}`]) {
        expected.push(`${tree}/d/f`, `${tree}/g`);
      }
    }
    const first = await m.status();
    const trees = ["checkpoints/a", "checkpoints/b", "branches/run"];
    const find = ["find", ...trees, "-type", "f", "!", "-path", "*/.agentvfs/*"];
    const look = async () => {
      const found = await succeed(find, { cwd: m.path(".agentvfs") });
      assert.deepEqual(found.trim().split("\n").sort(), expected.sort());
      assert.equal(await Deno.readTextFile(m.path(".agentvfs/checkpoints/a/d/f")), "one\n");
    };
    await look();
    for (let servers = 1; servers <= 4; servers++) {
      if (servers % 2 === 1) await m.ctl("restart");
      else Deno.kill((await m.status()).serverPid, "SIGKILL");
      await look();
      const { keeperPid, restarts } = await m.status();
      assert.deepEqual([keeperPid, restarts], [first.keeperPid, servers]);
    }
  }, { allowedLog: [/was killed by SIGKILL/] });
});

Deno.test("a checkpoint is listed at once, however often the list was looked at", async () => {
  await withProject("echo one >file", async (m) => {
    const list = async () => {
      const directory = Deno.readDir(m.path(".agentvfs/checkpoints"));
      return (await Array.fromAsync(directory, ({ name }) => name)).sort();
    };
    const expected = ["initial"];
    for (const name of ["a", "b", "c"]) {
      assert.deepEqual(await list(), expected);
      await m.ctl("checkpoint", name);
      expected.unshift(name);
      expected.sort();
      assert.deepEqual(await list(), expected);
    }
  });
});

Deno.test("who asks for what the daemon cannot tell gets an error, and the daemon lives on", async () => {
  await withProject("echo one >file", async (m) => {
    const { serverPid } = await m.status();
    // The commit is not what its id says: the log cannot be read.
    const index = new DatabaseSync(`${m.store}/index.sqlite`);
    index.exec("UPDATE commits SET id = 'none'");
    index.close();
    const { code } = await run(["ls", m.path(".agentvfs/checkpoints")]);
    assert.equal(code, 2);
    assert.equal((await m.status()).serverPid, serverPid);
  }, { allowedLog: [/No answer about checkpoints/, /^HistoryError|^ +at /] });
});
