/**
 * The object store, read side.
 *
 * Any number of threads and processes may have a store open; each sees what the one writer
 * (store_writer.ts) has committed. Calls are synchronous and block.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { ContentReader } from "./objects/content_reader.ts";
import type { ContentId, InodeRecord, TreeEntry } from "./trees/entry.ts";
import type { Hasher } from "./format/hasher.ts";
import { LinkLookup } from "./trees/link_lookup.ts";
import type { Location } from "./format/location.ts";
import { readLinks } from "./trees/link_table.ts";
import type { ObjectId } from "./format/object_id.ts";
import { ObjectReader, type PendingObjects } from "./objects/object_reader.ts";
import type { ObjectSource, ObjectType } from "./format/object_type.ts";
import { openIndex } from "./index/open_index.ts";
import { sameBytes } from "./same_bytes.ts";
import { checkFormat } from "./index/store_format.ts";
import { TreeLookup } from "./trees/tree_lookup.ts";
import { readTree } from "./trees/tree_read.ts";
import { decodeXattrs } from "./trees/xattr_codec.ts";

/**
 * Reads objects. Every method that reads throws `missing_object` or `damaged_object` where an object is
 * not there or not itself; an object's hash is checked when this Store reads it first.
 *
 * @example
 * ```ts
 * const store = Store.open("/var/lib/project/store", await loadHasher());
 * const names = store.readTree(snapshot.root.content).map((entry) => entry.name);
 * ```
 */
export class Store implements ObjectSource {
  protected readonly objects: ObjectReader;
  protected readonly contents: ContentReader;
  readonly #trees: TreeLookup;
  readonly #links: LinkLookup;

  /** Use {@linkcode Store.open}. */
  protected constructor(
    /** Path of the store. */
    readonly directory: string,
    /** The index and the tables of other modules; read-only here. */
    readonly database: DatabaseSync,
    readonly hasher: Hasher,
    pending: PendingObjects | null = null,
  ) {
    this.objects = new ObjectReader(directory, database, hasher, pending);
    this.contents = new ContentReader(this.objects);
    this.#trees = new TreeLookup(this.objects);
    this.#links = new LinkLookup(this.objects);
  }

  /** Opens a store for reading. Throws `not_a_store`, `newer_version`, `damaged_store`. */
  static open(directory: string, hasher: Hasher): Store {
    checkFormat(directory);
    return new Store(directory, openIndex(directory, true), hasher);
  }

  /** How many there are of what it keeps in memory. */
  get counts(): Record<string, number> {
    return { ...this.objects.counts, chunkLists: this.contents.size, ...this.#links.counts };
  }

  /** Tells whether the store has the object. */
  has(id: ObjectId): boolean {
    return this.objects.find(id) !== null;
  }

  /** Plain bytes of an object of that type; not to be changed. */
  object(id: ObjectId, type: ObjectType): Uint8Array<ArrayBuffer> {
    return this.objects.object(id, type);
  }

  /** See {@linkcode ObjectReader.objectAt}. */
  objectAt(id: ObjectId, location: Location): Uint8Array<ArrayBuffer> {
    return this.objects.objectAt(id, location);
  }

  /** Plain bytes of any object, in an array of its own. */
  read(id: ObjectId): Uint8Array<ArrayBuffer> {
    return this.objects.read(id);
  }

  /**
   * Reads bytes of a file into `into`, starting at `intoOffset`.
   *
   * @param size bytes of the file; the content may have more, never fewer
   * @param offset first byte of the file to read
   * @param length bytes to read
   * @returns bytes read: fewer than `length` only at the end of the file
   */
  readContent(
    content: ContentId,
    size: number,
    offset: number,
    into: Uint8Array<ArrayBuffer>,
    intoOffset: number,
    length: number,
  ): number {
    return this.contents.read(content, size, offset, into, intoOffset, length);
  }

  /** Bytes of the file that are not in holes. */
  allocatedBytes(content: ContentId, size: number): number {
    return this.contents.allocatedBytes(content, size);
  }

  /** Offset of the first data at or after `offset`; -1 if there is none. */
  nextData(content: ContentId, size: number, offset: number): number {
    return this.contents.nextData(content, size, offset);
  }

  /** Offset of the first hole at or after `offset`, `size` at the latest; -1 if `offset` is not in the file. */
  nextHole(content: ContentId, size: number, offset: number): number {
    return this.contents.nextHole(content, size, offset);
  }

  /** True if two contents of a file of `size` bytes are the same bytes; they may have other holes. */
  hasSameBytes(a: ContentId, b: ContentId, size: number): boolean {
    const list = (id: ObjectId, bytes: number) => this.contents.list(id, bytes);
    return sameBytes({ hasher: this.hasher, list }, a, b, size);
  }

  /** Entries of a directory, sorted by name bytes. */
  readTree(id: ObjectId | null): TreeEntry[] {
    return id === null ? [] : readTree(this.objects, id);
  }

  /** The entry `name` (a binary string) of a directory, or null. */
  lookupTree(id: ObjectId | null, name: string): TreeEntry | null {
    return id === null ? null : this.#trees.find(id, name);
  }

  /** The record of a hard-linked inode, or null where the table has none. */
  readLink(links: ObjectId | null, ino: number): InodeRecord | null {
    return links === null ? null : this.#links.find(links, ino);
  }

  /** All records of a link table, by inode number. */
  readLinks(links: ObjectId | null): Map<number, InodeRecord> {
    return links === null ? new Map() : readLinks(this.objects, links);
  }

  /** Extended attributes: names (binary strings) and values. */
  readXattrs(id: ObjectId | null): Map<string, Uint8Array<ArrayBuffer>> {
    return id === null ? new Map() : decodeXattrs(this.objects.object(id, "xattrs"), id);
  }

  /** Closes packs that were removed, so that their space comes back. */
  forgetPacks(packs: readonly number[]): void {
    for (const pack of packs) this.objects.packs.forget(pack);
  }

  /** Closes files and database. The store must not be used after. */
  close(): void {
    this.objects.packs.close();
    this.database.close();
  }
}
