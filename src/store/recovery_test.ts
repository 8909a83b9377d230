/** Opening, locking, failing and crashing: what holds at any instant. */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { zstdCompressSync } from "node:zlib";
import { createTables, putMeta } from "./index/meta.ts";
import { ObjectIndex } from "./index/object_index.ts";
import { OBJECT_ID_BYTES, objectIdBytes, writeObjectId } from "./format/object_id.ts";
import { ENCODING_ZSTD, RECORD_HEADER_BYTES } from "./format/pack_format.ts";
import { rebuildIndex } from "./verify/rebuild_index.ts";
import { Store } from "./store.ts";
import { StoreError, type StoreErrorCode } from "./format/store_error.ts";
import { indexPath, packPath } from "./files/store_paths.ts";
import { StoreWriter } from "./store_writer.ts";
import { hasher, noise, readFrom, withFolder, withStore } from "./testing/fixtures.ts";

function refused(code: StoreErrorCode, body: () => unknown): StoreError {
  let caught: unknown;
  assert.throws(body, (error: unknown) => {
    caught = error;
    return error instanceof StoreError && error.code === code;
  });
  return caught as StoreError;
}

/** A closed store with one blob of 1000 bytes in pack 1. */
function prepared(directory: string) {
  const store = StoreWriter.create(directory, hasher);
  const id = store.putBlob(noise(1000));
  store.commit();
  store.close();
  return id;
}

Deno.test("a second writer is refused and told who the first is", () => {
  withStore((store, directory) => {
    const error = refused("locked", () => StoreWriter.open(directory, hasher));
    assert.equal(error.details.pid, Deno.pid);
    assert.match(error.message, new RegExp(`process ${Deno.pid}`));
    refused("locked", () => StoreWriter.create(directory, hasher));
    store.putBlob(noise(10));
    store.commit();
  });
});

Deno.test("the lock goes with the writer", () => {
  withFolder((directory) => {
    for (let i = 0; i < 3; i++) StoreWriter.create(directory, hasher).close();
  });
});

Deno.test("a writer that is closed leaves alone what the next one writes", () => {
  withFolder((directory) => {
    const first = prepared(directory);
    const closed = StoreWriter.open(directory, hasher);
    const { rewriter } = closed;
    rewriter.beginPack();
    closed.close();
    const next = StoreWriter.open(directory, hasher);
    next.rewriter.beginPack();
    // Both would call it pack 2.
    const id = next.putBlob(noise(2000, 2));
    next.commit();
    const location = new ObjectIndex(next.database).find(first)!;
    assert.throws(() => rewriter.move(1, [{ id: first, location }], true));
    next.close();
    const reader = Store.open(directory, hasher);
    assert.deepEqual(reader.read(id), noise(2000, 2));
    assert.deepEqual(reader.read(first), noise(1000));
    reader.close();
  });
});

Deno.test("folder and files are for their owner only", () => {
  withStore((store, directory) => {
    store.putBlob(noise(10));
    store.commit();
    assert.equal(Deno.statSync(directory).mode! & 0o777, 0o700);
    const files = ["format", "lock", "index.sqlite", "index.sqlite-wal", "index.sqlite-shm"];
    for (const path of [packPath(directory, 1), ...files.map((name) => `${directory}/${name}`)]) {
      assert.equal(Deno.statSync(path).mode! & 0o777, 0o600, path);
    }
  });
});

Deno.test("what is not a store is refused", () => {
  withFolder((folder) => {
    refused("not_a_store", () => Store.open(`${folder}/missing`, hasher));
    refused("not_a_store", () => StoreWriter.open(`${folder}/missing`, hasher));
    refused("not_a_store", () => Store.open(folder, hasher));
    Deno.writeTextFileSync(`${folder}/notes.txt`, "mine");
    refused("not_a_store", () => StoreWriter.create(folder, hasher));
    assert.deepEqual([...Deno.readDirSync(folder)].map((e) => e.name), ["notes.txt"]);
    refused("not_a_store", () => Store.open(`${folder}/notes.txt`, hasher));
    Deno.writeTextFileSync(`${folder}/format`, "something else\n");
    refused("not_a_store", () => StoreWriter.create(folder, hasher));
  });
});

for (
  const [version, code] of [[5, "newer_version"], [3, "newer_version"], [
    1,
    "older_version",
  ]] as const
) {
  Deno.test(`version ${version} is refused as ${code}, whichever file says so`, () => {
    withFolder((directory) => {
      prepared(directory);
      const database = new DatabaseSync(indexPath(directory));
      putMeta(database, "version", version);
      database.close();
      refused(code, () => Store.open(directory, hasher));
      refused(code, () => StoreWriter.open(directory, hasher));
    });
    withFolder((directory) => {
      prepared(directory);
      const before = Deno.readFileSync(indexPath(directory));
      const text = `agentvfs store\nversion ${version}\nmore of it\n`;
      Deno.writeTextFileSync(`${directory}/format`, text);
      const error = refused(code, () => Store.open(directory, hasher));
      assert.match(
        error.message,
        new RegExp(`version ${version}.*versions 2 and 4.*program that wrote`),
      );
      refused(code, () => StoreWriter.open(directory, hasher));
      refused(code, () => StoreWriter.create(directory, hasher));
      refused(code, () => rebuildIndex(directory, hasher));
      assert.deepEqual(Deno.readFileSync(indexPath(directory)), before);
    });
  });
}

Deno.test("a missing or unusable index is refused, and no pack is touched", () => {
  for (const index of [null, "", "this is no database at all, not by a long way".repeat(99)]) {
    withFolder((directory) => {
      prepared(directory);
      const pack = Deno.readFileSync(packPath(directory, 1));
      Deno.removeSync(indexPath(directory));
      if (index !== null) Deno.writeTextFileSync(indexPath(directory), index);
      refused("damaged_store", () => Store.open(directory, hasher));
      refused("damaged_store", () => StoreWriter.open(directory, hasher));
      refused("damaged_store", () => StoreWriter.create(directory, hasher));
      assert.deepEqual(Deno.readFileSync(packPath(directory, 1)), pack);
    });
  }
});

Deno.test("a creation that was interrupted is finished", () => {
  withFolder((directory) => {
    StoreWriter.create(directory, hasher).close();
    Deno.removeSync(`${directory}/format`);
    refused("not_a_store", () => StoreWriter.open(directory, hasher));
    const store = StoreWriter.create(directory, hasher);
    store.putBlob(noise(10));
    store.commit();
    store.close();
    Deno.removeSync(`${directory}/format`);
    refused("not_a_store", () => StoreWriter.create(directory, hasher));
  });
});

Deno.test("the torn tail and the uncommitted packs of a crash are gone after opening", () => {
  withFolder((directory) => {
    const id = prepared(directory);
    const length = Deno.statSync(packPath(directory, 1)).size;
    Deno.writeFileSync(packPath(directory, 1), noise(5000), { append: true });
    Deno.writeFileSync(packPath(directory, 2), noise(100));
    const store = StoreWriter.open(directory, hasher);
    assert.equal(Deno.statSync(packPath(directory, 1)).size, length);
    assert.throws(() => Deno.statSync(packPath(directory, 2)), Deno.errors.NotFound);
    const other = store.putBlob(noise(2000));
    store.commit();
    assert.deepEqual(store.read(id), noise(1000));
    assert.deepEqual(store.read(other), noise(2000));
    assert.equal(store.stats().packs, 1);
    store.close();
  });
});

Deno.test("a pack that lost its end is not appended to; what it still has can be read", () => {
  withFolder((directory) => {
    const first = StoreWriter.create(directory, hasher);
    const kept = first.putBlob(noise(1000, 1));
    const lost = first.putBlob(noise(400_000, 2));
    first.commit();
    first.close();
    Deno.truncateSync(packPath(directory, 1), 2000);
    const store = StoreWriter.open(directory, hasher);
    const fresh = store.putBlob(noise(1000, 3));
    store.commit();
    assert.equal(Deno.statSync(packPath(directory, 1)).size, 2000);
    assert.deepEqual(store.read(kept), noise(1000, 1));
    assert.deepEqual(store.read(fresh), noise(1000, 3));
    refused("damaged_object", () => store.read(lost));
    store.close();
  });
});

Deno.test("a changed byte in a pack is noticed, by every way of reading", () => {
  withFolder((directory) => {
    const id = prepared(directory);
    const bytes = Deno.readFileSync(packPath(directory, 1));
    bytes[bytes.length - 1]! ^= 1;
    Deno.writeFileSync(packPath(directory, 1), bytes);
    const into = new Uint8Array(1000);
    const blob = { content: id, chunked: false };
    const ways: ((store: Store) => unknown)[] = [
      (store) => store.read(id),
      (store) => store.readContent(blob, 1000, 0, into, 0, 1000),
      (store) => store.readContent(blob, 1000, 5, into, 0, 10),
    ];
    for (const way of ways) {
      const store = Store.open(directory, hasher);
      const error = refused("damaged_object", () => way(store));
      assert.equal(error.details.id, id);
      refused("damaged_object", () => way(store));
      store.close();
    }
  });
});

Deno.test("an index that is wrong gives errors, not wrong bytes", () => {
  const wrong = [
    "offset = offset + 1",
    "offset = 2000000000",
    "offset = -100",
    "stored = 4000000000, size = 4000000000",
    "stored = 10",
    "size = 10",
    "pack = 9",
    "type = 99",
    "encoding = 1",
    "encoding = 77",
  ];
  for (const change of wrong) {
    withFolder((directory) => {
      const id = prepared(directory);
      const database = new DatabaseSync(indexPath(directory));
      database.exec(`UPDATE objects SET ${change}`);
      database.close();
      const store = Store.open(directory, hasher);
      const into = new Uint8Array(100);
      assert.throws(() => store.read(id), StoreError, change);
      assert.throws(
        () => store.readContent({ content: id, chunked: false }, 1000, 3, into, 0, 100),
        StoreError,
        change,
      );
      store.close();
    });
  }
});

Deno.test("a commit that fails leaves nothing, and can be tried again", () => {
  withStore((store, directory) => {
    createTables(store.database, "CREATE TABLE refs(name TEXT PRIMARY KEY, id BLOB)");
    const reader = Store.open(directory, hasher);
    const id = store.putBlob(noise(1000));
    const move = (db: DatabaseSync) =>
      db.prepare("INSERT INTO refs VALUES('main', ?)").run(objectIdBytes(id));
    assert.throws(
      () =>
        store.commit((db) => {
          move(db);
          throw new Error("changed my mind");
        }),
      /changed my mind/,
    );
    assert.equal(reader.has(id), false);
    assert.equal(reader.database.prepare("SELECT count(*) AS n FROM refs").get()!.n, 0);
    assert.equal(store.stats().objects, 0);
    assert.deepEqual(store.read(id), noise(1000));
    store.commit(move);
    assert.deepEqual(reader.read(id), noise(1000));
    assert.equal(reader.database.prepare("SELECT count(*) AS n FROM refs").get()!.n, 1);
    reader.close();
  });
});

Deno.test("a database that is full is no_space; with room again the commit goes through", () => {
  withStore((store, directory) => {
    const ids = Array.from({ length: 3000 }, (_, i) => store.putBlob(noise(20, i + 1)));
    const { page_count } = store.database.prepare("PRAGMA page_count").get() as {
      page_count: number;
    };
    store.database.exec(`PRAGMA max_page_count = ${page_count + 2}`);
    refused("no_space", () => store.commit());
    refused("no_space", () => store.commit());
    assert.equal(store.stats().objects, 0);
    store.database.exec("PRAGMA max_page_count = 1000000");
    store.commit();
    const reader = Store.open(directory, hasher);
    ids.forEach((id, i) => assert.deepEqual(reader.read(id), noise(20, i + 1)));
    reader.close();
  });
});

Deno.test("discard forgets what was put, and only that", () => {
  withStore((store, directory) => {
    const kept = store.putBlob(noise(1000, 1));
    store.commit();
    const length = Deno.statSync(packPath(directory, 1)).size;
    const large = noise(3_000_000);
    for (let round = 0; round < 2; round++) {
      const gone = store.putBlob(noise(1000, 2));
      const file = store.putFile(large.length, readFrom(large));
      const into = new Uint8Array(1000);
      store.readContent(file, large.length, 300_000, into, 0, 1000);
      store.discard();
      assert.equal(store.has(gone), false);
      refused("missing_object", () => store.read(gone));
      refused("missing_object", () => store.readContent(file, large.length, 0, into, 0, 1000));
      assert.equal(Deno.statSync(packPath(directory, 1)).size, length);
    }
    assert.deepEqual(store.read(kept), noise(1000, 1));
    const file = store.putFile(large.length, readFrom(large));
    store.commit();
    const into = new Uint8Array(large.length);
    store.readContent(file, large.length, 0, into, 0, into.length);
    assert.deepEqual(into, large);
  });
});

Deno.test("a discard leaves what earlier openings committed", () => {
  withFolder((directory) => {
    const id = prepared(directory);
    const store = StoreWriter.open(directory, hasher);
    store.putBlob(noise(3_000_000));
    store.discard();
    assert.deepEqual(store.read(id), noise(1000));
    store.close();
    const reader = Store.open(directory, hasher);
    assert.deepEqual(reader.read(id), noise(1000));
    reader.close();
  });
});

Deno.test("a discard before the first commit removes the pack", () => {
  withStore((store, directory) => {
    store.putBlob(noise(3_000_000));
    assert.equal([...Deno.readDirSync(`${directory}/packs`)].length, 1);
    store.discard();
    assert.equal([...Deno.readDirSync(`${directory}/packs`)].length, 0);
    const id = store.putBlob(noise(10));
    store.commit();
    assert.deepEqual(store.read(id), noise(10));
  });
});

Deno.test("a read callback that throws leaves the writer as it was", () => {
  withStore((store) => {
    const fail = () => {
      throw new Error("source is gone");
    };
    assert.throws(() => store.putFile(1000, fail), /source is gone/);
    assert.throws(() => store.putFile(1_000_000, fail), /source is gone/);
    const id = store.putBlob(noise(10));
    store.commit();
    assert.deepEqual(store.read(id), noise(10));
    assert.equal(store.stats().objects, 1);
  });
});

Deno.test("compressed records are read, whole and in ranges", () => {
  withFolder((directory) => {
    const plain = new Uint8Array(100_000).map((_, i) => i >> 8);
    const store = StoreWriter.create(directory, hasher);
    const id = store.putBlob(zstdCompressSync(plain));
    const { offset, stored } = { offset: 16, stored: zstdCompressSync(plain).length };
    store.commit();
    store.close();
    // Turn the record into a compressed one by hand: other name, other encoding, other length.
    const name = hasher.blob(plain);
    const pack = Deno.readFileSync(packPath(directory, 1));
    assert.equal(pack.length, offset + RECORD_HEADER_BYTES + stored);
    pack[offset + 5] = ENCODING_ZSTD;
    writeObjectId(name, pack, offset + 16);
    Deno.writeFileSync(packPath(directory, 1), pack);
    const database = new DatabaseSync(indexPath(directory));
    database.prepare("UPDATE objects SET id = ?, encoding = ?, size = ? WHERE id = ?")
      .run(objectIdBytes(name), ENCODING_ZSTD, plain.length, objectIdBytes(id));
    database.close();

    const reader = Store.open(directory, hasher);
    assert.deepEqual(reader.read(name), plain);
    const into = new Uint8Array(500);
    const content = { content: name, chunked: false };
    for (const at of [0, 777, 99_999]) {
      const count = reader.readContent(content, plain.length, at, into, 0, 500);
      assert.deepEqual(into.subarray(0, count), plain.subarray(at, at + 500));
    }
    reader.close();
    assert.equal(objectIdBytes(name).length, OBJECT_ID_BYTES);
  });
});
