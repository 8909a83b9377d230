/**
 * Who watches the mount hears of a rollback what it hears of the same change made by hand, by the time that the command has
 * returned.
 */

import assert from "node:assert/strict";
import { withConversation } from "../support/conversation.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";
import { scriptPath } from "../support/python.ts";
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
