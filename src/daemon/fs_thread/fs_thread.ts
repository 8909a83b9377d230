/**
 * The thread that answers the kernel. It owns the working trees and blocks in poll(2) from its first message
 * on; commands come through its mailbox.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { binaryString } from "../../../ffi/binary_string.ts";
import { CallerStamps } from "../../../bpf/caller_stamp.ts";
import { CgroupCallers } from "../../mount/linux/cgroup_callers.ts";
import { Revisits } from "../../mount/linux/revisits.ts";
import { Routing } from "../../mount/linux/routing.ts";
import { WITHOUT_VARIABLE } from "../../mount/fuse/init.ts";
import { SharedDirectories } from "../../mount/shared_directories.ts";
import { SharedLog } from "../../mount/shared_log.ts";
import { Recorder } from "../../mount/recording/recorder.ts";
import { Reenactment } from "../../mount/fuse/reenactment.ts";
import type { InheritedNodes } from "../../mount/fuse/virtual_nodes.ts";
import { ViewTable, wireNode } from "../../mount/views.ts";
import { loadHasher } from "../../store/format/hash.ts";
import { Store } from "../../store/store.ts";
import { RingWriter } from "../../telemetry/ring.ts";
import { RecordWriter } from "../../tree/journal/journal_record.ts";
import { collectGarbage } from "../threads/collect_garbage.ts";
import {
  type Captures,
  fsCommands,
  type FsCommandTable,
  viewCommands,
  type ViewCommandTable,
} from "./fs_commands.ts";
import type { ChangeWitness } from "../../mount/recording/change_witness.ts";
import { captureUnasked } from "./capture_unasked.ts";
import type { PostedCapture } from "../background/captures.ts";
import { tolerateFullLog } from "../threads/full_log.ts";
import { MailboxReceiver } from "../threads/mailbox.ts";
import type {
  FsMessage,
  FsRequest,
  FsStart,
  RoutingStart,
  RoutingState,
  ViewStart,
} from "../threads/messages.ts";
import { FsPolicy } from "./fs_policy.ts";
import { makeSession } from "./make_session.ts";
import { type OpenedView, openView } from "./open_view.ts";
import { postedError } from "../threads/posted_error.ts";

tolerateFullLog();

function post(message: FsMessage): void {
  self.postMessage(message);
}

self.onmessage = async (event: MessageEvent<FsStart>) => {
  try {
    const start = event.data;
    const { source, resume } = start;
    const store = Store.open(start.store, await loadHasher());
    const record = new RecordWriter();
    const opened = start.views.map((view) => openView(view, { store, source, record, resume }));
    serve(start, store, record, opened);
    post({ type: "unmounted" });
  } catch (error) {
    post({ type: "crashed", error: postedError(error) });
  }
};

function serve(
  start: FsStart,
  store: Store,
  record: RecordWriter,
  opened: readonly OpenedView[],
): void {
  const [main, ...others] = opened;
  const views = new ViewTable(
    main!.view,
    (view) => post({ type: "idle", view }),
    (view) => post({ type: "many", view }),
  );
  for (const { view } of others) views.add(view);
  const reenactment = new Reenactment(start.reenactor);
  const isStamped = start.routing !== null || start.telemetry !== null;
  const stamps = isStamped ? loadStamps() : "nobody asks";
  const routing = start.routing === null
    ? null
    : makeRouting(views, start.routing, start.resume, reenactment, stamps);
  const receiver = new MailboxReceiver(start.mailbox);
  const recorder = makeRecorder(start, stamps);
  const policy = new FsPolicy({
    rules: start.policy,
    callers: routing?.callers ?? null,
    mountpoint: binaryString(start.mountpoint),
    places: [start.mountpoint, start.source],
    isBranch: (name) => [...views].some(({ branch }) => branch === name),
    redactsArguments: start.redactsArguments,
    onVersion: (version) => {
      if (recorder !== null) recorder.policyVersion = version;
    },
    onStale: (node) => post({ type: "stale", node }),
  });
  const witnesses = new Map<number, ChangeWitness>();
  const session = makeSession({
    start,
    ...(main!.connection === null ? {} : { resumed: main!.connection }),
    views,
    routing: routing?.routing ?? null,
    storePath: binaryString(start.store),
    generation: start.generation,
    counters: new Uint32Array(start.counters),
    ask: (ticket, question) => post({ type: "ask", ticket, question }),
    reenactment,
    policy: policy.gate,
    wantsOpens: start.wantsOpens,
    recorder,
    list: (path) => post({ type: "list", path }),
    onIdle: collectGarbage,
    witnesses,
    onRemoving: (view) => {
      const taken = captureUnasked(view, viewState);
      if (taken !== null) post({ type: "captured", view: view.number, ...taken });
    },
    onCommand: () => {
      // Rollbacks and their like move directories, too.
      policy.gate.forget();
      const message = receiver.take();
      if (message === null) post({ type: "part" });
      else run(table, byView, JSON.parse(new TextDecoder().decode(message)));
    },
  });
  const captures: Captures = new Map();
  const viewState = {
    views,
    session,
    routing: routing?.routing ?? null,
    captures,
    witnesses,
    postCapture: (posted: PostedCapture) => start.captures.postMessage(posted),
  };
  const byView = viewCommands(viewState);
  const table = fsCommands({
    store,
    session,
    routing: routing?.routing ?? null,
    views,
    captures,
    policy,
    handOver: start.handOver,
    open: (view: ViewStart) =>
      openView(view, { store, source: start.source, record, resume: false }),
  });
  const { virtual } = session.context;
  virtual.nodes.beginAfter(start.servers);
  virtual.nodes.setBranches(start.branches, []);
  const inherited = start.resume ? readHandOver(start.handOver) : null;
  if (inherited !== null) virtual.nodes.inherit(inherited);
  post({ ...readiness(opened), routing: routing?.state ?? null });
  session.run();
}

function makeRecorder({ telemetry }: FsStart, stamps: CallerStamps | string): Recorder | null {
  if (telemetry === null) return null;
  const { ring, level } = telemetry;
  return new Recorder(new RingWriter(ring), level, typeof stamps === "string" ? null : stamps);
}

/** Why there are none, for people. */
function loadStamps(): CallerStamps | string {
  const isWithoutBpf = Deno.env.get(WITHOUT_VARIABLE) === "bpf";
  return isWithoutBpf ? `${WITHOUT_VARIABLE}=bpf` : CallerStamps.load();
}

/** Null where the server before did not end by itself. What is taken over once is not there for the next one. */
function readHandOver(path: string): InheritedNodes | null {
  try {
    const inherited = JSON.parse(Deno.readTextFileSync(path));
    Deno.removeSync(path);
    return inherited;
  } catch {
    return null;
  }
}

function makeRouting(
  views: ViewTable,
  { root, strict, sessions, log: path }: RoutingStart,
  resume: boolean,
  reenactment: Reenactment,
  stamps: CallerStamps | string,
): { routing: Routing; callers: CgroupCallers; state: RoutingState } {
  const [loaded, why] = typeof stamps === "string" ? [null, stamps] : [stamps, null];
  const shared = new SharedDirectories(views, new SharedLog(path));
  if (resume) shared.restore(SharedLog.load(path));
  const callers = new CgroupCallers(binaryString(root), loaded);
  const routing = new Routing(
    views,
    shared,
    callers,
    strict,
    new Revisits((path) => post({ type: "revisit", path })),
    reenactment,
    (missed) => post({ type: "missed", missed }),
  );
  // What another server told the kernel was told as is right for these.
  routing.setSessions(sessions);
  return { routing, callers, state: { source: routing.source, why, strict } };
}

function readiness(opened: readonly OpenedView[]) {
  const sum = (of: (view: OpenedView) => number) => opened.reduce((n, view) => n + of(view), 0);
  const nodeIds = opened.flatMap(({ view, nodeIds }) =>
    nodeIds.map((id) => wireNode(view.number, id))
  );
  return {
    type: "ready" as const,
    replayed: sum(({ replayed }) => replayed),
    tornBytes: sum(({ tornBytes }) => tornBytes),
    nodeIds: Float64Array.from(nodeIds),
    lost: sum(({ lost }) => lost),
  };
}

function run(table: FsCommandTable, byView: ViewCommandTable, request: FsRequest): void {
  try {
    const value = "view" in request
      ? (byView[request.command] as (view: number, value: unknown) => unknown)(
        request.view,
        request.value,
      )
      : (table[request.command] as (value: unknown) => unknown)(request.value);
    post({ type: "done", value });
  } catch (error) {
    post({ type: "failed", error: postedError(error) });
  }
}
