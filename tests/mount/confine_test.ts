/**
 * What a confined program can do to the rest of the machine: nothing that is not listed.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { canScopeSockets } from "../../src/views/give_up_rights.ts";
import { Conversation } from "../support/conversation.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { run, shell, succeed } from "../support/process.ts";
import { PROGRAM } from "../support/program.ts";
import { PYTHON, scriptPath } from "../support/python.ts";
import { withTemporary } from "../support/temporary.ts";
import { testWith } from "../support/test_with.ts";
import { skip } from "../support/skip.ts";

const PROJECT = "mkdir sub; echo one >f; echo two >sub/g";

async function confined(m: Mounted, home: string, script: string, options: string[] = []) {
  const args = ["run", "--branch", "b", "--confine", ...options, "--", "bash", "-c", script];
  return await m.run(args, { cwd: m.project, env: { HOME: home } });
}

/** A home outside /tmp, which is hidden. */
async function withHome(body: (home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ dir: "/opt", prefix: "agentvfs-home-" });
  try {
    for (const name of [".claude", "documents"]) {
      await Deno.mkdir(join(home, name));
      await Deno.writeTextFile(join(home, name, "file"), `in ${name}\n`);
    }
    await body(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("a confined program that tries to destroy everything changes its branch only", async () => {
  await withProject(PROJECT, (m) =>
    withHome(async (home) => {
      await Deno.writeTextFile(m.path("mine"), "of main\n");
      const outcome = await confined(
        m,
        home,
        `rm -rf ~/documents /opt/* /etc/* ${m.project}/* ${m.mount}/* ${m.store} ${m.socket} 2>/dev/null
         echo owned >~/documents/file; echo owned >/etc/agentvfs-owned; echo owned >${m.project}/f
         ls -A ${m.store} ${join(m.state)} 2>&1
         echo kept >~/.claude/file && echo state; echo own >/tmp/agentvfs-confined && echo tmp
         ls -A /tmp /var/tmp`,
      );
      assert.equal(outcome.code, 0, outcome.stderr);
      // Of temporary files there is what leads to the branch.
      const there = [m.project, m.state, "/tmp/agentvfs-confined"];
      const seen = (place: string) => {
        const below = there.filter((path) => path.startsWith(`${place}/`));
        return [...new Set(below.map((path) => `${path.slice(place.length + 1).split("/")[0]}\n`))];
      };
      const listed = ["/tmp", "/var/tmp"]
        .map((place) => `${place}:\n${seen(place).sort().join("")}`).join("\n");
      assert.ok(outcome.stdout.endsWith(`state\ntmp\n${listed}`), outcome.stdout);
      assert.doesNotMatch(outcome.stdout, /packs|index/);
      assert.equal(await Deno.readTextFile(join(home, "documents/file")), "in documents\n");
      assert.equal(await Deno.readTextFile(join(home, ".claude/file")), "kept\n");
      await assert.rejects(Deno.stat("/tmp/agentvfs-confined"));
      await assert.rejects(Deno.stat("/etc/agentvfs-owned"));
      assert.equal(await Deno.readTextFile(join(m.project, "f")), "one\n");
      assert.equal(await Deno.readTextFile(m.path("mine")), "of main\n");
      assert.equal(await Deno.readTextFile(m.path(".agentvfs/branches/b/f")), "owned\n");
      assert.equal((await m.ctl("verify")).clean, true);
    }));
});

/** Ways out. Each prints `out` if it leads there. */
const WAYS: Record<string, string> = {
  "another branch": `cat "$MOUNT/.agentvfs/branches/other/f" && echo out`,
  "another process's root": `ls /proc/1/root$STORE/packs && echo out`,
  "any process's root": `for p in /proc/[0-9]*; do ls $p/root$STORE/packs && echo out; done`,
  "the socket": `python3 -c "
import os, socket
s = socket.socket(socket.AF_UNIX); s.connect(os.environ['SOCKET']); print('out')"`,
  "the server's memory":
    `pid=$(cat /proc/[0-9]*/environ 2>/dev/null | grep -a AGENTVFS_SERVER_CONFIG) && echo out`,
  "the namespaces of another":
    `nsenter --target 1 --mount true && nsenter -t $SERVER -m true && echo out`,
  "mounting over it": `mount -o remount,rw / && echo out; mount -o remount,rw,bind / && echo out`,
  "unmounting what covers":
    `umount "$STORE" && echo out; umount -l "$PROJECT" && cat "$PROJECT/only-in-source" && echo out`,
  "a new namespace": `unshare --mount sh -c 'umount -l "$PROJECT" && echo out'`,
  "a new user namespace":
    `unshare -Urm sh -c 'umount -l "$STORE"; umount -l "$PROJECT"; mount -o remount,rw,bind /; ls "$STORE/packs" && echo out; touch /opt/x && echo out'`,
  "a bind mount": `mkdir -p /tmp/b.$$ && mount --bind / /tmp/b.$$ && echo out; rmdir /tmp/b.$$`,
  "another root": `chroot /proc/1/root ls "$STORE/packs" && echo out`,
  "a device":
    `rm -f /tmp/d.$$; mknod /tmp/d.$$ b 254 0 && head -c1 /tmp/d.$$ && echo out; rm -f /tmp/d.$$; ls /dev/vda /dev/sda /dev/fuse && echo out`,
  "files by handle": `python3 -c "
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
handle = (ctypes.c_uint * 34)(128, 0)
mount = ctypes.c_int()
assert libc.name_to_handle_at(-100, b'/', handle, ctypes.byref(mount), 0) == 0
import os
fd = os.open('/', os.O_RDONLY)
if libc.open_by_handle_at(fd, handle, os.O_RDONLY) >= 0: print('out')"`,
  "another cgroup":
    `echo $$ >/sys/fs/cgroup/unified/cgroup.procs && echo out; echo $$ >/sys/fs/cgroup/cgroup.procs && echo out`,
  "a hard link":
    `ln /etc/hostname "$PROJECT/link" && echo out; ln "$PROJECT/f" /opt/link && echo out`,
  "a rename": `mv -T /etc/hostname "$PROJECT/hostname" && test ! -e /etc/hostname && echo out`,
  "tracing the server":
    `timeout 2 strace -p $SERVER; test $? = 124 && echo out; kill -STOP $SERVER && echo out`,
  "the kernel's settings": `
    cat /proc/sys/kernel/panic >/proc/sys/kernel/panic && echo out; echo h >/proc/sysrq-trigger && echo out
    cat /proc/irq/default_smp_affinity >/proc/irq/default_smp_affinity && echo out
    test "$(head -c 4 /proc/kcore | wc -c)" = 4 && echo out`,
  "the kernel's settings, from a user namespace": `unshare -Urm sh -c '
    umount /proc/sys && echo out; umount -l /proc; mount -o remount,rw,bind /proc/sys && echo out
    cat /proc/sys/kernel/panic >/proc/sys/kernel/panic && echo out; echo h >/proc/sysrq-trigger && echo out'`,
  "another /proc": `unshare -Urmpf --mount-proc sh -c '
    cat /proc/sys/kernel/panic >/proc/sys/kernel/panic && echo out; test -e /proc/kcore && echo out'`,
  "another terminal": `ls /dev/pts/[0-9]* && echo out`,
  "what is in /tmp and /run": `look() { for p in $ELSEWHERE; do test -e $p && echo out; done; }
    look; umount -l /tmp /run; look; export -f look
    unshare -Urm bash -c 'umount -l /tmp; umount -l /run; look'`,
  "shared memory of others": `test "$(readlink /proc/self/ns/ipc)" = "$IPC" && echo out`,
};

Deno.test("no way leads out of a confined view", async () => {
  await withProject(PROJECT, (m) =>
    withHome(async (home) => {
      await m.ctl("branch", "create", "other");
      await Deno.writeTextFile(join(m.project, "only-in-source"), "the project itself\n");
      const { serverPid } = await m.status();
      // Only root may write to /run.
      const services = Deno.uid() === 0 ? ["/tmp", "/var/tmp", "/run"] : ["/tmp", "/var/tmp"];
      const elsewhere = services.map((dir) => Deno.makeTempDirSync({ dir, prefix: "agentvfs-" }));
      try {
        const variables = {
          MOUNT: m.mount,
          STORE: m.store,
          SOCKET: m.socket,
          PROJECT: m.project,
          SERVER: String(serverPid),
          IPC: await Deno.readLink("/proc/self/ns/ipc"),
          ELSEWHERE: elsewhere.join(" "),
        };
        const settings = Object.entries(variables).map(([name, value]) =>
          `export ${name}='${value}'`
        );
        const ways = Object.entries(WAYS).map(([name, way]) =>
          `(\n${way}\n) 2>/dev/null | grep -qx out && echo "${name}"`
        );
        const outcome = await confined(m, home, [...settings, ...ways, "echo tried"].join("\n"));
        assert.deepEqual([outcome.stdout, outcome.code], ["tried\n", 0], outcome.stderr);
        assert.equal((await m.status()).serverPid, serverPid);
        assert.equal(await Deno.readTextFile(m.path(".agentvfs/branches/other/f")), "one\n");
      } finally {
        for (const directory of elsewhere) Deno.removeSync(directory);
      }
    }));
});

Deno.test("what is allowed stays writable, and ordinary work goes on", async () => {
  await withProject(PROJECT, (m) =>
    withHome((home) =>
      withTemporary(async (directory) => {
        const documents = join(home, "documents");
        const work = `
          echo more >>~/documents/file
          git init -q . && git add -A && git -c user.email=a@b -c user.name=n commit -qm x
          python3 -c "import os; a, b = os.openpty(); print(os.path.exists(os.ttyname(b)))"
          script -qec 'tty; exit 3' /dev/null; echo $?
          sleep 0.1 & wait; mktemp >/dev/null; echo $(ls /dev/fd | wc -l) >/dev/null; git log --oneline | wc -l`;
        const outcome = await confined(m, home, work, ["--allow", `${documents}:${directory}`]);
        assert.deepEqual(
          [outcome.code, outcome.stdout],
          [0, "True\n/dev/pts/0\r\n3\n1\n"],
          outcome.stderr,
        );
        assert.equal(await Deno.readTextFile(join(documents, "file")), "in documents\nmore\n");
      })
    ));
});

Deno.test("sockets of others are out of reach, unless they are allowed", async () => {
  const listeners = scriptPath(import.meta.url, "listeners.py");
  await withProject(PROJECT, (m) =>
    withHome((home) =>
      withTemporary(async (temporary) => {
        const name = temporary.split("-").at(-1);
        const atHome = join(home, "documents/socket");
        const inTmp = join(temporary, "socket");
        const abstract = `@agentvfs-test-${name}`;
        const all = [atHome, join(home, ".claude/socket"), inTmp, abstract, m.socket];
        const services = new Conversation(["-B", listeners]);
        try {
          await services.ask(all.slice(0, -1));
          // Not in /tmp, which the script would not be found in.
          await Deno.copyFile(listeners, join(home, "listeners.py"));
          const reached = async (...options: string[]) => {
            const args = [
              "run",
              "--branch",
              "b",
              ...options,
              "--",
              PYTHON,
              join(home, "listeners.py"),
            ];
            const outcome = await m.run([...args, ...all], { cwd: m.project, env: { HOME: home } });
            assert.equal(outcome.code, 0, outcome.stderr);
            return outcome.stdout.split("\n").slice(0, -1).filter((line) => line !== "");
          };
          assert.deepEqual(await reached(), all);
          const open = canScopeSockets() ? [] : [abstract];
          assert.deepEqual(await reached("--confine"), open);
          assert.deepEqual(await reached("--confine", "--share-tmp"), [inTmp, ...open]);
          const allowed = await reached("--confine", "--allow", `${atHome}:${inTmp}`);
          assert.deepEqual(allowed, [atHome, inTmp, ...open]);
          // A home directory in /tmp is shown, but not what listens in it.
          await Deno.copyFile(listeners, join(temporary, "listeners.py"));
          const args = ["run", "-b", "b", "--confine", PYTHON, join(temporary, "listeners.py")];
          const env = { HOME: temporary };
          const inHome = await m.run([...args, inTmp], { cwd: m.project, env });
          assert.deepEqual([inHome.code, inHome.stdout.trim()], [0, ""], inHome.stderr);
        } finally {
          await services.end();
        }
      })
    ));
});

testWith(
  "tmux",
  "a terminal multiplexer that runs outside does nothing for a program in a view",
  async () => {
    await withProject(PROJECT, (m) =>
      withHome(async (home) => {
        const tmux = `tmux -L agentvfs-test-${m.state.split("-").at(-1)} -f /dev/null`;
        const there = `/tmp/tmux-${Deno.uid()}`;
        await shell(`${tmux} new-session -d 'sleep 1000'`);
        try {
          // Who can ask the server has it write to the project itself.
          const ask = (options: string[]) => {
            const script = `${tmux} run-shell 'echo outside >${m.project}/f'; ls -A ${there}; true`;
            const args = ["run", "--branch", "b", ...options, "--", "bash", "-c", script];
            return m.run(args, { cwd: m.project, env: { HOME: home } });
          };
          for (const options of [[], ["--confine"]]) {
            const outcome = await ask(options);
            assert.match(outcome.stderr, /no server running|error connecting/);
            assert.equal(await Deno.readTextFile(join(m.project, "f")), "one\n");
          }
          await ask(["--confine", "--share-tmp"]);
          assert.equal(await Deno.readTextFile(join(m.project, "f")), "outside\n");
          // One that is started in a view shows the branch, and ends with the run.
          const own = await m.run(
            [
              "run",
              "--branch",
              "b",
              "--",
              "bash",
              "-c",
              `${tmux} new -d 'cat f >new; mv new seen'; ${tmux} wait-for -L x; until test -e seen; do sleep 0.1; done; cat seen`,
            ],
            { cwd: m.project, env: { HOME: home } },
          );
          assert.equal(own.stdout, "one\n", own.stderr);
        } finally {
          await run(["bash", "-c", `${tmux} kill-server`]);
        }
      }));
  },
);

/** What sandboxes of agents do: a user namespace, with mounts of its own. */
const SANDBOX = `unshare --user --map-root-user --mount sh -c '
  mount -t tmpfs none /mnt && mkdir /mnt/a && mount --bind . /mnt/a && cat /mnt/a/f && echo changed >/mnt/a/f'`;

Deno.test("programs in a confined view can make namespaces of their own", async () => {
  await withProject(PROJECT, (m) =>
    withHome(async (home) => {
      const outcome = await confined(
        m,
        home,
        `echo $$ >/proc/self/oom_score_adj; ${SANDBOX}; cat f`,
      );
      assert.deepEqual([outcome.stdout, outcome.code], ["one\nchanged\n", 0], outcome.stderr);
    }));
});

testWith("bwrap", "bubblewrap starts in a confined view", async () => {
  await withProject(PROJECT, (m) =>
    withHome(async (home) => {
      const bwrap = "bwrap --unshare-user --unshare-pid --unshare-net --ro-bind / / --dev /dev";
      const script =
        `${bwrap} --bind "$PWD" "$PWD" sh -c 'cat f; echo changed >f; touch ~/.claude/x || echo closed'`;
      const outcome = await confined(m, home, script);
      assert.deepEqual([outcome.stdout, outcome.code], ["one\nclosed\n", 0], outcome.stderr);
      assert.equal(await Deno.readTextFile(m.path(".agentvfs/branches/b/f")), "changed\n");
    }));
});

Deno.test("root's inherited capabilities do not outlive the confinement", async (t) => {
  if (Deno.uid() !== 0) {
    await skip(t, "only root has any");
    return;
  }
  await withProject(PROJECT, async (m) => {
    const confined = [...PROGRAM, "run", "--branch", "b", "--confine", "--", "grep", "^Cap"];
    const command = ["setpriv", "--inh-caps", "+sys_admin", ...confined, "/proc/self/status"];
    const env = { AGENTVFS_STATE_DIR: m.state, AGENTVFS_SOCK: "" };
    const sets = await succeed(command, { cwd: m.project, env });
    const CAP_SYS_ADMIN = 1n << 21n;
    for (const [, name, set] of sets.matchAll(/^Cap(\w+):\s*(\w+)$/gm)) {
      assert.equal(BigInt(`0x${set}`) & CAP_SYS_ADMIN, 0n, name);
    }
    assert.match(sets, /^CapEff:\s*0+[1-9a-f]/m);
  });
});

/** What Claude Code does with its settings: a lock, a draft, and a file that replaces the other. */
const CLAUDE = `#!/bin/sh
set -e
at=\${CLAUDE_CONFIG_DIR:-$HOME}
mkdir $at/.claude.json.lock
sed 's/"started": 1/"started": 2/' $at/.claude.json >$at/.claude.json.tmp
mv $at/.claude.json.tmp $at/.claude.json
rmdir $at/.claude.json.lock
mkdir -p ~/.claude/projects
echo said >~/.claude/projects/transcript
echo x >~/other || echo "home is read-only"
echo job >~/.claude/daemon/job
`;

Deno.test("agents' places are made, and Claude's settings are kept", async () => {
  await withProject(PROJECT, (m) =>
    withHome(async (home) => {
      await Deno.remove(join(home, ".claude"), { recursive: true });
      await Deno.mkdir(join(home, "bin"));
      for (const [name, text] of [["claude", CLAUDE], ["codex", "#!/bin/sh\necho x >~/.codex/x"]]) {
        await Deno.writeTextFile(join(home, "bin", name!), text!, { mode: 0o755 });
      }
      await Deno.writeTextFile(join(home, ".claude.json"), `{"started":1,"theme":"dark"}`);
      const env = {
        HOME: home,
        PATH: `${home}/bin:${Deno.env.get("PATH")}`,
        CLAUDE_CONFIG_DIR: "",
      };
      const runs = (...command: string[]) =>
        m.run(["run", "-b", "b", "--confine", "--", ...command], { cwd: m.project, env });
      const claude = await runs("claude");
      assert.deepEqual([claude.code, claude.stdout], [0, "home is read-only\n"], claude.stderr);
      const settings = async () => JSON.parse(await Deno.readTextFile(join(home, ".claude.json")));
      assert.deepEqual(await settings(), { started: 2, theme: "dark" });
      assert.equal(await Deno.readTextFile(join(home, ".claude/projects/transcript")), "said\n");
      assert.equal((await Deno.stat(join(home, ".codex"))).mode! & 0o777, 0o700);
      assert.equal((await runs("sh", "-c", "codex")).code, 0);
      // Its background service, which runs outside, takes jobs from there.
      const plain = ["run", "-b", "b", "--", "sh", "-c", "echo job >~/.claude/daemon/job"];
      assert.equal((await m.run(plain, { cwd: m.project, env })).code, 0);
      assert.deepEqual([...Deno.readDirSync(join(home, ".claude/daemon"))], []);
      // What was changed outside meanwhile reaches the next program.
      await Deno.writeTextFile(join(home, ".claude.json"), `{"started":2,"theme":"light"}`);
      const seen = await runs("sh", "-c", "cat $CLAUDE_CONFIG_DIR/.claude.json");
      assert.deepEqual(JSON.parse(seen.stdout), { started: 2, theme: "light" });
      await assert.rejects(Deno.stat(join(home, "other")));
      // The same in a home directory that is hidden: it is there, to be read.
      const inTmp = { ...env, HOME: join(m.project, "../home") };
      await Deno.mkdir(inTmp.HOME);
      await Deno.writeTextFile(join(inTmp.HOME, "file"), "mine\n");
      const command = ["sh", "-c", "cat ~/file; echo x >~/file; echo x >~/.cache/x && echo cached"];
      const args = ["run", "-b", "b", "--confine", "--", ...command];
      const hidden = await m.run(args, { cwd: m.project, env: inTmp });
      assert.equal(hidden.stdout, "mine\ncached\n", hidden.stderr);
      assert.equal(await Deno.readTextFile(join(inTmp.HOME, "file")), "mine\n");
      assert.deepEqual([...Deno.readDirSync(home)].filter(({ name }) => /json\./.test(name)), []);
    }));
});

Deno.test("what is allowed and not there is made, and what cannot be is refused", async () => {
  await withProject(PROJECT, (m) =>
    withHome(async (home) => {
      const made = join(home, "documents/new/deep");
      const outcome = await confined(m, home, `echo x >${made}/x`, ["--allow", made]);
      assert.equal(outcome.code, 0, outcome.stderr);
      assert.match(outcome.stderr, /made the directory .*new\/deep, which --allow names/);
      assert.equal(await Deno.readTextFile(join(made, "x")), "x\n");
      for (
        const [path, why] of [["/proc/none", /cannot be made/], ["/", /everything/], [
          m.store,
          /own state/,
        ]] as const
      ) {
        const refused = await confined(m, home, "true", ["--allow", path]);
        assert.equal(refused.code, 2, path);
        assert.match(refused.stderr, why);
      }
      const alone = await m.run(["run", "--allow", home, "true"], { cwd: m.project });
      assert.equal(alone.code, 2);
      assert.match(alone.stderr, /--allow means nothing without --confine/);
      await withTemporary(async (directory) => {
        // Who stands where all is hidden starts in the project that is named. What stays open is said.
        const away = ["run", "--confine", "-C", m.project, "pwd"];
        const named = await m.run(away, { cwd: directory });
        assert.deepEqual([named.code, named.stdout], [0, `${m.project}\n`], named.stderr);
        assert.match(named.stderr, /open are the network/);
        // Variables name what is there: a runtime directory of the program's own, and no lost temporary one.
        await Deno.mkdir(join(directory, "run"));
        await Deno.writeTextFile(join(directory, "run/file"), "");
        const script =
          `ls -A $XDG_RUNTIME_DIR; touch $XDG_RUNTIME_DIR/x; stat -c %a $XDG_RUNTIME_DIR
          echo \${TMPDIR-none} \${TMP-none}; mktemp | cut -c1-9`;
        const env = {
          HOME: home,
          XDG_RUNTIME_DIR: join(directory, "run"),
          TMPDIR: directory,
          TMP: "/tmp",
        };
        const args = ["run", "-b", "b", "--confine", "--", "bash", "-c", script];
        const own = await m.run(args, { cwd: m.project, env });
        assert.deepEqual([own.stdout, own.code], ["700\nnone /tmp\n/tmp/tmp.\n", 0], own.stderr);
        assert.deepEqual([...Deno.readDirSync(join(directory, "run"))].map((e) => e.name), [
          "file",
        ]);
      });
    }));
});
