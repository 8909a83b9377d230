import assert from "node:assert/strict";
import { fileEntry, hasher, noise, readFrom, withFolder, withStore } from "./testing/fixtures.ts";
import { Store } from "./store.ts";
import { StoreError } from "./format/store_error.ts";
import { packPath } from "./files/store_paths.ts";
import { StoreWriter } from "./store_writer.ts";
import { type ObjectId, parseObjectId } from "./format/object_id.ts";

const ABSENT = parseObjectId("0123456789abcdef".repeat(4))!;

function hasCode(code: string) {
  return (error: unknown) => error instanceof StoreError && error.code === code;
}

Deno.test("a blob can be read before and after the commit, by the writer and by others", () => {
  withStore((writer, directory) => {
    const reader = Store.open(directory, hasher);
    const bytes = noise(5000);
    const id = writer.putBlob(bytes);
    assert.equal(id, hasher.blob(bytes));
    assert.deepEqual(writer.read(id), bytes);
    assert.equal(writer.has(id), true);
    assert.equal(reader.has(id), false);
    assert.throws(() => reader.read(id), hasCode("missing_object"));
    writer.commit();
    assert.equal(reader.has(id), true);
    assert.deepEqual(reader.read(id), bytes);
    assert.deepEqual(writer.read(id), bytes);
    reader.close();
  });
});

Deno.test("objects of every type survive closing and opening", () => {
  withFolder((directory) => {
    const first = StoreWriter.create(directory, hasher);
    const blob = first.putBlob(new Uint8Array());
    const commit = first.putCommit(noise(300));
    const xattrs = first.putXattrs(
      new Map([["user.b", noise(3)], ["user.a\xff", new Uint8Array()]]),
    );
    const tree = first.putTree([
      fileEntry("b", { xattrs }),
      { name: "a\xfe", linked: true, ino: 7 },
    ]);
    const { name: _, linked: __, ...record } = fileEntry("", { ino: 7, nlink: 2 });
    const links = first.updateLinks(null, new Map([[7, record]]));
    const large = noise(700_000);
    const file = first.putFile(large.length, readFrom(large));
    first.commit();
    first.close();

    const second = StoreWriter.open(directory, hasher);
    const reader = Store.open(directory, hasher);
    for (const store of [second, reader]) {
      assert.deepEqual(store.read(blob), new Uint8Array());
      assert.deepEqual(store.read(commit), noise(300));
      assert.deepEqual(
        [...store.readXattrs(xattrs)],
        [["user.a\xff", new Uint8Array()], ["user.b", noise(3)]],
      );
      assert.deepEqual(store.readTree(tree), [
        { name: "a\xfe", linked: true, ino: 7 },
        fileEntry("b", { xattrs }),
      ]);
      assert.deepEqual(store.lookupTree(tree, "b"), fileEntry("b", { xattrs }));
      assert.equal(store.lookupTree(tree, "c"), null);
      assert.deepEqual(store.readLink(links, 7), record);
      assert.equal(store.readLink(links, 7 + 256), null);
      const into = new Uint8Array(large.length);
      assert.equal(store.readContent(file, large.length, 0, into, 0, into.length), into.length);
      assert.deepEqual(into, large);
    }
    reader.close();
    second.close();
  });
});

Deno.test("a type of object is not taken for another", () => {
  withStore((store) => {
    const blob = store.putBlob(noise(100));
    assert.throws(() => store.readTree(blob), hasCode("damaged_object"));
    const tree = store.putTree([fileEntry("a")])!;
    const into = new Uint8Array(1);
    assert.throws(
      () => store.readContent({ content: tree, chunked: false }, 1, 0, into, 0, 1),
      hasCode("damaged_object"),
    );
  });
});

Deno.test("what is not there is missing_object", () => {
  withStore((store) => {
    assert.equal(store.has(ABSENT), false);
    assert.throws(() => store.read(ABSENT), hasCode("missing_object"));
    assert.throws(() => store.readTree(ABSENT), hasCode("missing_object"));
    assert.deepEqual(store.readTree(null), []);
    assert.equal(store.lookupTree(null, "a"), null);
    assert.equal(store.readLink(null, 1), null);
    assert.deepEqual(store.readXattrs(null), new Map());
  });
});

Deno.test("equal bytes are stored once: within a batch, across commits, across openings", () => {
  withFolder((directory) => {
    let store = StoreWriter.create(directory, hasher);
    const bytes = noise(1000);
    const ids = new Set<ObjectId>();
    for (let i = 0; i < 3; i++) ids.add(store.putBlob(bytes));
    store.commit();
    const before = store.stats();
    ids.add(store.putBlob(bytes));
    ids.add(store.putFile(bytes.length, readFrom(bytes)).content!);
    store.commit();
    store.close();
    store = StoreWriter.open(directory, hasher);
    ids.add(store.putBlob(bytes));
    store.commit();
    assert.equal(ids.size, 1);
    assert.deepEqual(store.stats(), before);
    assert.equal(before.objects, 1);
    assert.equal(before.plainBytes, 1000);
    store.close();
  });
});

Deno.test("a store that is tidied goes on in the same write-ahead log, and has the same objects", () => {
  const logBytes = (tidy: boolean) => {
    let bytes = 0;
    withFolder((directory) => {
      const store = StoreWriter.create(directory, hasher);
      const ids: ObjectId[] = [];
      for (let round = 0; round < 20; round++) {
        for (let i = 0; i < 100; i++) ids.push(store.putBlob(noise(20, ids.length)));
        store.commit();
        if (tidy) store.tidy();
      }
      bytes = Deno.statSync(`${directory}/index.sqlite-wal`).size;
      ids.forEach((id, i) => assert.deepEqual(store.read(id), noise(20, i)));
      store.close();
    });
    return bytes;
  };
  const [tidied, left] = [logBytes(true), logBytes(false)];
  assert.ok(tidied < left / 4, `${tidied} bytes, ${left} if it is not tidied`);
});

Deno.test("objects larger than the append buffer, and more than one buffer of small ones", () => {
  withStore((store) => {
    const large = noise(3_000_000);
    const ids = [store.putBlob(noise(10, 2)), store.putBlob(large), store.putBlob(noise(10, 3))];
    const many = Array.from({ length: 2000 }, (_, i) => store.putBlob(noise(1000, 100 + i)));
    const check = () => {
      assert.deepEqual(store.read(ids[1]!), large);
      assert.deepEqual(store.read(ids[2]!), noise(10, 3));
      many.forEach((id, i) => assert.deepEqual(store.read(id), noise(1000, 100 + i)));
    };
    check();
    store.commit();
    check();
  });
});

Deno.test("a reader follows objects to another pack", () => {
  withStore((writer, directory) => {
    const large = noise(600_000);
    const file = writer.putFile(large.length, readFrom(large));
    const blob = writer.putBlob(noise(10));
    writer.commit();
    const reader = Store.open(directory, hasher);
    const into = new Uint8Array(large.length);
    const read = () => reader.readContent(file, large.length, 0, into, 0, into.length);
    const rename = (from: number, to: number) => {
      Deno.renameSync(packPath(directory, from), packPath(directory, to));
      writer.database.exec(`UPDATE objects SET pack = ${to}`);
    };
    assert.equal(reader.has(blob), true);
    rename(1, 7);
    assert.deepEqual(reader.read(blob), noise(10));
    assert.equal(read(), large.length);
    // The descriptor of pack 7 is open: what it has can still be read after it was moved away.
    rename(7, 8);
    into.fill(0);
    read();
    assert.deepEqual(into, large);
    Deno.removeSync(packPath(directory, 8));
    assert.deepEqual(reader.read(blob), noise(10));
    const fresh = Store.open(directory, hasher);
    assert.throws(() => fresh.read(blob), hasCode("io_error"));
    fresh.close();
    reader.close();
  });
});
