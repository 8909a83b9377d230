/** Holes of 4 KiB and zeros that were written stay what they are, wherever a file's bytes are kept. */

import assert from "node:assert/strict";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell, succeed } from "../support/process.ts";
import { PYTHON, scriptPath } from "../support/python.ts";

const SCRIPT = scriptPath(import.meta.url, "make_holes.py");

/** Of each file: size, blocks, and where it has data. */
type Holes = Record<string, [size: number, blocks: number, data: [number, number][]]>;

async function holesIn(cwd: string, ...args: string[]): Promise<Holes> {
  return JSON.parse(await succeed([PYTHON, SCRIPT, ...args], { cwd }));
}

/** Blocks are those with data, which the disk of a project may count otherwise. */
function assertBlocks(holes: Holes): void {
  for (const [name, [, blocks, data]] of Object.entries(holes)) {
    const expected = data.reduce(
      (sum, [start, end]) => sum + Math.ceil(end / 4096) - start / 4096,
      0,
    );
    assert.equal(blocks, 8 * expected, name);
  }
}

async function store(m: Mounted): Promise<string> {
  return await Deno.readTextFile(`${m.store}/format`);
}

Deno.test("holes stay through checkpoint, rollback, restart, restore, branches and merges", () =>
  withProject("echo x >other", async (m) => {
    const made = await holesIn(m.mount, "--prefix", "f-");
    assertBlocks(made);
    assert.deepEqual(made["f-small-one-block"]![2], [[20480, 24576]]);
    assert.equal(made["f-every-other"]![2].length, 75);
    assert.equal(made["f-zeros"]![1], 2048);

    await m.ctl("checkpoint", "made");
    assert.deepEqual(await holesIn(m.mount), made, "after a checkpoint");
    assert.match(await store(m), /^version 4$/m);
    await m.restart();
    assert.deepEqual(await holesIn(m.mount), made, "after a restart");

    const change = `
      for f in f-*; do head -c 5000 /dev/urandom | dd of=$f bs=5000 oflag=seek_bytes seek=9000 conv=notrunc status=none; done
      rm f-bytes; truncate -s 30K f-small-one-block f-punched; cp --sparse=never f-small-all-hole f-new`;
    await shell(change, { cwd: m.mount });
    const changed = await holesIn(m.mount);
    assertBlocks(changed);
    await m.ctl("checkpoint", "changed");
    assert.deepEqual(await holesIn(m.mount), changed, "changed, after a checkpoint");
    await m.ctl("rollback", "made");
    assert.deepEqual(await holesIn(m.mount), made, "after a rollback");
    await m.ctl("rollback", "changed");
    assert.deepEqual(await holesIn(m.mount), changed, "after a rollback to later");
    await m.ctl("restore", ...Object.keys(made).map((name) => m.path(name)), "--from", "made");
    const { "f-new": _, ...others } = await holesIn(m.mount);
    assert.deepEqual(others, made, "restored");

    await m.ctl("checkpoint", "restored");
    await m.ctl("branch", "create", "b");
    const branch = m.path(".agentvfs/branches/b");
    const mine = await holesIn(branch, "--prefix", "g-");
    assertBlocks(mine);
    await m.ctl("merge", "b");
    const merged = await holesIn(m.mount);
    assert.deepEqual(merged, mine, "merged");
    assert.deepEqual(await holesIn(m.path(".agentvfs/checkpoints/made")), made, "in a checkpoint");
    const { problems } = await m.ctl("verify");
    assert.deepEqual(problems ?? [], []);
    await m.ctl("gc", "--keep", "1");
    assert.deepEqual(await holesIn(m.mount), merged, "after a collection of garbage");
  }));

Deno.test("holes of the project are there while it is imported and after", () =>
  withProject(`${PYTHON} '${SCRIPT}' --prefix f- >/dev/null`, async (m) => {
    const onDisk = await holesIn(m.project);
    const mounted = await holesIn(m.mount);
    const data = (holes: Holes) =>
      Object.fromEntries(
        Object.entries(holes).map(([name, [size, , ranges]]) => [name, [size, ranges]]),
      );
    assert.deepEqual(data(mounted), data(onDisk));
    assertBlocks(mounted);
    await shell(
      "printf x >>f-every-eighth; printf x | dd of=f-large seek=4096 conv=notrunc status=none",
      {
        cwd: m.mount,
      },
    );
    const changed = await holesIn(m.mount);
    await m.ctl("checkpoint", "changed");
    assert.deepEqual(await holesIn(m.mount), changed);
    assertBlocks(changed);
  }));

Deno.test("a store has version 4 from its first file with small holes on", () =>
  withProject("head -c 1000000 /dev/urandom >dense; truncate -s 64M large", async (m) => {
    await shell("head -c 3000000 /dev/urandom >more", { cwd: m.mount });
    await m.ctl("checkpoint", "plain");
    assert.match(await store(m), /^version 2$/m);
    await shell("printf x | dd of=large seek=4096 conv=notrunc status=none", { cwd: m.mount });
    await m.ctl("checkpoint", "sparse");
    assert.match(await store(m), /^version 4$/m);
    await m.restart();
    assert.equal(await shell("cat large | wc -c", { cwd: m.mount }), `${2 ** 26}\n`);
  }));
