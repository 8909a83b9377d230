/**
 * The thread that answers the kernel. It owns the working tree and blocks in poll(2) from its first message
 * on; commands come through its mailbox.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { binaryString } from "../../ffi/libc.ts";
import { Session } from "../mount/linux/session.ts";
import { SourceDirectory } from "../source/read_source.ts";
import { loadHasher } from "../store/hash.ts";
import { Store } from "../store/store.ts";
import { Journal, listSegments } from "../tree/journal.ts";
import { replay } from "../tree/replay.ts";
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
    serve(event.data, await openTree(event.data));
    post({ type: "unmounted" });
  } catch (error) {
    post({ type: "crashed", error: postedError(error) });
  }
};

async function openTree(start: FsStart): Promise<WorkingTree> {
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
  const { records, tornBytes } = replay(tree, live);
  journal.begin(Math.max(start.segment, (segments.at(-1) ?? 0) + 1));
  tree.safeSegment = live[0] ?? journal.segment;
  post({ type: "ready", replayed: records, tornBytes });
  return tree;
}

function serve(start: FsStart, tree: WorkingTree): void {
  const receiver = new MailboxReceiver(start.mailbox);
  const session = new Session({
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
