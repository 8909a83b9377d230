/**
 * What the kernel's node ids stand for, kept outside the process.
 *
 * The kernel goes on using the node ids it was given when a server died and another took over. This file tells
 * the next server where each one is: by the node id of its directory and its name, checked by inode number.
 * It is appended to before an answer that tells the kernel a new id is sent, and means nothing once the file
 * system is unmounted. What the journal says of a node id is newer and wins.
 *
 * References are counted exactly: the kernel gives back all it counts at once, but also single ones while it
 * keeps others.
 *
 * Lines of text, because nothing here is hot enough for more: `+ id ino references parent name` where a node
 * is, `= id references` for another count (0: the kernel has forgotten it), `! minor flags flags2` for what
 * INIT agreed on. Names are JSON strings.
 *
 * @module
 */

import { close, cString, ftruncate, O_CREAT, O_RDWR, open, pwrite } from "../../ffi/libc.ts";
import type { Inode } from "./inode.ts";

/** Where a node was when its line was written. */
export interface LoggedNode {
  readonly ino: number;
  /** References the kernel has. */
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
}

/** The file is written anew when it is this long and mostly obsolete. */
const COMPACT_BYTES = 32 * 1024 * 1024;
const BYTES_PER_NODE = 64;

const encoder = new TextEncoder();

export class NodeLog {
  #fd: number;
  #position = 0;
  #published = false;
  #lines: string[] = [];
  #connection: LoggedConnection | null = null;

  /** Begins an empty log, which takes the place of the one at `path` with its first {@linkcode flush}. */
  constructor(readonly path: string) {
    this.#fd = open(cString(`${path}.new`), O_RDWR | O_CREAT, 0o600);
    if (this.#fd < 0) throw new Error(`Cannot open ${path}: errno ${-this.#fd}`);
    ftruncate(this.#fd, 0);
  }

  /** What the file says, up to its last whole line. */
  static load(path: string): LoadedNodes {
    const nodes = new Map<number, LoggedNode>();
    let connection: LoggedConnection | null = null;
    let text: string;
    try {
      text = Deno.readTextFileSync(path);
    } catch {
      return { connection, nodes };
    }
    for (const line of text.slice(0, text.lastIndexOf("\n") + 1).split("\n")) {
      const [kind, ...fields] = line.split(" ");
      const numbers = fields.map(Number);
      if (kind === "+") {
        const [id, ino, lookups, parent] = numbers as [number, number, number, number];
        nodes.set(id, { ino, lookups, parent, name: JSON.parse(fields.slice(4).join(" ")) });
      } else if (kind === "=") {
        const [id, lookups] = numbers as [number, number];
        const node = nodes.get(id);
        if (lookups === 0) nodes.delete(id);
        else if (node !== undefined) node.lookups = lookups;
      } else if (kind === "!") {
        connection = { minor: numbers[0]!, flags: numbers[1]!, flags2: numbers[2]! };
      }
    }
    return { connection, nodes };
  }

  connected(connection: LoggedConnection): void {
    this.#connection = connection;
    this.#lines.push(`! ${connection.minor} ${connection.flags} ${connection.flags2}\n`);
  }

  /** The kernel has, or is about to get, a reference to the inode; or the inode has another name. */
  bind(inode: Inode): void {
    const { nodeId, ino, lookups, parent, name } = inode;
    const where = `${parent?.nodeId ?? 0} ${JSON.stringify(name)}`;
    this.#lines.push(`+ ${nodeId} ${ino} ${lookups} ${where}\n`);
  }

  /** The kernel has more or fewer references to an inode than before. */
  count({ nodeId, lookups }: Inode): void {
    this.#lines.push(`= ${nodeId} ${lookups}\n`);
  }

  /** Writes what is new. Called before each answer. `live` is what would be left of the log. */
  flush(live: ReadonlyMap<number, Inode>): void {
    if (this.#lines.length === 0) return;
    if (this.#position > COMPACT_BYTES && this.#position > 2 * BYTES_PER_NODE * live.size) {
      this.#compact(live);
    }
    // UTF-8 of a binary string: every byte of a name above 0x7f becomes two, and comes back as one.
    const bytes = encoder.encode(this.#lines.join(""));
    this.#lines = [];
    let done = 0;
    while (done < bytes.length) {
      const written = pwrite(this.#fd, bytes.subarray(done), this.#position + done);
      if (written <= 0) break;
      done += written;
    }
    this.#position += done;
    if (!this.#published) {
      Deno.renameSync(`${this.path}.new`, this.path);
      this.#published = true;
    }
  }

  #compact(live: ReadonlyMap<number, Inode>): void {
    const draft = new NodeLog(this.path);
    if (this.#connection !== null) draft.connected(this.#connection);
    for (const inode of live.values()) draft.bind(inode);
    draft.flush(live);
    close(this.#fd);
    this.#fd = draft.#fd;
    this.#position = draft.#position;
  }

  close(): void {
    close(this.#fd);
  }
}
