/** Mounting, running on branches and confining without root: through fusermount3 and user namespaces. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../support/process.ts";
import { EXECUTABLE } from "./executable.ts";

const SCRIPT = fileURLToPath(new URL("./unprivileged.sh", import.meta.url));
const NOBODY = 65534;

const EXPECTED = (uid: number, directory: string) =>
  `== run
${uid}
${directory}/project
one
f
made
sub
branch plain
== code
9
== confine
${uid}
read-only
1
mounted
/dev/pts/0
x
sandboxed
locked
x
== outside
precious
one
f
sub
== agents
0
== tested
0
2
== merge
confined true
main false
plain false
try-1 false
try-2 false
try-3 false
stopped
`;

/** In a mount namespace whose /dev/fuse everybody may open, as most systems have it. */
const AS = (uid: number, before = "exec") =>
  `set -e
mknod "$2/fuse" c 10 229 && chmod 666 "$2/fuse" && mount --bind "$2/fuse" /dev/fuse
cp "$1" "$2/agentvfs" && chmod 755 "$2/agentvfs" && cp "$3" "$2/script.sh" && chmod 644 "$2/script.sh"
mkdir "$2/own" && chown ${uid}:${uid} "$2/own" && chmod 755 "$2"
${before} setpriv --reuid=${uid} --regid=${uid} --clear-groups \\
  env -i PATH=/usr/bin:/bin bash "$2/script.sh" "$2/agentvfs" "$2/own"`;

Deno.test("an account without rights mounts, runs on branches, confines and merges", async () => {
  const isRoot = Deno.uid() === 0;
  // Not below /tmp, of which a confined program has its own.
  const parent = isRoot ? "/opt" : Deno.env.get("HOME")!;
  const directory = await Deno.makeTempDir({ dir: parent, prefix: "agentvfs-test-" });
  try {
    const command = isRoot
      ? ["unshare", "--mount", "bash", "-c", AS(NOBODY), "bash", EXECUTABLE, directory, SCRIPT]
      : ["bash", SCRIPT, EXECUTABLE, directory];
    const { code, stdout, stderr } = await run(command, { deadlineMs: 60_000 });
    const [uid, own] = isRoot ? [NOBODY, join(directory, "own")] : [Deno.uid()!, directory];
    assert.deepEqual([stdout, code], [EXPECTED(uid, own), 0], stderr);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

/** As containers are run that are given a number for a user. */
const NAMELESS = 54321;

Deno.test({
  name: "a user without a name is told that fusermount3 wants one, by quickstart and by doctor",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    const directory = await Deno.makeTempDir({ dir: "/opt", prefix: "agentvfs-test-" });
    const script = join(directory, "nameless.sh");
    await Deno.writeTextFile(
      script,
      `export AGENTVFS_STATE_DIR=$2/state; mkdir $2/project
$1 quickstart $2/project; echo $?
$1 doctor | grep -A 1 "^fail"`,
    );
    try {
      const { stdout, stderr } = await run(
        ["unshare", "--mount", "bash", "-c", AS(NAMELESS), "bash", EXECUTABLE, directory, script],
        { deadlineMs: 60_000 },
      );
      assert.match(stderr, /^agentvfs: Cannot mount .*: could not determine username$/m);
      assert.match(
        stdout,
        /^4\nfail +user +user 54321 has no name.*\n +fix: echo 'agent:x:54321:.*\/etc\/passwd\n$/,
      );
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});

/** Nobody gets a user namespace whose root is not that of its mount namespace. */
const IN_CHROOT = `mkdir "$2/root" && mount --rbind / "$2/root" && exec chroot "$2/root"`;

Deno.test({
  name: "who gets no user namespace is told so by run, with what helps, and nothing runs",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    const directory = await Deno.makeTempDir({ dir: "/opt", prefix: "agentvfs-test-" });
    const script = join(directory, "chroot.sh");
    await Deno.writeTextFile(
      script,
      `export HOME=$2; mkdir $2/project; cd $2/project
$1 quickstart . >/dev/null; $1 run -b b -- touch "$2/ran"; echo $?; ls $2/ran; $1 stop >/dev/null; echo $?`,
    );
    try {
      const { stdout, stderr } = await run([
        ...["unshare", "--mount", "bash", "-c", AS(NOBODY, IN_CHROOT), "bash"],
        ...[EXECUTABLE, directory, script],
      ], { deadlineMs: 60_000 });
      assert.equal(stdout, "4\n0\n", stderr);
      assert.match(stderr, /^agentvfs: Cannot make a view of a branch: .+\nhint: .+$/m);
      // The very words depend on the machine's settings; each is a situation in the doctor's own tests.
      assert.match(stderr, /^hint: .*(sysctl|apparmor|seccomp)/m);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});
