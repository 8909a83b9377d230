/**
 * What the tests of the store share.
 *
 * @module
 */

import type { InodeEntry } from "../trees/entry.ts";
import type { Hasher } from "../format/hasher.ts";
import { loadHasher } from "../format/hash.ts";
import type { ObjectId } from "../format/object_id.ts";
import { StoreWriter } from "../store_writer.ts";

export const hasher: Hasher = await loadHasher();

/** Runs `body` with the path of a folder that is removed afterwards. */
export function withFolder(body: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync({ prefix: "agentvfs-store-" });
  try {
    body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Runs `body` with a new store. */
export function withStore(body: (store: StoreWriter, directory: string) => void): void {
  withFolder((folder) => {
    const directory = `${folder}/store`;
    const store = StoreWriter.create(directory, hasher);
    try {
      body(store, directory);
    } finally {
      store.close();
    }
  });
}

/** An entry of a regular file; `parts` says what is special about it. */
export function fileEntry(name: string, parts: Partial<InodeEntry> = {}): InodeEntry {
  return {
    mode: 0o100644,
    nlink: 1,
    uid: 1000,
    gid: 1000,
    rdev: 0,
    ino: 12345,
    size: 4,
    entries: 0,
    mtimeSec: 1_700_000_000,
    mtimeNsec: 123_456_789,
    ctimeSec: 1_700_000_001,
    ctimeNsec: 987_654_321,
    content: "ab".repeat(32) as ObjectId,
    chunked: false,
    xattrs: null,
    ...parts,
    name,
    linked: false,
  };
}

/** Bytes that look random and are the same each time. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

/** A `read` callback for putFile over bytes in memory. */
export function readFrom(bytes: Uint8Array) {
  return (offset: number, into: Uint8Array, length: number) =>
    into.set(bytes.subarray(offset, offset + length));
}
