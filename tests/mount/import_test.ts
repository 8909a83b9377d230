/**
 * What is mounted is the project, exactly: while it is imported, afterwards, after a restart and after a rollback.
 */

import assert from "node:assert/strict";
import { assertSame, type Manifest, manifestOf } from "../support/manifest.ts";
import { Mounted, withMount, withProject } from "../support/mounted.ts";
import { succeed } from "../support/process.ts";
import { PYTHON, scriptPath } from "../support/python.ts";
import { withTemporary } from "../support/temporary.ts";

const HOSTILE = scriptPath(new URL("../support/", import.meta.url).href, "hostile_source.py");

async function withHostileSource(
  body: (mounted: Mounted, source: Manifest) => Promise<void>,
): Promise<void> {
  await withTemporary(async (directory) => {
    const [project, outside] = [`${directory}/hostile`, `${directory}/outside`];
    await Deno.mkdir(project);
    await Deno.mkdir(outside);
    await succeed([PYTHON, HOSTILE, project, outside]);
    const source = new Map(await manifestOf(project, { inodes: true }));
    // Sockets are left out and said to be.
    assert.ok(source.delete("special/socket"));
    await withMount(project, (mounted) => body(mounted, source));
    const afterwards = new Map(await manifestOf(project, { inodes: true }));
    afterwards.delete("special/socket");
    assertSame(afterwards, source, "The project itself must not change");
  });
}

/** Blocks are how a disk keeps a file. A name outside the project is not a name of the mount's file. */
const IGNORED = ["blocks", "nlink"];

Deno.test("every kind of file is in the mount as it is in the project", async () => {
  await withHostileSource(async (m, source) => {
    const same = async (when: string) =>
      assertSame(await manifestOf(m.mount, { inodes: true }), source, when, { ignore: IGNORED });
    await same("After the import");
    const { skipped } = (await m.status()).import;
    assert.deepEqual(skipped.map(({ path }) => path), ["special/socket"]);
    assert.match(skipped[0]!.reason, /socket/);

    await m.restart();
    await same("After a restart");
    await m.ctl("checkpoint", "baseline");
    assert.deepEqual((await m.ctl("diff")).changes, []);
    await m.ctl("rollback", "baseline");
    await same("After a rollback that had nothing to do");

    await succeed(["bash", "-c", "find . -mindepth 1 -maxdepth 1 -exec rm -rf {} +"], {
      cwd: m.mount,
    });
    assert.deepEqual([...(await manifestOf(m.mount)).keys()], [""]);
    await m.ctl("rollback", "baseline");
    await same("After everything was removed and brought back");
    await m.restart();
    await same("After that and a restart");
  });
});

Deno.test("a second mount of a project reads none of its files", async () => {
  // The program that is run from source reads some 30 MB of its own: what there is of the project is well beyond that.
  const bytes = 150_000_000;
  await withProject(`for i in 1 2 3; do head -c ${bytes / 3} /dev/urandom >$i; done`, async (m) => {
    const bytesRead = async () => {
      const { serverPid } = await m.status();
      const io = await Deno.readTextFile(`/proc/${serverPid}/io`);
      return Number(/^rchar: (\d+)/m.exec(io)![1]);
    };
    assert.ok(await bytesRead() > bytes, "the count does not count");
    await m.restart();
    const { import: imported } = await m.status();
    assert.equal(imported.state, "done");
    assert.ok(await bytesRead() < bytes / 2);
  });
});

Deno.test("link counts, sparse files and sizes are told as on a disk", async () => {
  await withHostileSource(async (m, source) => {
    const shown = await manifestOf(m.mount, { inodes: true, content: false });
    const field = (manifest: Manifest, path: string, name: string) => manifest.get(path)![name];
    for (const path of ["links/first", "links/fifo", "links/symlink", "zz-last", "links", "many"]) {
      assert.equal(field(shown, path, "nlink"), field(source, path, "nlink"), path);
    }
    for (const path of ["contents/sparse", "contents/hole", "contents/size-0"]) {
      const blocks = Number(field(shown, path, "blocks"));
      assert.ok(blocks * 512 <= 3 * 256 * 1024, `${path} has ${blocks} blocks`);
    }
    assert.ok(Number(field(shown, "contents/size-3145728", "blocks")) >= 6144);
  });
});

Deno.test("nothing is missing or different while the import runs", async () => {
  await withTemporary(async (directory) => {
    const [project, outside] = [`${directory}/hostile`, `${directory}/outside`];
    await Deno.mkdir(project);
    await Deno.mkdir(outside);
    await succeed([PYTHON, HOSTILE, project, outside, "150"]);
    const mounted = new Mounted(project, `${directory}/state`, {});
    const watch = [PYTHON, scriptPath(import.meta.url, "watch_import.py"), project, mounted.state];
    const watching = succeed(watch);
    try {
      await mounted.start();
      const { comparisons, differences } = JSON.parse(await watching);
      assert.deepEqual(differences, []);
      assert.ok(comparisons > 3, `There were ${comparisons} comparisons during the import`);
    } finally {
      await watching.catch(() => {});
      await mounted.end();
    }
  });
});
