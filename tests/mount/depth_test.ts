/**
 * Trees that are deeper than the call stack, and than any path may be long.
 */

import assert from "node:assert/strict";
import { type Mounted, withMount, withProject } from "../support/mounted.ts";
import { run, succeed } from "../support/process.ts";
import { PYTHON, scriptPath } from "../support/python.ts";
import { withTemporary } from "../support/temporary.ts";

const DEPTH = 20_000;
/** They take twenty seconds where nothing else runs. */
const DEADLINE_MS = 300_000;

async function deep(directory: string, ...args: string[]): Promise<string> {
  const command = [PYTHON, scriptPath(import.meta.url, "deep_tree.py"), ...args];
  return (await succeed(command, { cwd: directory, deadlineMs: DEADLINE_MS })).trim();
}

async function removeDeep(directory: string): Promise<void> {
  const { code, stderr } = await run(["rm", "-rf", "d"], {
    cwd: directory,
    deadlineMs: DEADLINE_MS,
  });
  assert.equal(code, 0, stderr);
}

const OPTIONS = { deadlineMs: 2 * DEADLINE_MS };

Deno.test("a tree 20 000 levels deep is checkpointed, rolled back, merged and there after a restart", () =>
  withProject(
    "echo x >a",
    async (m: Mounted) => {
      await m.ctl("checkpoint", "empty");
      await deep(m.mount, "make", `${DEPTH}`);
      await deep(m.mount, "write", "one");
      const { changed } = await m.ctl("checkpoint", "one");
      assert.deepEqual(changed, { added: DEPTH + 1, modified: 0, deleted: 0 });
      await m.ctl("branch", "create", "other");
      await deep(m.mount, "write", "two");

      await m.ctl("rollback", "one");
      assert.equal(await deep(m.mount, "read"), `${DEPTH} one`);
      await m.ctl("rollback", "empty", "--force-large");
      assert.equal(await deep(m.mount, "read"), "0 None");
      await m.ctl("undo");
      assert.equal(await deep(m.mount, "read"), `${DEPTH} one`);

      await deep(m.path(".agentvfs/branches/other"), "write", "other");
      await m.ctl("merge", "other");
      assert.equal(await deep(m.mount, "read"), `${DEPTH} other`);
      await deep(m.mount, "write", "last");
      // Another server takes over; then another daemon.
      await m.ctl("restart");
      assert.equal(await deep(m.mount, "read"), `${DEPTH} last`);
      await m.restart();
      assert.equal(await deep(m.mount, "read"), `${DEPTH} last`);
      assert.equal(await deep(m.path(".agentvfs/checkpoints/one"), "read"), `${DEPTH} one`);
    },
    OPTIONS,
  ));

Deno.test("what is deep is removed, restored, listed, verified and collected", () =>
  withProject(
    "echo x >a",
    async (m: Mounted) => {
      await m.ctl("checkpoint", "empty");
      await deep(m.mount, "make", `${DEPTH}`);
      await deep(m.mount, "write", "one");
      await m.ctl("checkpoint", "one");
      await deep(m.mount, "write", "two");
      await m.ctl("checkpoint", "two");
      const path = `${"d/".repeat(DEPTH)}f`;
      const { changes } = await m.ctl("diff", "one", "two");
      assert.deepEqual(changes.map(({ path }: { path: string }) => path), [path]);
      assert.equal((await m.ctl("show", "two")).changes[0].path, path);
      const refusal = await m.refused("diff", "empty", "one");
      assert.equal(refusal.code, "difference_too_large");

      await m.ctl("restore", path, "--from", "one");
      assert.equal(await deep(m.mount, "read"), `${DEPTH} one`);
      await removeDeep(m.mount);
      await m.ctl("checkpoint", "removed");
      await m.ctl("restore", "d", "--from", "two");
      assert.equal(await deep(m.mount, "read"), `${DEPTH} two`);
      assert.equal((await m.ctl("verify")).clean, true);
      await m.ctl("gc");
      assert.equal(await deep(m.mount, "read"), `${DEPTH} two`);
    },
    OPTIONS,
  ));

Deno.test("a project deeper than any path may be long is imported whole", () =>
  withTemporary(async (project) => {
    await deep(project, "make", `${DEPTH}`);
    await deep(project, "write", "deepest");
    await withMount(project, async (m) => {
      // Whatever of it was read from the project and whatever from the store.
      assert.equal(await deep(m.mount, "read"), `${DEPTH} deepest`);
      const { skipped, directories } = (await m.imported()).import;
      assert.deepEqual(skipped, []);
      assert.equal(directories, DEPTH + 1);
      await deep(m.mount, "write", "changed");
      await m.restart();
      assert.equal(await deep(m.mount, "read"), `${DEPTH} changed`);
    }, { ...OPTIONS, imported: false });
  }));
