/**
 * The thread that answers the kernel. It owns the working tree and blocks in poll(2) from its first message
 * on; commands come through its mailbox.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { binaryString } from "../../ffi/libc.ts";
import { Session, type SessionOptions } from "../mount/linux/session.ts";
import { SourceDirectory } from "../source/read_source.ts";
import { loadHasher } from "../store/hash.ts";
import { Store } from "../store/store.ts";
import { Journal, listSegments } from "../tree/journal.ts";
import { keepDamaged } from "../tree/keep_damaged.ts";
import { type LoadedNodes, NodeLog } from "../tree/node_log.ts";
import { replay, type ReplayReport } from "../tree/replay.ts";
import { renumberNodes, restoreNodes } from "../tree/restore_nodes.ts";
import { beginSegment } from "../tree/take_capture.ts";
import { WorkingTree } from "../tree/working_tree.ts";
import { collectGarbage } from "./collect_garbage.ts";
import { fsCommands, type FsCommandTable } from "./fs_commands.ts";
import { MailboxReceiver } from "./mailbox.ts";
import type { FsMessage, FsRequest, FsStart } from "./messages.ts";
import { postedError } from "./posted_error.ts";

function post(message: FsMessage): void {
  self.postMessage(message);
}

self.onmessage = async (event: MessageEvent<FsStart>) => {
  try {
    const start = event.data;
    const { tree, store, journalEnd } = await openTree(start);
    const resumed = takeOver(start, tree, journalEnd);
    serve(start, tree, store, resumed);
    post({ type: "unmounted" });
  } catch (error) {
    post({ type: "crashed", error: postedError(error) });
  }
};

/** The working tree as the journal has it. */
async function openTree(
  start: FsStart,
): Promise<{ tree: WorkingTree; store: Store; journalEnd: ReplayReport }> {
  const store = Store.open(start.store, await loadHasher());
  const journal = new Journal(start.journal);
  let tree: WorkingTree;
  if (start.snapshot !== null) {
    tree = new WorkingTree(store, null, journal, start.snapshot, start.nextInode);
  } else {
    const source = new SourceDirectory(binaryString(start.source));
    const root = source.root();
    if (typeof root === "number") throw new Error(`Cannot look at ${start.source}: errno ${-root}`);
    tree = new WorkingTree(store, source, journal, { source: root }, start.nextInode);
  }
  const segments = listSegments(start.journal);
  const live = segments.filter((segment) => segment >= start.segment);
  const journalEnd = replay(tree, live);
  reportDamage(start.journal, journalEnd);
  journal.takeOver(live, journalEnd.end);
  journal.segment = Math.max(start.segment - 1, segments.at(-1) ?? 0);
  tree.safeSegment = live[0] ?? start.segment;
  return { tree, store, journalEnd };
}

function reportDamage(directory: string, journalEnd: ReplayReport): void {
  const kept = keepDamaged(directory, journalEnd);
  const { damage } = journalEnd;
  if (damage !== null) {
    const { segment, position, why } = damage;
    console.error(`Journal segment ${segment} is damaged at byte ${position}: ${why}`);
  }
  if (kept.length > 0) {
    console.error(`What follows in the journal is not replayed. It is kept: ${kept.join(", ")}`);
  }
}

/** Puts the node ids right, and begins a journal segment. */
function takeOver(start: FsStart, tree: WorkingTree, journalEnd: ReplayReport): Resumed {
  const path = `${start.journal}/nodes`;
  const { connection, nodes } = start.resume ? NodeLog.load(path) : NO_NODES;
  renumberNodes(tree, [...nodes.keys()].reduce((a, b) => Math.max(a, b), journalEnd.largestNodeId));
  tree.nodes.log = new NodeLog(path);
  if (connection !== null) tree.nodes.log.connected(connection);
  const lost = restoreNodes(tree, journalEnd, nodes);
  // Should this server die before that request comes again, the next one still has to know of it.
  if (journalEnd.lastRequest !== null) Object.assign(tree.journal.request, journalEnd.lastRequest);
  beginSegment(tree);
  tree.nodes.flushLog();
  const nodeIds = Float64Array.from(nodes.keys());
  const { records, tornBytes, lastRequest } = journalEnd;
  post({ type: "ready", replayed: records, tornBytes, nodeIds, lost: lost.length });
  return connection === null ? {} : { resumed: { connection, lastRequest } };
}

const NO_NODES: LoadedNodes = { connection: null, nodes: new Map() };

type Resumed = Pick<SessionOptions, "resumed">;

function serve(start: FsStart, tree: WorkingTree, store: Store, resumed: Resumed): void {
  const receiver = new MailboxReceiver(start.mailbox);
  const session = new Session({
    ...resumed,
    fd: start.fuseFd,
    commandFd: start.mailbox.eventFd,
    tree,
    storePath: binaryString(start.store),
    counters: new Uint32Array(start.counters),
    ask: (ticket, line) => post({ type: "ask", ticket, line }),
    onIdle: collectGarbage,
    onCommand: () => {
      const message = receiver.take();
      if (message === null) post({ type: "part" });
      else run(table, JSON.parse(new TextDecoder().decode(message)));
    },
  });
  const table = fsCommands({
    tree,
    store,
    session,
    postCapture: (capture) => start.captures.postMessage(capture),
  });
  session.run();
}

function run(table: FsCommandTable, { command, value }: FsRequest): void {
  try {
    const row = table[command] as (value: unknown) => unknown;
    post({ type: "done", value: row(value) });
  } catch (error) {
    post({ type: "failed", error: postedError(error) });
  }
}
