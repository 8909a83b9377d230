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
 * @module
 */

import { failureCode } from "../../host/failure.ts";
import { close, O_CREAT, O_RDWR } from "../../host/files.ts";
import { type FileCalls, persistent, SYSTEM_CALLS } from "../../store/files/file_calls.ts";
import type { Dirent, Inode } from "./inode.ts";
import { journalError } from "../journal/journal.ts";
import type { LoggedConnection } from "./load_nodes.ts";
import { MappedLog } from "./mapped_log.ts";
import {
  HEADER_BYTES,
  Kind,
  LARGEST_RECORD,
  type LoggedNode,
  RECORD_BYTES,
  recordSum,
} from "./node_records.ts";

/** The file is written anew when it is this long and mostly obsolete. */
const COMPACT_BYTES = 32 * 1024 * 1024;
const BYTES_PER_NODE = 64;

export class NodeLog {
  readonly #calls: FileCalls;
  readonly #compactAt: number;
  #fd: number;
  /** Null if the file system does not let it be written to as memory. */
  #mapped: MappedLog | null;
  #position = 0;
  /** How long it was when it was written anew: it is again when it has doubled. */
  #compacted = 0;
  #published = false;
  #bytes = new Uint8Array(2 * LARGEST_RECORD);
  #view = new DataView(this.#bytes.buffer);
  /** Bytes of {@linkcode #bytes} that are not in the file yet. */
  #pending = 0;
  #connection: LoggedConnection | null = null;
  #largest = 0;

  /** Begins an empty log, which takes the place of the one at `path` with its first {@linkcode flush}. */
  constructor(
    readonly path: string,
    calls: FileCalls = SYSTEM_CALLS,
    compactAt = COMPACT_BYTES,
  ) {
    this.#compactAt = compactAt;
    this.#calls = persistent(calls);
    this.#fd = this.#calls.open(`${path}.new`, O_RDWR | O_CREAT, 0o600);
    if (this.#fd < 0) throw journalError("begin", path, failureCode(this.#fd));
    this.#calls.ftruncate(this.#fd, 0);
    this.#mapped = new MappedLog(this.#fd, this.#calls);
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
    const leading: Inode[] = [];
    for (let at = inode.parent; at !== null && at.lookups === 0; at = at.parent) leading.push(at);
    for (const directory of leading.reverse()) this.#bindInode(directory);
    this.#bindInode(inode);
  }

  #bindInode({ nodeId, ino, stale, lookups, parent, name }: Inode): void {
    this.#bind(nodeId, { ino: stale ? 0 : ino, lookups, parent: parent?.nodeId ?? 0, name });
  }

  /** Of a node that the kernel had forgotten when another server ended: who has a file handle may still name it. */
  keep(nodes: ReadonlyMap<number, LoggedNode>, largest: number): void {
    for (const [id, node] of nodes) this.#bind(id, { ...node, lookups: 0 });
    this.#mention(largest);
  }

  #bind(id: number, { ino, lookups, parent, name }: LoggedNode): void {
    this.#largest = Math.max(this.#largest, id);
    const at = this.#begin(Kind.BIND, name.length);
    this.#number(at, id);
    this.#number(at + 8, ino);
    this.#number(at + 16, lookups);
    this.#number(at + 24, parent);
    for (let i = 0; i < name.length; i++) this.#bytes[at + 32 + i] = name.charCodeAt(i);
    this.#end(at);
  }

  /** Ids up to this one were given out, and are not to be given to others. */
  #mention(largest: number): void {
    // A node that was told of is more than mentioned.
    if (largest <= this.#largest) return;
    this.#largest = largest;
    this.#count(largest, 0);
  }

  /** The kernel has more or fewer references to an inode than before. */
  count({ nodeId, lookups }: Inode): void {
    this.#count(nodeId, lookups);
  }

  #count(nodeId: number, lookups: number): void {
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
    const { names, cookies } = toldNames(directory.entries, directory.told);
    this.listed(nodeId, names, cookies);
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

  /** Bytes of what is new and not written. */
  get pending(): number {
    return this.#pending;
  }

  /** Takes back what was added since {@linkcode pending} was this. */
  dropPending(to: number): void {
    this.#pending = to;
  }

  /** Writes what is new. Called before each answer. `live` is what would be left of the log. */
  flush(live: ReadonlyMap<number, Inode>): void {
    if (this.#pending === 0) return;
    const needed = Math.max(BYTES_PER_NODE * live.size, this.#compacted);
    if (this.#position > Math.max(this.#compactAt, 2 * needed)) {
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
    draft.#mention(this.#largest);
    for (const inode of live.values()) {
      draft.bind(inode);
      draft.#listing(inode);
    }
    draft.flush(live);
    this.close();
    this.#fd = draft.#fd;
    this.#mapped = draft.#mapped;
    this.#position = this.#compacted = draft.#position;
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

/**
 * The names of a directory whose cookies are at most `told`. Has the one with that cookie gone, the empty name stands for it: who
 * lists may have stopped there, and no other name is to come before that place.
 */
export function toldNames(
  entries: Iterable<readonly [string, Dirent]>,
  told: number,
): { names: string[]; cookies: number[] } {
  const [names, cookies]: [string[], number[]] = [[], []];
  for (const [name, { cookie }] of entries) {
    if (cookie > told) continue;
    names.push(name);
    cookies.push(cookie);
  }
  if (told > 0 && cookies.at(-1) !== told) {
    names.push("");
    cookies.push(told);
  }
  return { names, cookies };
}
