/**
 * The commands of the fs thread, one row each.
 *
 * @module
 */

import type { Session } from "../mount/linux/session.ts";
import { adoptImport } from "../tree/adopt_import.ts";
import type { Invalidation } from "../tree/invalidation.ts";
import type { Store } from "../store/store.ts";
import { liveReferences } from "../tree/live_references.ts";
import { retarget } from "../tree/retarget.ts";
import {
  beginSegment,
  type PendingCapture,
  revert,
  settle,
  takeCapture,
} from "../tree/take_capture.ts";
import type { WorkingTree } from "../tree/working_tree.ts";
import type { InvalidationData } from "../mount/linux/notify.ts";
import type { FsCommands, PostedCapture } from "./messages.ts";

type Row<K extends keyof FsCommands> = (value: FsCommands[K]["in"]) => FsCommands[K]["out"];

export type FsCommandTable = { [K in keyof FsCommands]: Row<K> };

/** What the table works on. */
export interface FsThreadState {
  readonly tree: WorkingTree;
  readonly store: Store;
  readonly session: Session;
  postCapture(capture: PostedCapture): void;
}

export function fsCommands({ tree, store, session, postCapture }: FsThreadState): FsCommandTable {
  let pending: PendingCapture | null = null;
  let safeSegment = tree.safeSegment;
  return {
    state: () => ({
      changed: tree.isChanged,
      changes: tree.root.directory!.changed.size + tree.changedLinks.size,
      nodes: tree.nodes.size,
      journalBytes: tree.journal.position,
      journalRecords: tree.journal.records,
      connection: session.context.connection,
    }),
    capture: ({ id, freeze }) => {
      if (pending !== null) throw new Error("A capture is being stored already");
      const changed = tree.isChanged;
      if (changed) {
        safeSegment = tree.safeSegment;
        const taken = takeCapture(tree);
        pending = taken.pending;
        postCapture({ id, capture: taken.capture });
      } else if (freeze) {
        beginSegment(tree);
      }
      session.frozen = freeze;
      return { changed, segment: tree.journal.segment, nextInode: tree.nextInode };
    },
    settle: ({ snapshot, slots }) => {
      settle(tree, pending!, snapshot, slots);
      pending = null;
      return null;
    },
    revert: () => {
      revert(tree, pending!, safeSegment);
      pending = null;
      return null;
    },
    retarget: ({ snapshot, nextInode }) => {
      const invalidation = retarget(tree, snapshot);
      tree.nextInode = nextInode;
      return posted(invalidation);
    },
    thaw: () => {
      session.frozen = false;
      return null;
    },
    adopt: (snapshot) => posted(adoptImport(tree, snapshot)),
    answer: ({ ticket, text }) => {
      session.context.virtual.answer(ticket, text);
      return null;
    },
    drain: () => session.drain(),
    references: () => {
      if (pending !== null) throw new Error("A capture is being stored");
      return liveReferences(tree);
    },
    forgetPacks: (packs) => {
      store.forgetPacks(packs);
      return null;
    },
    end: () => {
      session.ended = true;
      return null;
    },
    sync: () => {
      const status = tree.journal.sync();
      if (status !== 0) throw new Error("Cannot make the journal durable");
      return null;
    },
  };
}

function posted({ parents, names, data, attributes }: Invalidation): InvalidationData {
  return { parents, names, data, attributes };
}
