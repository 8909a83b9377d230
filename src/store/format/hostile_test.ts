/** Bytes that nobody of this program wrote: they are refused with `damaged_object`, whatever they are. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { SEED } from "../../../tests/support/random.ts";
import { ByteWriter } from "./byte_writer.ts";
import { CHUNK_BYTES, ChunkList, ChunkListBuilder } from "../contents/chunk_list.ts";
import type { TreeEntry } from "../trees/entry.ts";
import { LinkLookup } from "../trees/link_lookup.ts";
import { readLinks } from "../trees/link_table.ts";
import type { ObjectId } from "./object_id.ts";
import type { ObjectSource } from "./object_type.ts";
import { StoreError } from "./store_error.ts";
import { fileEntry } from "../testing/fixtures.ts";
import { writeIndex, writeLeaf } from "../trees/tree_page.ts";
import { TreeLookup } from "../trees/tree_lookup.ts";
import { readTree } from "../trees/tree_read.ts";
import { updateTree } from "../trees/tree_write.ts";
import { decodeXattrs, encodeXattrs } from "../trees/xattr_codec.ts";

const ID = "cd".repeat(32) as ObjectId;
const OTHER = "ef".repeat(32) as ObjectId;

/** A source whose object {@linkcode ID} is `bytes`, and every other one `rest`. */
function source(bytes: Uint8Array<ArrayBuffer>, rest: Uint8Array<ArrayBuffer>): ObjectSource {
  return { object: (id) => id === ID ? bytes : rest };
}

function leaf(entries: TreeEntry[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writeLeaf(writer, entries);
  return writer.view();
}

function index(pages: { first: string; count: number; id: ObjectId }[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writeIndex(writer, pages);
  return writer.view();
}

const LEAF = leaf([
  fileEntry("a", { mtimeSec: -5, xattrs: OTHER }),
  { name: "b", linked: true, ino: 300 },
  fileEntry("cc", { content: null, size: 2 ** 50 }),
]);
const INDEX = index([{ first: "a", count: 3, id: OTHER }, { first: "q", count: 1, id: OTHER }]);

/** Runs a decoder; the only error that may come out is `damaged_object`. True if it decoded. */
function decodes(decode: () => unknown): boolean {
  try {
    decode();
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === "damaged_object") return false;
    throw error;
  }
}

const DECODERS: Record<string, [Uint8Array<ArrayBuffer>, (b: Uint8Array<ArrayBuffer>) => unknown]> =
  {
    "a leaf page": [LEAF, (b) => readTree(source(b, LEAF), ID)],
    "an index page": [INDEX, (b) => readTree(source(b, LEAF), ID)],
    "a page under an index": [LEAF, (b) => readTree(source(INDEX, b), ID)],
    "an index page, searched": [INDEX, (b) => new TreeLookup(source(b, LEAF)).find(ID, "b")],
    "a leaf page, searched": [LEAF, (b) => new TreeLookup(source(b, b)).find(ID, "cc")],
    "a tree, updated": [LEAF, (b) => {
      const sink = { ...source(b, LEAF), putObject: () => OTHER };
      return updateTree(sink, ID, new Map([["b", null], ["z", fileEntry("z")]]));
    }],
    "a chunk list": [chunkList(), (b) => ChunkList.decode(b, ID)],
    "a sparse chunk list": [sparseList(), (b) => ChunkList.decode(b, ID)],
    "a link table": [linkTable(), (b) => readLinks(source(b, linkBucket()), ID)],
    "a bucket of a link table": [linkBucket(), (b) => readLinks(source(linkTable(), b), ID)],
    "a link table, searched": [
      linkTable(),
      (b) => new LinkLookup(source(b, linkBucket())).find(ID, 7),
    ],
    "a bucket of a link table, searched": [
      linkBucket(),
      (b) => new LinkLookup(source(linkTable(), b)).find(ID, 7),
    ],
    "extended attributes": [
      encodeXattrs(new Map([["user.a", new Uint8Array(3)], ["user.b", new Uint8Array()]])),
      (b) => decodeXattrs(b, ID),
    ],
  };

function chunkList(): Uint8Array<ArrayBuffer> {
  const builder = new ChunkListBuilder(10 * CHUNK_BYTES - 5);
  builder.add(ID, 3);
  builder.add(null, 2);
  builder.add(OTHER, 5);
  return builder.finish();
}

function sparseList(): Uint8Array<ArrayBuffer> {
  const builder = new ChunkListBuilder(10 * CHUNK_BYTES - 5);
  builder.add(ID, 3);
  builder.add(OTHER, 1, 0x8001n);
  builder.add(null, 5);
  builder.add(null, 1, 2n ** 64n - 1n);
  return builder.finish();
}

function linkTable(): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.u8(1);
  writer.u8(7);
  writer.id(OTHER);
  return writer.view();
}

function linkBucket(): Uint8Array<ArrayBuffer> {
  // Flags, then mode, nlink, uid, gid, rdev, ino, size, entries, two times.
  const zeroTime = [0, 0, 0, 0, 0];
  return new Uint8Array([0, 0, 0, 2, 0, 0, 0, 7, 0, 0, ...zeroTime, ...zeroTime]);
}

for (const [name, [valid, decode]] of Object.entries(DECODERS)) {
  Deno.test(`hostile bytes: ${name}`, () => {
    // An index page over one and the same page twice is valid for a search only.
    const whole = name !== "an index page" && name !== "a page under an index";
    assert.equal(decodes(() => decode(valid)), whole, "the bytes to start from");
    for (let length = 0; length < valid.length; length++) {
      decodes(() => decode(valid.slice(0, length)));
    }
    console.log(`AGENTVFS_SEED=${SEED}`);
    const edit = fc.tuple(fc.nat(valid.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const bytes = valid.slice();
        for (const [at, value] of edits) bytes[at] = value;
        decodes(() => decode(bytes));
      }),
      { seed: SEED, numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        decodes(() => decode(new Uint8Array(bytes)));
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
}

Deno.test("trees that no writer makes are refused", () => {
  const bad: Record<string, Uint8Array<ArrayBuffer>> = {
    "no bytes": new Uint8Array(),
    "no entries": new Uint8Array([0, 0]),
    "an empty name": leaf([fileEntry("")]),
    "a dot": leaf([fileEntry(".")]),
    "two dots": leaf([fileEntry("..")]),
    "a slash": leaf([fileEntry("a/b")]),
    "a NUL": leaf([fileEntry("a\0")]),
    "a name twice": leaf([fileEntry("a"), fileEntry("a")]),
    "names out of order": leaf([fileEntry("b"), fileEntry("a")]),
    "one page": index([{ first: "a", count: 3, id: OTHER }]),
    "pages out of order": index([
      { first: "b", count: 3, id: OTHER },
      { first: "a", count: 3, id: OTHER },
    ]),
    "a page with another first name": index([
      { first: "0", count: 3, id: OTHER },
      { first: "b", count: 3, id: OTHER },
    ]),
    "a page with another count": index([
      { first: "a", count: 4, id: OTHER },
      { first: "b", count: 3, id: OTHER },
    ]),
    "the same page twice": index([
      { first: "a", count: 3, id: OTHER },
      { first: "b", count: 3, id: OTHER },
    ]),
    "an index page as a page": index([
      { first: "a", count: 3, id: ID },
      { first: "b", count: 3, id: ID },
    ]),
    "something at the end": new Uint8Array([...LEAF, 0]),
    "a huge count": new Uint8Array([0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    "an overlong number": new Uint8Array([0, 0x81, 0x00]),
    "a number of 57 bits": new Uint8Array([0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
  };
  for (const [what, bytes] of Object.entries(bad)) {
    assert.equal(decodes(() => readTree(source(bytes, LEAF), ID)), false, what);
  }
});

Deno.test("chunk lists that no writer makes are refused", () => {
  const list = (size: number, runs: [number, ObjectId][]) => {
    const writer = new ByteWriter();
    writer.u64(size);
    for (const [count, id] of runs) {
      writer.u32(count);
      writer.id(id);
    }
    return writer.view();
  };
  const size = 3 * CHUNK_BYTES;
  const bad: Record<string, Uint8Array<ArrayBuffer>> = {
    "a small file": list(CHUNK_BYTES, [[1, ID]]),
    "too few chunks": list(size, [[2, ID]]),
    "too many chunks": list(size, [[4, ID]]),
    "no chunks": list(size, []),
    "an empty run": list(size, [[3, ID], [0, OTHER]]),
    "runs that should be one": list(size, [[1, ID], [2, ID]]),
    "half a run": list(size, [[3, ID]]).slice(0, -1),
    "more than 53 bits": new Uint8Array([
      ...new Array(7).fill(255),
      127,
      ...list(size, [[3, ID]]).slice(8),
    ]),
  };
  for (const [what, bytes] of Object.entries(bad)) {
    assert.equal(decodes(() => ChunkList.decode(bytes, ID)), false, what);
  }
  assert.ok(decodes(() => ChunkList.decode(list(size, [[1, ID], [2, OTHER]]), ID)));
});

Deno.test("hostile bytes: sparse chunk lists that are not what they say", () => {
  const list = (size: number, runs: [count: number, id: string, mask: bigint][], last = 1) => {
    const writer = new ByteWriter();
    writer.u64(size);
    for (const [count, id, mask] of runs) {
      writer.u32(count);
      writer.id(id as ObjectId);
      writer.u32(Number(mask & 0xffffffffn));
      writer.u32(Number(mask >> 32n));
    }
    const bytes = writer.view();
    bytes[7] = last;
    return bytes;
  };
  const ZEROS = "0".repeat(64);
  const ALL = 2n ** 64n - 1n;
  const good = {
    "a small hole": list(100, [[1, ZEROS, 0n]]),
    "a small file with a hole": list(8193, [[1, ID, 0b101n]]),
    "zeros that are data": list(2 * CHUNK_BYTES, [[2, ZEROS, ALL]]),
    "the same bytes with other holes": list(2 * CHUNK_BYTES, [[1, ID, 1n], [1, ID, 2n]]),
  };
  for (const [what, bytes] of Object.entries(good)) {
    assert.ok(decodes(() => ChunkList.decode(bytes, ID)), what);
  }
  const bad = {
    "no byte": list(0, []),
    "small without a hole": list(8192, [[1, ID, 0b11n]]),
    "small zeros without a hole": list(8192, [[1, ZEROS, 0b11n]]),
    "data behind the end": list(8192, [[1, ID, 0b101n]]),
    "what a plain list can say": list(2 * CHUNK_BYTES, [[1, ID, ALL], [1, ZEROS, 0n]]),
    "a hole with an id": list(2 * CHUNK_BYTES, [[1, ID, 0n], [1, OTHER, 1n]]),
    "runs that should be one": list(2 * CHUNK_BYTES, [[1, ID, 1n], [1, ID, 1n]]),
    "an empty run": list(CHUNK_BYTES, [[1, ID, 1n], [0, OTHER, 1n]]),
    "too few chunks": list(2 * CHUNK_BYTES, [[1, ID, 1n]]),
    "half a run": list(CHUNK_BYTES, [[1, ID, 1n]]).slice(0, -1),
    "another form": list(CHUNK_BYTES, [[1, ID, 1n]], 2),
  };
  for (const [what, bytes] of Object.entries(bad)) {
    assert.equal(decodes(() => ChunkList.decode(bytes, ID)), false, what);
  }
});
