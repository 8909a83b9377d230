/**
 * The commands of the fs thread, one row each: those about the mount, and those about one of its views.
 *
 * @module
 */

import { monotonicTime } from "../../host/clock.ts";
import type { InvalidationData } from "../../mount/invalidation_data.ts";
import type { KnownBranch } from "../../mount/known_branch.ts";
import type { Routing } from "../../mount/linux/routing.ts";
import type { MountSession } from "../../mount/dispatch/mount_session.ts";
import { ChangeWitness } from "../../mount/recording/change_witness.ts";
import { RemovalWatch } from "../../mount/removal_watch.ts";
import { type View, type ViewTable, wireNode } from "../../mount/views.ts";
import { Operation } from "../../policy/operation.ts";
import type { Reference } from "../../store/objects/references.ts";
import type { Store } from "../../store/store.ts";
import { adoptImport } from "../../tree/rollback/adopt_import.ts";
import { changedNames, type PendingName } from "../../tree/changed_names.ts";
import { differingNames } from "../../tree/differing_names.ts";
import type { Invalidation } from "../../tree/nodes/invalidation.ts";
import { liveReferences } from "../../tree/capture/live_references.ts";
import { logOrphans } from "../../tree/orphan.ts";
import { retarget } from "../../tree/rollback/retarget.ts";
import { touchFiles } from "../../tree/operations/touch_files.ts";
import { Status } from "../../tree/status.ts";
import {
  beginSegment,
  type PendingCapture,
  revert,
  settle,
  takeCapture,
} from "../../tree/capture/take_capture.ts";
import type { FsCommands, TreeState, ViewCommands, ViewStart } from "../threads/messages.ts";
import type { FsPolicy } from "./fs_policy.ts";
import type { OpenedView } from "./open_view.ts";
import { CaptureUnderWay } from "../threads/capture_under_way.ts";
import { threadMemory } from "../threads/thread_memory.ts";
import type { PostedCapture } from "../background/captures.ts";

type Row<K extends keyof FsCommands> = (value: FsCommands[K]["in"]) => FsCommands[K]["out"];
type ViewRow<K extends keyof ViewCommands> = (
  view: number,
  value: ViewCommands[K]["in"],
) => ViewCommands[K]["out"];

export type FsCommandTable = { [K in keyof FsCommands]: Row<K> };
export type ViewCommandTable = { [K in keyof ViewCommands]: ViewRow<K> };

export interface FsThreadState {
  readonly store: Store;
  readonly session: MountSession;
  /** Null: everybody sees the main view at the mountpoint. */
  readonly routing: Routing | null;
  readonly views: ViewTable;
  readonly captures: Captures;
  readonly policy: FsPolicy;
  /** Where it is left for the next server what who has `ctl` open needs. */
  readonly handOver: string;
  /** Those that there are at first. */
  readonly branches: readonly KnownBranch[];
  open(start: ViewStart): OpenedView;
}

export function fsCommands(state: FsThreadState): FsCommandTable {
  const { store, session, views, captures, routing } = state;
  const { virtual } = session.context;
  const { policy } = session.options;
  let known = state.branches;
  return {
    openView: (start) => {
      const { view, replayed, tornBytes } = state.open(start);
      views.add(view);
      return { replayed, tornBytes };
    },
    setBranches: ({ branches, gone, renamed }) => {
      if (renamed !== undefined) find(views, renamed.view).branch = renamed.name;
      const byName = session.branchesChanged?.(known, branches);
      known = branches;
      const forgotten = virtual.nodes.setBranches(branches.map(({ name }) => name), gone);
      return { ...forgotten, attributes: [], ...(byName === undefined ? {} : { byName }) };
    },
    users: (view) => session.users?.(view) ?? null,
    resume: () => {
      session.takeOver();
      return null;
    },
    route: (sessions) => {
      if (routing === null) throw new Error("The mount is not routed");
      const fresh = routing.setSessions(sessions);
      const ids = fresh.flatMap(({ number, tree }) =>
        [...tree.nodes.ids()].map((id) => wireNode(number, id))
      );
      return Float64Array.from(ids);
    },
    revisit: ({ missed, isLast }) => {
      routing?.missedBefore(missed, isLast);
      return null;
    },
    answer: ({ ticket, answer }) => {
      virtual.questions.answer(ticket, answer);
      return null;
    },
    policy: (rules) => {
      state.policy.install(rules);
      const isRead = (policy.policy?.refusable ?? 0) & (Operation.READ | Operation.EXEC);
      if (isRead === 0) return new Float64Array();
      const ids = [...views].flatMap((view) => {
        const own = [...view.tree.nodes.ids()];
        session.changedBehind(view, own);
        return own.map((id) => wireNode(view.number, id));
      });
      return Float64Array.from(ids);
    },
    filters: (handles) => {
      policy.filters.setFilters(handles);
      return null;
    },
    calls: ({ branch, calls }) => {
      state.policy.calls.set(branch, calls, monotonicTime());
      return null;
    },
    programs: (files) => {
      state.policy.programs.set(new Map(files));
      return null;
    },
    denials: () => ({ count: state.policy.denials.count, last: state.policy.denials.last }),
    drain: () => session.drain(),
    references: () => {
      if (captures.size > 0) throw new Error("A capture is being stored");
      return [...views].flatMap(({ tree }): Reference[] => liveReferences(tree));
    },
    memory: ({ collect }) =>
      threadMemory(collect, {
        ...store.counts,
        ...views.counts,
        virtualNodes: virtual.nodes.size,
        captures: captures.size,
      }),
    reenacted: () => {
      session.context.pendingNames.end();
      return null;
    },
    forgetPacks: (packs) => {
      store.forgetPacks(packs);
      return null;
    },
    end: () => {
      Deno.writeTextFileSync(state.handOver, JSON.stringify(virtual.nodes.handOver()), {
        mode: 0o600,
      });
      session.ended = true;
      return null;
    },
  };
}

/** Captures that are being stored, by view. */
export type Captures = Map<number, PendingCapture>;

export interface ViewState {
  readonly session: MountSession;
  /** Null: everybody sees the main view at the mountpoint. */
  readonly routing: Routing | null;
  readonly views: ViewTable;
  readonly captures: Captures;
  /** By view: who sees what is changed. */
  readonly witnesses: Map<number, ChangeWitness>;
  postCapture(capture: PostedCapture): void;
}

export function viewCommands(state: ViewState): ViewCommandTable {
  const { session, views, captures, witnesses, routing } = state;
  const tree = (number: number) => find(views, number).tree;
  /** `told`: what of it the kernel is told. */
  const posted = (view: View, invalidation: Invalidation, told: Stale = invalidation) => {
    const byName = session.namesChanged?.(view, invalidation);
    return { ...wireIds(view.number, told), ...(byName === undefined ? {} : { byName }) };
  };
  const changedBehind = (view: View, { parents, data, attributes }: Stale) =>
    session.changedBehind(view, [...parents, ...data, ...attributes]);
  /** Ends the capture that is being stored, unless `end` throws. */
  const endCapture = (number: number, end: (pending: PendingCapture) => void) => {
    const pending = captures.get(number);
    if (pending === undefined) throw new Error("No capture is being stored");
    end(pending);
    captures.delete(number);
    return null;
  };
  return {
    state: (number) => {
      const { isChanged, root, changedLinks, nodes, journal } = tree(number);
      return {
        changed: isChanged,
        changes: root.directory!.changed.size + changedLinks.size,
        nodes: nodes.size,
        journalBytes: journal.position,
        journalRecords: journal.records,
        isSpaceSpent: journal.isSpaceSpent,
        connection: session.context.connection,
        unreadable: unreadable(views),
      };
    },
    capture: (number, { id, freeze }) => {
      if (captures.has(number)) throw new CaptureUnderWay();
      const view = find(views, number);
      const { tree } = view;
      const changed = tree.isChanged;
      if (changed) {
        const { capture, pending } = takeCapture(tree);
        captures.set(number, pending);
        try {
          state.postCapture({ id, capture });
        } catch (error) {
          endCapture(number, (pending) => revert(tree, pending));
          throw error;
        }
      } else if (freeze) {
        beginSegment(tree);
      }
      view.frozen = freeze;
      const { journal: { segment }, nextInode } = tree;
      return { changed, segment, nextInode, at: monotonicTime() };
    },
    witness: (number, isWanted) => {
      if (!isWanted) witnesses.delete(number);
      else if (!witnesses.has(number)) witnesses.set(number, new ChangeWitness());
      return null;
    },
    witnessed: (number) => witnesses.get(number)?.report ?? { writers: [], paths: [] },
    watchRemovals: (number, threshold) => {
      find(views, number).removals = threshold === null ? undefined : new RemovalWatch(threshold);
      return null;
    },
    settle: (number, { snapshot, slots }) =>
      endCapture(number, (pending) => settle(tree(number), pending, snapshot, slots)),
    revert: (number) => {
      if (!captures.has(number)) return null;
      return endCapture(number, (pending) => revert(tree(number), pending));
    },
    retarget: (number, { snapshot, nextInode, watches }) => {
      const view = find(views, number);
      const changing = view.tree;
      const before = changing.nextInode;
      // Files that are replaced take numbers of it.
      changing.nextInode = nextInode;
      try {
        const invalidation = retarget(changing, snapshot);
        changedBehind(view, invalidation);
        if (watches === null) return posted(view, invalidation);
        const { isRouted } = view;
        // Directories that views share have whose inode numbers was told last.
        const watched = watches.everything || isRouted
          ? null
          : new Set(watches.inodes[view.inodeSpace] ?? []);
        const { names, pending } = changedNames(changing, invalidation, watched);
        if (names.length > 0) session.context.pendingNames.begin(pending);
        return {
          ...posted(view, invalidation, toldByCalls(invalidation, pending)),
          changed: { names, isRouted },
        };
      } catch (error) {
        changing.nextInode = before;
        throw error;
      }
    },
    differ: (number, differences) => {
      const { tree, isRouted } = find(views, number);
      const { names, pending } = differingNames(tree, differences);
      if (names.length > 0) session.context.pendingNames.begin(pending);
      return { names, isRouted };
    },
    touch: (number, paths) => {
      const { touched, status } = touchFiles(tree(number), paths);
      if (status !== Status.Ok) console.error(`Not every file got a new time: status ${status}`);
      return touched.filter(({ lookups }) => lookups > 0)
        .map(({ nodeId }) => wireNode(number, nodeId));
    },
    thaw: (number) => {
      find(views, number).frozen = false;
      session.serveParked();
      return null;
    },
    orphans: (number) => {
      // What the kernel has forgotten it has said by now.
      session.drain();
      const { orphans } = tree(number).nodes;
      return Float64Array.from(orphans, ({ nodeId }) => wireNode(number, nodeId));
    },
    keepOrphans: (number) => {
      session.drain();
      const status = logOrphans(tree(number));
      if (status !== Status.Ok) {
        console.error(`Replaced files that are open are lost if the server dies: status ${status}`);
      }
      return null;
    },
    oldest: (number) => tree(number).nodes.oldest().map((id) => wireNode(number, id)),
    adopt: (number, snapshot) => {
      const view = find(views, number);
      const invalidation = adoptImport(view.tree, snapshot);
      changedBehind(view, invalidation);
      return posted(view, invalidation);
    },
    close: (number, { onlyIdle }) => {
      const view = views.get(number);
      if (view === undefined || (onlyIdle && !view.tree.nodes.isIdle)) return null;
      const data = [...view.tree.nodes.ids()].map((id) => wireNode(number, id));
      views.remove(number);
      witnesses.delete(number);
      routing?.shared.close(view);
      view.tree.close();
      return { parents: [], names: [], removed: [], data, attributes: [] };
    },
  };
}

/** What could not be read in any view: the store is one. */
function unreadable(views: ViewTable): TreeState["unreadable"] {
  const reports = [...views].map(({ tree }) => tree.damage);
  return {
    count: reports.reduce((sum, { count }) => sum + count, 0),
    first: reports.flatMap(({ first }) => first).slice(0, UNREADABLE_LISTED),
  };
}

const UNREADABLE_LISTED = 100;

function find(views: ViewTable, number: number): View {
  const view = views.get(number);
  if (view === undefined) throw new Error(`View ${number} is not open`);
  return view;
}

type Stale = Pick<Invalidation, "parents" | "names" | "removed" | "data" | "attributes">;

/** What is removed by a call is not to be gone before, or the kernel would not make the call. */
function toldByCalls(
  invalidation: Invalidation,
  pending: readonly PendingName[],
): Stale {
  const called = new Set(pending.map(({ was }) => was?.nodeId));
  return { ...invalidation, removed: invalidation.removed.map((id) => called.has(id) ? 0 : id) };
}

function wireIds(
  view: number,
  invalidation: Stale,
): InvalidationData {
  const wire = (ids: readonly number[]) => ids.map((id) => wireNode(view, id));
  const { parents, names, removed, data, attributes } = invalidation;
  return {
    parents: wire(parents),
    names,
    removed: removed.map((id) => id === 0 ? 0 : wireNode(view, id)),
    data: wire(data),
    attributes: wire(attributes),
  };
}
