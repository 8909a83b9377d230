/**
 * The thread that answers the kernel. It owns the working trees and blocks in poll(2) from its first message
 * on; commands come through its mailbox.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { binaryString } from "../../../ffi/binary_string.ts";
import { type Callers, Recorder } from "../../mount/recording/recorder.ts";
import { Reenactment } from "../../mount/fuse/reenactment.ts";
import type { InheritedNodes } from "../../mount/virtual/virtual_nodes.ts";
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
import type { FsMessage, FsRequest, FsStart, ViewStart } from "../threads/messages.ts";
import { FsPolicy } from "./fs_policy.ts";
import { knownCallers } from "./known_callers.ts";
import { makeSession } from "./make_session.ts";
import { type OpenedView, type OpenOptions, openView } from "./open_view.ts";
import { ownNames } from "./own_names.ts";
import { policyCallers } from "./policy_callers.ts";
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
    const options = { store, source, record, names: await ownNames(), resume };
    const opened = start.views.map((view) => openView(view, options));
    await serve(start, options, opened);
    post({ type: "unmounted" });
  } catch (error) {
    post({ type: "crashed", error: postedError(error) });
  }
};

async function serve(
  start: FsStart,
  options: OpenOptions,
  opened: readonly OpenedView[],
): Promise<void> {
  const [main, ...others] = opened;
  const views = new ViewTable(
    main!.view,
    (view) => post({ type: "idle", view }),
    (view) => post({ type: "many", view }),
  );
  for (const { view } of others) views.add(view);
  const reenactment = new Reenactment(start.reenactor);
  const { recorded, routing } = await knownCallers(start, {
    views,
    reenactment,
    onRevisit: (path) => post({ type: "revisit", path }),
    onMissed: (missed) => post({ type: "missed", missed }),
  });
  const receiver = new MailboxReceiver(start.mailbox);
  const recorder = makeRecorder(start, recorded);
  const policy = new FsPolicy({
    rules: start.policy,
    who: await policyCallers(),
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
  const session = await makeSession({
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
    store: options.store,
    session,
    routing: routing?.routing ?? null,
    views,
    captures,
    policy,
    handOver: start.handOver,
    branches: start.branches,
    open: (view: ViewStart) => openView(view, { ...options, resume: false }),
  });
  const { virtual } = session.context;
  virtual.nodes.beginAfter(start.servers);
  virtual.nodes.setBranches(start.branches.map(({ name }) => name), []);
  const inherited = start.resume ? readHandOver(start.handOver) : null;
  if (inherited !== null) virtual.nodes.inherit(inherited);
  post({ ...readiness(opened), routing: routing?.state ?? null });
  session.run();
}

function makeRecorder({ telemetry }: FsStart, callers: Callers | null): Recorder | null {
  if (telemetry === null) return null;
  const { ring, level } = telemetry;
  return new Recorder(new RingWriter(ring), level, callers);
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
