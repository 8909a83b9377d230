/** The file system of the store fails while programs work: it becomes read-only, as ext4 does when it finds damage. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { verifyStore } from "../../src/history/verify/verify_store.ts";
import { createTables } from "../../src/store/index/meta.ts";
import { runAtOnce } from "../../src/store/format/sliced.ts";
import { StoreWriter } from "../../src/store/store_writer.ts";
import { hasher, noise } from "../../src/store/testing/fixtures.ts";
import { withMount } from "../support/mounted.ts";
import { run } from "../support/process.ts";
import { withSmallDisk } from "../support/small_disk.ts";

const INDEX_STEPS: Readonly<Record<string, (store: StoreWriter) => void>> = {
  "a commit of objects": (store) => {
    store.putBlob(noise(5000, 8));
    store.commit();
    store.discard();
  },
  "a commit of rows": (store) =>
    store.commit((database) => database.exec("INSERT INTO lines VALUES(2)")),
  "making tables": (store) => createTables(store.database, "CREATE TABLE more(n INTEGER)"),
  "emptying the log": (store) => store.tidy(),
};

const READ_ONLY = /Read-only file system|os error 30/;

Deno.test("a disk that becomes read-only: calls fail and say why, reading goes on, and all comes back", () =>
  withSmallDisk("ext4", async ({ project, disk, fail, repair }) => {
    const options = {
      arguments: ["--store", join(disk, "store")],
      allowedLog: [/EROFS|EIO|[Rr]ead-only|readonly|disk I\/O error/],
    };
    await withMount(project, async (m) => {
      await Deno.writeTextFile(m.path("stored.txt"), "stored\n");
      await m.ctl("checkpoint", "before");
      const synced = await Deno.open(m.path("synced.txt"), { create: true, write: true });
      await synced.write(new TextEncoder().encode("synced\n"));
      await synced.sync();
      await Deno.mkdir(m.path("empty"));
      await Deno.remove(m.path("empty"));

      // Nobody can do it by hand: the journal is open.
      const busy = await run(["mount", "-o", "remount,ro", disk]);
      assert.notEqual(busy.code, 0);
      assert.match(busy.stderr, /busy/);
      await Deno.writeTextFile(m.path("after.txt"), "not durable\n");

      await fail();
      await assert.rejects(Deno.writeTextFile(m.path("new.txt"), "x"), READ_ONLY);
      await assert.rejects(synced.write(new Uint8Array(10)), READ_ONLY);
      await assert.rejects(synced.sync(), READ_ONLY);
      await assert.rejects(Deno.mkdir(m.path("directory")), READ_ONLY);
      await assert.rejects(Deno.remove(m.path("kept.txt")), READ_ONLY);
      await assert.rejects(Deno.rename(m.path("kept.txt"), m.path("other.txt")), READ_ONLY);
      await assert.rejects(Deno.chmod(m.path("kept.txt"), 0o600), READ_ONLY);
      const refusal = await m.refused("checkpoint", "impossible");
      assert.equal(refusal.code, "io_error");
      assert.equal((await m.refused("gc", "--keep", "1")).code, "io_error");

      for (const name of ["kept", "stored", "synced"]) {
        assert.equal(await Deno.readTextFile(m.path(`${name}.txt`)), `${name}\n`);
      }
      assert.equal((await m.ctl("log")).entries[0].label, "before");
      synced.close();
      await m.stop();

      await repair();
      await m.start();
      for (const name of ["kept", "stored", "synced"]) {
        assert.equal(await Deno.readTextFile(m.path(`${name}.txt`)), `${name}\n`);
      }
      await Deno.writeTextFile(m.path("new.txt"), "new\n");
      await m.ctl("checkpoint", "afterwards");
      const verified = await m.ctl("verify");
      assert.deepEqual(verified.damage, []);
      await m.restart();
      assert.equal(await Deno.readTextFile(m.path("new.txt")), "new\n");
    }, options);
  }));

for (const [name, step] of Object.entries(INDEX_STEPS)) {
  Deno.test(`a disk that is gone under SQLite: ${name} fails, and what was committed comes back`, () =>
    withSmallDisk("ext4", async ({ disk, breakDown, repair }) => {
      const directory = join(disk, "store");
      const store = StoreWriter.create(directory, hasher);
      const kept = store.putBlob(noise(1000, 7));
      try {
        createTables(store.database, "CREATE TABLE lines(n INTEGER)");
        store.commit((database) => database.exec("INSERT INTO lines VALUES(1)"));
        await breakDown();
        for (let i = 0; i < 2; i++) {
          assert.throws(() => step(store), { name: "StoreError", code: "io_error" });
        }
      } finally {
        store.close();
      }
      await repair();
      const again = StoreWriter.open(directory, hasher);
      try {
        assert.deepEqual(again.read(kept), noise(1000, 7));
        step(again);
        const rows = again.database.prepare("SELECT n FROM lines").all();
        assert.deepEqual(rows.map(({ n }) => n), name === "a commit of rows" ? [1, 2] : [1]);
        assert.ok(runAtOnce(verifyStore(again, { live: true })).clean);
      } finally {
        again.close();
      }
    }));
}
