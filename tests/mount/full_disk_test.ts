/** A store on a disk that is full: nothing is lost, deleting works, and what was deleted comes back as space. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { withMount } from "../support/mounted.ts";
import { until } from "../support/process.ts";
import { withSmallDisk } from "../support/small_disk.ts";

const MIB = 1024 * 1024;

/** Smaller and smaller files, until not one byte fits. */
const SIZES = [MIB, 65_536, 4096, 1];

/** Writes files of noise until nothing fits. Returns their names, how many of them have a MiB, and the last error. */
async function fill(path: (name: string) => string, prefix: string) {
  const names: string[] = [];
  let whole = 0;
  let error = new Error();
  for (const size of SIZES) {
    const bytes = new Uint8Array(size);
    while (true) {
      for (let at = 0; at < size; at += 65_536) {
        crypto.getRandomValues(bytes.subarray(at, at + 65_536));
      }
      const name = `${prefix} ${names.length}`;
      names.push(name);
      try {
        await Deno.writeFile(path(name), bytes);
        if (size === MIB) whole++;
      } catch (caught) {
        error = caught as Error;
        break;
      }
    }
  }
  return { names, whole, error };
}

for (const kind of ["tmpfs", "ext4"] as const) {
  Deno.test(`a full ${kind}: delete, collect garbage, write again`, () =>
    withSmallDisk(kind, async ({ project, disk }) => {
      const options = {
        arguments: ["--store", join(disk, "store")],
        allowedLog: [/no space left/],
      };
      await withMount(project, async (m) => {
        const path = (name: string) => m.path(name);
        const first = await fill(path, "first");
        assert.ok(first.whole >= 12, `only ${first.whole} MiB fit`);
        assert.match(first.error.message, /No space left on device|os error 28/);
        // The mount goes on: what is there can be read, and what is in the way be deleted.
        assert.equal(await Deno.readTextFile(m.path("kept.txt")), "kept\n");
        assert.equal((await Deno.readFile(m.path("first 0"))).length, MIB);
        const refused = await m.refused("checkpoint", "too much");
        assert.equal(refused.code, "no_space");
        assert.equal((await m.ctl("log")).entries[0].label, "initial");
        for (const name of first.names) await removeIfThere(m.path(name));
        await m.ctl("checkpoint", "emptied");
        await m.ctl("gc", "--keep", "1");

        const second = await fill(path, "second");
        assert.ok(
          second.whole >= first.whole - 3,
          `${first.whole} MiB fitted, now ${second.whole}`,
        );
        for (const name of second.names) await removeIfThere(m.path(name));
        // Without anybody's doing: the journal is stored when what deleting needs is being used up.
        await until("there is room again", async () => {
          try {
            await Deno.writeFile(m.path("third"), new Uint8Array(4 * MIB).fill(3));
            return true;
          } catch {
            return false;
          }
        });
        const verified = await m.ctl("verify");
        assert.equal(verified.clean, true);
      }, options);
    }));
}

for (const kind of ["tmpfs", "ext4"] as const) {
  Deno.test(`a full ${kind}: what deleting needs is taken by nobody else`, () =>
    withSmallDisk(kind, async ({ project, disk }) => {
      const options = {
        arguments: ["--store", join(disk, "store"), "--auto", "off"],
        allowedLog: [/no space left/],
      };
      await withMount(project, async (m) => {
        const path = (name: string) => m.path(name);
        for (let i = 0; i < 200; i++) await Deno.writeTextFile(path(`small ${i}`), "");
        const { names: [first, ...others] } = await fill(path, "large");
        await removeIfThere(path(first!));
        await takeAll(join(disk, "somebody else's"));
        for (const name of others) await removeIfThere(path(name));
        for (let i = 0; i < 200; i++) await Deno.remove(path(`small ${i}`));
        await Deno.remove(join(disk, "somebody else's"));
        await m.ctl("checkpoint", "emptied");
      }, options);
    }));
}

/** Writes a file until the disk has no room for a byte. */
async function takeAll(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  for (const size of SIZES) {
    const bytes = new Uint8Array(size).fill(1);
    try {
      while (true) await file.write(bytes);
    } catch { /* it is full for so many */ }
  }
}

function removeIfThere(path: string): Promise<void> {
  return Deno.remove(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

Deno.test("a project that does not fit is told of, and is imported once it does", () =>
  withSmallDisk("tmpfs", async ({ project, disk }) => {
    const large = join(project, "large");
    const noise = new Uint8Array(40 * MIB);
    for (let at = 0; at < noise.length; at += 65_536) {
      crypto.getRandomValues(noise.subarray(at, at + 65_536));
    }
    await Deno.writeFile(large, noise);
    const options = {
      arguments: ["--store", join(disk, "store")],
      allowedLog: [/no space left/],
      imported: false,
    };
    await withMount(project, async (m) => {
      await until("the import fails", async () => {
        return (await m.status()).import.state === "failed";
      });
      assert.match((await m.status()).import.error!, /no space left/);
      const { stdout, code } = await m.run(["-C", project, "status"]);
      assert.equal(code, 0);
      assert.match(stdout, /nothing is recorded, since .* could not be imported: .*no space left/);
      const line = await m.run(["status", "--line"], { cwd: m.mount });
      assert.equal(line.stdout, "not protected: the import failed\n");
      assert.equal((await m.refused("checkpoint", "x")).code, "import_failed");
      // Files are read from the project, and work goes on.
      assert.equal(await Deno.readTextFile(m.path("kept.txt")), "kept\n");
      await Deno.writeTextFile(m.path("own.txt"), "own\n");
      await Deno.remove(large);
      await m.stop();
      await m.start();
      await m.imported();
      assert.equal(await Deno.readTextFile(m.path("own.txt")), "own\n");
      await m.ctl("checkpoint", "x");
    }, options);
  }));
