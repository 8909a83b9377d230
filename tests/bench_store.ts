/**
 * Figures of the store on one core: `deno run -A tests/bench_store.ts [FOLDER]`.
 *
 * FOLDER is where the stores are made (default: the temporary folder); what is measured includes writing
 * to it and, where it says so, the commit.
 *
 * @module
 */

import { loadHasher } from "../src/store/format/hash.ts";
import type { InodeEntry } from "../src/store/trees/entry.ts";
import { Store } from "../src/store/store.ts";
import { StoreWriter } from "../src/store/store_writer.ts";
import type { ObjectId } from "../src/store/format/object_id.ts";

const MB = 1_000_000;
const hasher = await loadHasher();
const folder = Deno.makeTempDirSync(Deno.args[0] ? { dir: Deno.args[0] } : {});
let stores = 0;

function newStore(): StoreWriter {
  return StoreWriter.create(`${folder}/${stores++}`, hasher);
}

/** Runs `body` three times on fresh state and prints the median. */
function measure<T>(
  name: string,
  setUp: () => T,
  body: (state: T) => void,
  unit: (ms: number) => string,
) {
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const state = setUp();
    const start = performance.now();
    body(state);
    times.push(performance.now() - start);
    if (state instanceof Store) state.close();
  }
  times.sort((a, b) => a - b);
  console.log(`${name.padEnd(62)} ${unit(times[1]!)}`);
}

const rate = (bytes: number) => (ms: number) => `${(bytes / MB / (ms / 1000)).toFixed(0)} MB/s`;
const perSecond = (count: number) => (ms: number) =>
  `${Math.round(count / (ms / 1000))}/s  ${(ms * 1000 / count).toFixed(1)} us each`;
const each = (count: number) => (ms: number) => `${(ms * 1000 / count).toFixed(2)} us each`;
const millis = (ms: number) => `${ms.toFixed(1)} ms`;

function random(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 65536) crypto.getRandomValues(bytes.subarray(i, i + 65536));
  return bytes;
}

console.log(`BLAKE3 backend: ${hasher.backend}`);

const large = random(256 * MB);
const copyLarge = (offset: number, into: Uint8Array, length: number) =>
  into.set(large.subarray(offset, offset + length));
measure("putFile 256 MB of new bytes, no commit", newStore, (store) => {
  store.putFile(large.length, copyLarge);
}, rate(large.length));
measure("putFile 256 MB of new bytes, with commit", newStore, (store) => {
  store.putFile(large.length, copyLarge);
  store.commit();
}, rate(large.length));

const COUNT = 100_000;
const small = random(COUNT + 4096);
for (const size of [100, 4096]) {
  measure(`${COUNT} blobs of ${size} bytes into an empty store, with commit`, newStore, (store) => {
    for (let i = 0; i < COUNT; i++) store.putBlob(small.subarray(i, i + size));
    store.commit();
  }, perSecond(COUNT));
}
const filled = `${folder}/${stores++}`;
{
  const store = StoreWriter.create(filled, hasher);
  for (let i = 0; i < COUNT; i++) store.putBlob(small.subarray(i, i + 100));
  store.commit();
  store.close();
}
measure(
  "the same 100 000 blobs of 100 bytes again, with commit",
  () => StoreWriter.open(filled, hasher),
  (store) => {
    for (let i = 0; i < COUNT; i++) store.putBlob(small.subarray(i, i + 100));
    store.commit();
  },
  perSecond(COUNT),
);
let extra = 101;
measure(
  "100 000 other blobs into that store, with commit",
  () => StoreWriter.open(filled, hasher),
  (store) => {
    extra++;
    for (let i = 0; i < COUNT; i++) store.putBlob(small.subarray(i, i + extra));
    store.commit();
  },
  perSecond(COUNT),
);
measure(
  "opening that store for writing",
  () => null,
  () => StoreWriter.open(filled, hasher).close(),
  millis,
);
measure(
  "opening that store for reading",
  () => null,
  () => Store.open(filled, hasher).close(),
  millis,
);

const writer = newStore();
const file = writer.putFile(large.length, copyLarge);
writer.commit();
const open = () => Store.open(writer.directory, hasher);
const block = new Uint8Array(1 << 20);
for (const size of [4096, 131072, 1 << 20]) {
  measure(`sequential readContent by ${size}, first time (checks hashes)`, open, (store) => {
    for (let at = 0; at < large.length; at += size) {
      store.readContent(file, large.length, at, block, 0, size);
    }
  }, rate(large.length));
}
const READS = 100_000;
measure("random readContent of 4096, hashes checked before", () => {
  const store = open();
  for (let at = 0; at < large.length; at += 1 << 20) {
    store.readContent(file, large.length, at, block, 0, 1 << 20);
  }
  return store;
}, (store) => {
  let at = 1;
  for (let i = 0; i < READS; i++) {
    at = (at * 48271) % 2147483647;
    store.readContent(file, large.length, at % (large.length - 4096), block, 0, 4096);
  }
}, each(READS));

function entry(i: number, ino = i): InodeEntry {
  return {
    name: `file-${i}.ts`,
    linked: false,
    mode: 0o100644,
    nlink: 1,
    uid: 1000,
    gid: 1000,
    rdev: 0,
    ino: 1_000_000 + ino,
    size: 4000 + i,
    entries: 0,
    mtimeSec: 1_700_000_000 + i,
    mtimeNsec: 123_456_789,
    ctimeSec: 1_700_000_001 + i,
    ctimeNsec: 987_654_321,
    content: hasher.blob(small.subarray(i % 1000, i % 1000 + 32)) as ObjectId,
    chunked: false,
    xattrs: null,
  };
}
for (const count of [20, 500, 100_000]) {
  const entries = Array.from({ length: count }, (_, i) => entry(i));
  const repeat = Math.max(1, Math.floor(20_000 / count));
  measure(`putTree of ${count} entries`, newStore, (store) => {
    for (let i = 0; i < repeat; i++) store.putTree([...entries, entry(count + i)].slice(-count));
  }, each(count * repeat));
  const tree = writer.putTree(entries)!;
  writer.commit();
  measure(`readTree of ${count} entries`, open, (store) => {
    for (let i = 0; i < repeat; i++) store.readTree(tree);
  }, each(count * repeat));
  measure(`lookupTree in ${count} entries`, open, (store) => {
    for (let i = 0; i < 2000; i++) store.lookupTree(tree, `file-${(i * 7919) % count}.ts`);
  }, each(2000));
  let change = 0;
  const before = writer.stats().packBytes;
  measure(`updateTree of one name among ${count}, with commit`, () => null, () => {
    writer.updateTree(tree, new Map([["file-7.ts", { ...entry(7), size: ++change }]]));
    writer.commit();
  }, millis);
  console.log(`    stored for it: ${Math.round((writer.stats().packBytes - before) / 3)} bytes`);
}
measure("commit of one blob", () => null, () => {
  writer.putBlob(random(100));
  writer.commit();
}, millis);
writer.close();
Deno.removeSync(folder, { recursive: true });
