/**
 * What the kernel's node ids stand for, kept outside the process.
 *
 * The kernel goes on using the node ids it was given when a server died and another took over. This file tells
 * the next server where each one is: by the node id of its directory and its name, checked by inode number.
 * It is appended to before an answer that tells the kernel a new id is sent, and means nothing once the file
 * system is unmounted. What the journal says of a node id is newer and wins.
 *
 * A file with several names is found by one of them, which need not be the one the kernel knows: it may have
 * forgotten that directory, or never have heard of it. So the log tells of directories without references too,
 * as far as they lead to something that has some.
 *
 * It also tells which cookies the names of a directory have (listing.ts), for as long as the kernel knows the directory.
 *
 * References are counted exactly: the kernel gives back all it counts at once, but also single ones while it
 * keeps others.
 *
 * Every first lookup of a file adds a record, so records are bytes in a buffer that is written as it is. A record
 * is a byte that tells its kind, a zero byte, u16 length of the name, u32 checksum of all its other bytes; then for BIND u64 node id, inode number,
 * references and node id of the directory, and the name; for COUNT u64 node id and references (0: the kernel has
 * forgotten it); for LISTED u64 node id of the directory and cookie of the first of some names, whose cookies follow each
 * other, and instead of a name those, each with its length in a byte before it; for CONNECTED three u32, what INIT agreed on. Little-endian; nothing reads it but this program on
 * this machine. Behind the last record are zeros: the file is written to as memory ({@linkcode MappedLog}).
 *
 * @module
 */

import { failureCode } from "../../host/failure.ts";
import { binaryName } from "../../../ffi/binary_string.ts";
import { close, O_CREAT, O_RDWR } from "../../host/files.ts";
import { type FileCalls, persistent, SYSTEM_CALLS } from "../../store/files/file_calls.ts";
import { FIRST_COOKIE, type Inode } from "./inode.ts";
import { journalError } from "../journal/journal.ts";
import { MappedLog } from "./mapped_log.ts";
import { ROOT_NODE_ID } from "./inode.ts";

/** Where a node was when its line was written. */
export interface LoggedNode {
  /** 0 if it stands for nothing any more. */
  readonly ino: number;
  /** References the kernel has; 0 for a directory that only leads to others. */
  lookups: number;
  /** Node id of the directory; 0 if it had no name. */
  readonly parent: number;
  readonly name: string;
}

/** What INIT agreed on. */
export interface LoggedConnection {
  readonly minor: number;
  readonly flags: number;
  readonly flags2: number;
}

export interface LoadedNodes {
  readonly connection: LoggedConnection | null;
  readonly nodes: Map<number, LoggedNode>;
  /** Cookies of names, by the node id of their directory. */
  readonly listings: Map<number, Map<string, number>>;
  /** Where the file has bytes that are no record, and what follows is not known; null if it has none. */
  readonly damagedAt: number | null;
}

/** The file is written anew when it is this long and mostly obsolete. */
const COMPACT_BYTES = 32 * 1024 * 1024;
const BYTES_PER_NODE = 64;

/** No one bit makes one of another, or of the zero that is behind the last record. */
const Kind = { BIND: 3, COUNT: 5, CONNECTED: 6, LISTED: 9 } as const;
const HEADER_BYTES = 8;
/** Bytes of a record besides the name, by kind. */
const RECORD_BYTES: Readonly<Record<number, number>> = {
  [Kind.BIND]: HEADER_BYTES + 32,
  [Kind.COUNT]: HEADER_BYTES + 16,
  [Kind.CONNECTED]: HEADER_BYTES + 12,
  [Kind.LISTED]: HEADER_BYTES + 16,
};
type Triple = [number, number, number];
/** No directory lives to give out so many. */
const LARGEST_COOKIE = 2 ** 52;
const LARGEST_RECORD = HEADER_BYTES + 32 + 65535;

export class NodeLog {
  readonly #calls: FileCalls;
  #fd: number;
  /** Null if the file system does not let it be written to as memory. */
  #mapped: MappedLog | null;
  #position = 0;
  #published = false;
  #bytes = new Uint8Array(2 * LARGEST_RECORD);
  #view = new DataView(this.#bytes.buffer);
  /** Bytes of {@linkcode #bytes} that are not in the file yet. */
  #pending = 0;
  #connection: LoggedConnection | null = null;

  /** Begins an empty log, which takes the place of the one at `path` with its first {@linkcode flush}. */
  constructor(readonly path: string, calls: FileCalls = SYSTEM_CALLS) {
    this.#calls = persistent(calls);
    this.#fd = this.#calls.open(`${path}.new`, O_RDWR | O_CREAT, 0o600);
    if (this.#fd < 0) throw journalError("begin", path, failureCode(this.#fd));
    this.#calls.ftruncate(this.#fd, 0);
    this.#mapped = new MappedLog(this.#fd, this.#calls);
  }

  /** What the file says, up to the first record that is not whole. */
  static load(path: string): LoadedNodes {
    const nodes = new Map<number, LoggedNode>();
    const listings = new Map<number, Map<string, number>>();
    let connection: LoggedConnection | null = null;
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = Deno.readFileSync(path);
    } catch {
      return { connection, nodes, listings, damagedAt: null };
    }
    const view = new DataView(bytes.buffer);
    const number = (at: number) =>
      view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
    let damagedAt: number | null = null;
    let next: number;
    for (let at = 0; at < bytes.length && bytes[at] !== 0; at = next) {
      const kind = bytes[at]!;
      const name = at + (RECORD_BYTES[kind] ?? Infinity);
      next = name <= bytes.length ? name + view.getUint16(at + 2, true) : Infinity;
      if (next > bytes.length || view.getUint32(at + 4, true) !== recordSum(bytes, at, next)) {
        damagedAt = at;
        break;
      }
      const fields = at + HEADER_BYTES;
      if (kind === Kind.BIND) {
        const [ino, lookups, parent] = [8, 16, 24].map((i) => number(fields + i)) as Triple;
        nodes.set(number(fields), { ino, lookups, parent, name: binaryName(bytes, name, next) });
      } else if (kind === Kind.COUNT) {
        const id = number(fields);
        const node = nodes.get(id);
        if (node !== undefined) node.lookups = number(fields + 8);
      } else if (kind === Kind.LISTED) {
        const id = number(fields);
        if (!listings.has(id)) listings.set(id, new Map());
        readNames(bytes, name, next, listings.get(id)!, number(fields + 8));
      } else {
        const words = [0, 4, 8].map((i) => view.getUint32(fields + i, true));
        const [minor, flags, flags2] = words as Triple;
        connection = { minor, flags, flags2 };
      }
    }
    removeForgotten(nodes);
    for (const id of listings.keys()) {
      if (id !== ROOT_NODE_ID && !nodes.get(id)?.lookups) listings.delete(id);
    }
    return { connection, nodes, listings, damagedAt };
  }

  connected(connection: LoggedConnection): void {
    this.#connection = connection;
    const at = this.#begin(Kind.CONNECTED, 0);
    this.#view.setUint32(at, connection.minor, true);
    this.#view.setUint32(at + 4, connection.flags, true);
    this.#view.setUint32(at + 8, connection.flags2, true);
    this.#end(at);
  }

  /** The kernel has, or is about to get, a reference to the inode; or the inode has another name. */
  bind(inode: Inode): void {
    const { name, parent } = inode;
    if (parent !== null && parent.lookups === 0) this.bind(parent);
    const at = this.#begin(Kind.BIND, name.length);
    this.#number(at, inode.nodeId);
    this.#number(at + 8, inode.stale ? 0 : inode.ino);
    this.#number(at + 16, inode.lookups);
    this.#number(at + 24, parent?.nodeId ?? 0);
    for (let i = 0; i < name.length; i++) this.#bytes[at + 32 + i] = name.charCodeAt(i);
    this.#end(at);
  }

  /** The kernel has more or fewer references to an inode than before. */
  count({ nodeId, lookups }: Inode): void {
    const at = this.#begin(Kind.COUNT, 0);
    this.#number(at, nodeId);
    this.#number(at + 8, lookups);
    this.#end(at);
  }

  /** The kernel is about to get these names of a directory, whose cookies ascend. */
  listed(nodeId: number, names: readonly string[], cookies: readonly number[]): void {
    let next: number;
    for (let first = 0; first < names.length; first = next) {
      let length = 0;
      for (next = first; next < names.length; next++) {
        const more = 1 + names[next]!.length;
        if (cookies[next] !== cookies[first]! + next - first || length + more > 65535) break;
        length += more;
      }
      const at = this.#begin(Kind.LISTED, length);
      this.#number(at, nodeId);
      this.#number(at + 8, cookies[first]!);
      this.#names(at + 16, names, first, next);
      this.#end(at);
    }
  }

  /** Lays names `[first, end)` down from `at` on. */
  #names(at: number, names: readonly string[], first: number, end: number): void {
    const bytes = this.#bytes;
    for (let n = first; n < end; n++) {
      const name = names[n]!;
      bytes[at++] = name.length;
      for (let i = 0; i < name.length; i++) bytes[at++] = name.charCodeAt(i);
    }
  }

  /** Cookies that the kernel has of a directory. */
  #listing({ nodeId, directory }: Inode): void {
    if (directory === null || directory.told === 0 || directory.entries === null) return;
    const told = [...directory.entries].filter(([, { cookie }]) => cookie <= directory.told);
    this.listed(nodeId, told.map(([name]) => name), told.map(([, { cookie }]) => cookie));
  }

  /** Lays a record's header behind what is pending. Returns where its fields begin. */
  #begin(kind: number, nameLength: number): number {
    const at = this.#pending;
    this.#pending = at + RECORD_BYTES[kind]! + nameLength;
    if (this.#pending > this.#bytes.length) this.#grow();
    this.#bytes[at] = kind;
    this.#bytes[at + 1] = 0;
    this.#view.setUint16(at + 2, nameLength, true);
    return at + HEADER_BYTES;
  }

  /** Seals the record whose fields begin at `fields` and that ends what is pending. */
  #end(fields: number): void {
    const start = fields - HEADER_BYTES;
    this.#view.setUint32(start + 4, recordSum(this.#bytes, start, this.#pending), true);
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#pending);
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  #number(at: number, value: number): void {
    const high = Math.floor(value / 2 ** 32);
    this.#view.setUint32(at, value - high * 2 ** 32, true);
    this.#view.setUint32(at + 4, high, true);
  }

  /** Writes what is new. Called before each answer. `live` is what would be left of the log. */
  flush(live: ReadonlyMap<number, Inode>): void {
    if (this.#pending === 0) return;
    if (this.#position > COMPACT_BYTES && this.#position > 2 * BYTES_PER_NODE * live.size) {
      this.#compact(live);
    }
    this.#write();
    if (!this.#published) this.#publish();
  }

  /** If it fails, the next flush tries again. */
  #publish(): void {
    try {
      this.#calls.rename(`${this.path}.new`, this.path);
      this.#published = true;
    } catch (error) {
      console.error(`Cannot keep node ids in ${this.path}: ${(error as Error).message}`);
    }
  }

  #write(): void {
    if (this.#mapped?.append(this.#bytes, this.#pending, this.#position)) {
      this.#position += this.#pending;
    } else {
      this.#mapped?.close();
      this.#mapped = null;
      this.#writeOut();
    }
    this.#pending = 0;
  }

  /**
   * What cannot be written is lost, so that nothing torn stands between whole records: should this server die, the next
   * one does not know some ids that the kernel has, and answers ESTALE.
   */
  #writeOut(): void {
    const written = this.#calls.pwrite(this.#fd, this.#bytes, this.#position, this.#pending);
    if (written >= 0) this.#position += written;
    else this.#calls.ftruncate(this.#fd, this.#position);
    this.#pending = 0;
  }

  #compact(live: ReadonlyMap<number, Inode>): void {
    let draft: NodeLog;
    try {
      draft = new NodeLog(this.path, this.#calls);
    } catch (error) {
      console.error((error as Error).message);
      return;
    }
    if (this.#connection !== null) draft.connected(this.#connection);
    for (const inode of live.values()) {
      draft.bind(inode);
      draft.#listing(inode);
    }
    draft.flush(live);
    this.close();
    this.#fd = draft.#fd;
    this.#mapped = draft.#mapped;
    this.#position = draft.#position;
    this.#published = draft.#published;
  }

  /** Nothing is written to the file any more, whatever is noted. */
  close(): void {
    this.#mapped?.close();
    this.#mapped = null;
    if (this.#fd >= 0) close(this.#fd);
    this.#fd = -1;
  }
}

/** Removes what the kernel does not refer to and what leads to nothing that it does. */
function removeForgotten(nodes: Map<number, LoggedNode>): void {
  const needed = new Set<number>();
  for (const [id, { lookups }] of nodes) {
    if (lookups === 0) continue;
    let at: number | undefined = id;
    while (at !== undefined && !needed.has(at)) {
      needed.add(at);
      at = nodes.get(at)?.parent;
    }
  }
  for (const id of nodes.keys()) if (!needed.has(id)) nodes.delete(id);
}

/** Reads names that lie in `[at, end)`, and gives them cookies from `cookie` on. */
function readNames(
  bytes: Uint8Array,
  at: number,
  end: number,
  into: Map<string, number>,
  cookie: number,
): void {
  while (at < end) {
    const start = at + 1;
    at = start + bytes[at]!;
    if (at > end || cookie < FIRST_COOKIE || cookie >= LARGEST_COOKIE) return;
    into.set(binaryName(bytes, start, at), cookie++);
  }
}

/**
 * FNV-1a of the record `[start, end)` without its checksum: each step is a bijection, so any one byte that changes
 * changes it, and for so few bytes it is quicker than a call of a CRC-32.
 */
function recordSum(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0x811c9dc5;
  for (let i = start; i < end; i++) {
    if (i - start >= 4 && i - start < HEADER_BYTES) continue;
    sum = Math.imul(sum ^ bytes[i]!, 0x01000193);
  }
  return sum >>> 0;
}
