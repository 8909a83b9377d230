/**
 * What a confined program can do to the rest of the machine: nothing that is not listed.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type Mounted, withProject } from "../support/mounted.ts";
import { withTemporary } from "../support/temporary.ts";

const PROJECT = "mkdir sub; echo one >f; echo two >sub/g";

async function confined(m: Mounted, home: string, script: string, options: string[] = []) {
  const args = ["run", "--branch", "b", "--confine", ...options, "--", "bash", "-c", script];
  return await m.run(args, { cwd: m.project, env: { HOME: home } });
}

/** A home outside /tmp, which stays writable. */
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
         echo kept >~/.claude/file && echo state; echo kept >/tmp/agentvfs-confined && echo tmp`,
      );
      assert.equal(outcome.code, 0, outcome.stderr);
      assert.match(outcome.stdout, /state\ntmp\n$/);
      assert.doesNotMatch(outcome.stdout, /packs|index/);
      assert.equal(await Deno.readTextFile(join(home, "documents/file")), "in documents\n");
      assert.equal(await Deno.readTextFile(join(home, ".claude/file")), "kept\n");
      assert.equal(await Deno.readTextFile("/tmp/agentvfs-confined"), "kept\n");
      await Deno.remove("/tmp/agentvfs-confined");
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
  "the kernel's settings":
    `echo 1 >/proc/sys/kernel/panic && echo out; echo h >/proc/sysrq-trigger && echo out`,
};

Deno.test("no way leads out of a confined view", async () => {
  await withProject(PROJECT, (m) =>
    withHome(async (home) => {
      await m.ctl("branch", "create", "other");
      await Deno.writeTextFile(join(m.project, "only-in-source"), "the project itself\n");
      const { serverPid } = await m.status();
      const variables = { MOUNT: m.mount, STORE: m.store, SOCKET: m.socket, PROJECT: m.project };
      const settings = [...Object.entries(variables), ["SERVER", String(serverPid)]]
        .map(([name, value]) => `export ${name}='${value}'`).join("\n");
      for (const [name, way] of Object.entries(WAYS)) {
        const outcome = await confined(m, home, `${settings}\n(${way}) 2>/dev/null | grep -x out`);
        assert.deepEqual([outcome.stdout, outcome.code], ["", 1], name);
      }
      assert.equal((await m.status()).serverPid, serverPid);
      assert.equal(await Deno.readTextFile(m.path(".agentvfs/branches/other/f")), "one\n");
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
          sleep 0.1 & wait; mktemp >/dev/null; echo $(ls /dev/fd | wc -l) >/dev/null; git log --oneline | wc -l`;
        const outcome = await confined(m, home, work, ["--allow", `${documents}:${directory}`]);
        assert.deepEqual([outcome.code, outcome.stdout], [0, "True\n1\n"], outcome.stderr);
        assert.equal(await Deno.readTextFile(join(documents, "file")), "in documents\nmore\n");
      })
    ));
});
