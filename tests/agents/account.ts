/**
 * Who an agent runs as: root, or an account without rights that exists in the test alone.
 *
 * Root gives either a mount namespace of its own: everybody may open `/dev/fuse` there, as on most systems, `/tmp` is new, the account
 * is in `/etc/passwd`, and programs that lie where only root may look are seen. Nothing of that is outside, and it goes with the test.
 * Who is not root is the account without rights already.
 *
 * @module
 */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { run } from "../support/process.ts";

export type AccountName = "root" | "user";

const ID = 31_415;
const READY_MS = 10_000;

export interface Account {
  /** Comes before each command that is to run as it. */
  readonly before: readonly string[];
  /** Makes a directory and what is in it its own. */
  own(path: string): Promise<void>;
}

/** Whoever runs the test, where they are. */
export const PLAIN: Account = { before: [], own: () => Promise.resolve() };

/** Why there cannot be such an account here; null: there can. */
export function noAccount(name: AccountName): string | null {
  return name === "root" && Deno.uid() !== 0 ? "needs root" : null;
}

/** Runs `body` with an account. `shown`: directories and files, by the path below `root` at which it sees them. */
export async function withAccount<T>(
  name: AccountName,
  root: string,
  shown: Readonly<Record<string, string>>,
  body: (account: Account) => Promise<T>,
): Promise<T> {
  assert.equal(noAccount(name), null);
  if (Deno.uid() !== 0) {
    for (const [at, path] of Object.entries(shown)) {
      await Deno.mkdir(dirname(join(root, at)), { recursive: true });
      await Deno.symlink(path, join(root, at));
    }
    return await body(PLAIN);
  }
  const holder = new Deno.Command("unshare", {
    args: ["--mount", "sh", "-euc", SETUP, "sh", root, String(ID), ...Object.entries(shown).flat()],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    await ready(holder);
    const enter = ["nsenter", `--mount=/proc/${holder.pid}/ns/mnt`];
    const rights = ["setpriv", `--reuid=${ID}`, `--regid=${ID}`, "--clear-groups"];
    return await body({
      before: name === "root" ? enter : [...enter, ...rights],
      own: async (path) => {
        if (name !== "user") return;
        const { code, stderr } = await run(["chown", "-R", `${ID}:${ID}`, path]);
        assert.equal(code, 0, stderr);
      },
    });
  } finally {
    // It waits for the end of its input.
    await holder.stdin.close();
    await holder.status;
    await holder.stdout.cancel();
  }
}

/** Binds before `/tmp` is hidden: what is shown may lie there. */
const SETUP = `root=$1 id=$2; shift 2
mkdir "$root/etc"
mknod "$root/etc/fuse" c 10 229 && chmod 666 "$root/etc/fuse" && mount --bind "$root/etc/fuse" /dev/fuse
{ cat /etc/passwd; echo "agent:x:$id:$id::$root/home:/bin/sh"; } >"$root/etc/passwd"
{ cat /etc/group; echo "agent:x:$id:"; } >"$root/etc/group"
for file in passwd group; do mount --bind "$root/etc/$file" "/etc/$file"; done
while [ $# -gt 0 ]; do
  if [ -d "$2" ]; then mkdir -p "$root/$1"; else : >"$root/$1"; fi
  mount --bind "$2" "$root/$1"; shift 2
done
mount -t tmpfs -o mode=1777 agents /tmp
echo ready; cat >/dev/null`;

async function ready(holder: Deno.ChildProcess): Promise<void> {
  const timer = setTimeout(() => holder.kill("SIGKILL"), READY_MS);
  const reader = holder.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  clearTimeout(timer);
  assert.match(new TextDecoder().decode(value), /ready/, "No namespace for the account");
}
