/**
 * What a file of node ids says ({@linkcode NodeLog}), for the server that takes over.
 *
 * @module
 */

import { binaryName } from "../../../ffi/binary_string.ts";
import { FIRST_COOKIE, ROOT_NODE_ID } from "./inode.ts";
import { Kind, type LoggedNode, NodeRecords } from "./node_records.ts";

/** What INIT agreed on. */
export interface LoggedConnection {
  readonly minor: number;
  readonly flags: number;
  readonly flags2: number;
}

export interface LoadedNodes {
  readonly connection: LoggedConnection | null;
  readonly nodes: Map<number, LoggedNode>;
  /** What the kernel has forgotten: who has a file handle may still name it. */
  readonly forgotten: Map<number, LoggedNode>;
  /** The largest node id that was given out, as far as is known. */
  readonly largest: number;
  /** Cookies of names, by the node id of their directory. */
  readonly listings: Map<number, Map<string, number>>;
  /** Where the file has bytes that are no record, and what follows is not known; null if it has none. */
  readonly damagedAt: number | null;
}

/** Of a mount that no server served before. */
export const NO_NODES: LoadedNodes = {
  connection: null,
  nodes: new Map(),
  forgotten: new Map(),
  largest: 0,
  listings: new Map(),
  damagedAt: null,
};

type Triple = [number, number, number];
/** No directory lives to give out so many. */
const LARGEST_COOKIE = 2 ** 52;

/** What the file says, up to the first record that is not whole. */
export function loadNodes(path: string): LoadedNodes {
  const nodes = new Map<number, LoggedNode>();
  let largest = 0;
  const listings = new Map<number, Map<string, number>>();
  let connection: LoggedConnection | null = null;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Deno.readFileSync(path);
  } catch {
    return { ...NO_NODES };
  }
  const records = new NodeRecords(bytes);
  while (records.next()) {
    const { kind, fields, name, end } = records;
    const number = (at: number) => records.number(fields + at);
    largest = Math.max(largest, kind === Kind.CONNECTED ? 0 : number(0));
    if (kind === Kind.BIND) {
      nodes.set(number(0), records.node());
    } else if (kind === Kind.COUNT) {
      const node = nodes.get(number(0));
      if (node !== undefined) node.lookups = number(8);
    } else if (kind === Kind.LISTED) {
      const id = number(0);
      if (!listings.has(id)) listings.set(id, new Map());
      readNames(bytes, name, end, listings.get(id)!, number(8));
    } else {
      const [minor, flags, flags2] = [0, 4, 8].map((i) => records.word(fields + i)) as Triple;
      connection = { minor, flags, flags2 };
    }
  }
  const forgotten = removeForgotten(nodes);
  for (const id of listings.keys()) {
    if (id !== ROOT_NODE_ID && !nodes.get(id)?.lookups) listings.delete(id);
  }
  return { connection, nodes, forgotten, largest, listings, damagedAt: records.damagedAt };
}

/** Removes what the kernel does not refer to and what leads to nothing that it does. Returns that. */
function removeForgotten(nodes: Map<number, LoggedNode>): Map<number, LoggedNode> {
  const needed = new Set<number>();
  for (const [id, { lookups }] of nodes) {
    if (lookups === 0) continue;
    let at: number | undefined = id;
    while (at !== undefined && !needed.has(at)) {
      needed.add(at);
      at = nodes.get(at)?.parent;
    }
  }
  const forgotten = new Map<number, LoggedNode>();
  for (const [id, node] of nodes) {
    if (needed.has(id)) continue;
    nodes.delete(id);
    forgotten.set(id, node);
  }
  return forgotten;
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
