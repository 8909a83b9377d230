/**
 * The server process: answers a mount that the keeper made and whose device is its standard input.
 *
 * Its main thread only coordinates. It never touches the mount, and everything that takes time happens in the
 * fs thread or the background thread.
 *
 * @module
 */

import { join } from "node:path";
import { OPCODE_LIMIT } from "../../../ffi/fuse_kernel.ts";
import { DirectoryLister, mappedFlusher } from "../adapter/caches.ts";
import { keptSessions, runCgroupOf } from "../adapter/cgroups.ts";
import { inheritedDevice } from "../adapter/device.ts";
import { isKept, onAskedToEnd, tellReady } from "../adapter/keeper_bond.ts";
import { answerWatch, OUTLIVES_SERVER, rouser, untilMounted } from "../adapter/mount_project.ts";
import { ignoreFileSizeLimit } from "../../host/signals.ts";
import { ControlServer } from "../../control/server.ts";
import { MAIN_VIEW } from "../../mount/views.ts";
import { VIRTUAL_NAME } from "../../mount/virtual/virtual_nodes.ts";
import { BackgroundClient } from "../background/background_client.ts";
import { parseAutoPolicy } from "../automatic/auto_policy.ts";
import { saveAuto } from "../automatic/saved_auto.ts";
import { answer } from "./answer.ts";
import type { Branch } from "../branches/branch.ts";
import { Branches, MAIN } from "../branches/branches.ts";
import { advanceEvent } from "../branches/advance_event.ts";
import { WorkspaceEvents } from "../events/workspace_events.ts";
import { Daemon } from "./daemon.ts";
import { PendingInvalidation } from "../watchers/pending_invalidation.ts";
import { importProject } from "./import_project.ts";
import { abandoned, watchKeeper } from "./keeper_watch.ts";
import { startUpkeep } from "./upkeep.ts";
import { failedTo } from "../threads/failed_to.ts";
import { tellCheckpoint } from "./tell_checkpoint.ts";
import { mainView, sessionViews, viewsTakenOver } from "./first_views.ts";
import { MovesBehind } from "../agents/moves_behind.ts";
import { WorkJournal } from "../agents/work_journal.ts";
import { monotonicTime } from "../../host/clock.ts";
import { Filters } from "../filters/filters.ts";
import { watchedProcesses } from "../branches/watched_processes.ts";
import { FsClient } from "../fs_thread/fs_client.ts";
import { advanceRecord } from "../branches/advance_record.ts";
import { listenToPreload } from "./preload_clients.ts";
import { publishFiles } from "../events/publish_files.ts";
import { eventLogPath } from "../telemetry/event_log_path.ts";
import { startTelemetry } from "../telemetry/start_telemetry.ts";
import { tolerateFullLog } from "../threads/full_log.ts";
import { ImportState } from "../background/import_state.ts";
import { mountGeneration } from "./mount_generation.ts";
import { KnownReenactors } from "../watchers/known_reenactors.ts";
import { Watchers } from "../watchers/watchers.ts";
import { Word } from "../../mount/reenactor_memory.ts";
import {
  CRASH_REPORT_VARIABLE,
  EXIT_REFUSED,
  EXIT_REPLACE,
  EXIT_RESTART,
  KEEPER_VARIABLE,
  LESS_VARIABLE,
  RESTARTS_VARIABLE,
} from "../keeper/restart.ts";
import { asksForOpens } from "../../telemetry/level.ts";
import { policyText, wantsOpens } from "../methods/policy_methods.ts";
import { loadPolicy } from "../workspaces/saved_policy.ts";
import { type DaemonConfig, WorkspaceError } from "../workspaces/workspace.ts";
import { canResend } from "../../mount/fuse/init.ts";
import type { ServedSessions } from "../adapter/linux_cgroups.ts";
import { processId } from "../../host/processes.ts";
import { RunSessions } from "../branches/run_sessions.ts";
import { Authority } from "../branches/authority.ts";
import { onUncaught } from "../threads/uncaught.ts";
import { ViewRegistry } from "../branches/view_registry.ts";

/** Longest time the threads may take to end, ms. */
const CLOSE_DEADLINE_MS = 5_000;
const REPLACE_DEADLINE_MS = 500;

/**
 * Serves until the file system is unmounted, or another server is to take over. Resolves with the exit code.
 *
 * Whatever goes wrong in it is this server's death, after which the keeper starts another one; but for what another one
 * would meet, too.
 *
 * @param tell says of an error why nothing is served; returns the error's exit code
 */
export async function runServer(
  config: DaemonConfig,
  tell: (error: unknown) => number,
): Promise<number> {
  tolerateFullLog();
  onUncaught(die);
  try {
    return await serve(config);
  } catch (error) {
    return isRefusal(error) ? EXIT_REFUSED + tell(error) : die(error);
  }
}

/** What is left to be done once the file system is gone is not worth another server. */
let exitOfUncaught = EXIT_RESTART;

function die(error: unknown): never {
  console.error(`The server failed: ${error instanceof Error ? error.stack : error}`);
  Deno.exit(exitOfUncaught);
}

/** Another server would end for the same reason: it is told to whoever wanted the mount. */
function isRefusal(error: unknown): boolean {
  const { code = "internal" } = (error ?? {}) as { code?: unknown };
  return isFirst() ? typeof code === "string" && code !== "internal" : code === NO_RESEND;
}

/** True if no server was on this mount before. */
function isFirst(): boolean {
  return Deno.env.get(RESTARTS_VARIABLE) === undefined;
}

/** True if nobody has anything of the mount yet: it is another server's no more. */
function isNewMount(): boolean {
  return isFirst() || !OUTLIVES_SERVER;
}

async function serve(config: DaemonConfig): Promise<number> {
  const keeperPid = Number(Deno.env.get(KEEPER_VARIABLE));
  const keeper = processId(keeperPid) ?? { pid: keeperPid, started: 0 };
  if (!isKept(keeper)) return await abandoned(config.mount);
  // A keeper of an older version did not do so.
  ignoreFileSizeLimit();
  // The children of this process must not inherit the device.
  const fuseFd = inheritedDevice(config);
  const channel = new MessageChannel();
  const counters = new SharedArrayBuffer(4 * OPCODE_LIMIT);
  const imported = new ImportState();
  const { source, store } = config;
  const background = await BackgroundClient.start(
    { source, mount: config.mount, store, fuseFd, captures: channel.port2 },
    (counts) => imported.progress(counts),
  );
  background.failed.catch(die);
  const saved = await background.call("branch", MAIN);
  const hash = await background.call("hashBackend", null);
  const daemon = Promise.withResolvers<Daemon>();
  const withLess = Deno.env.get(LESS_VARIABLE) !== undefined;
  const registry = ViewRegistry.begin(store, keeper, { isFirst: isNewMount(), withLess });
  const invalidation = new PendingInvalidation(registry.directory, config.version);
  const states = await background.call("branches", null);
  const others = await viewsTakenOver(registry, states, background, store);
  const sessions = config.routing === "none" ? null : cgroupSessions(registry);
  let branches: Branches | null = null;
  const reenactors = new KnownReenactors(registry.directory);
  const reenactor = new SharedArrayBuffer(4 * Word.COUNT);
  const lister = new DirectoryLister(config.mount);
  const policy = loadPolicy(config.workspace);
  const telemetry = startTelemetry(config, policy?.text ?? "");
  const filters: Filters = new Filters({
    directory: join(config.workspace, "filters"),
    tell: (filter, message) => {
      console.log(message);
      const about = { provider: "agentvfs", action: "filter", time: monotonicTime() } as const;
      telemetry?.client.tell({ ...about, message, extra: { filter } });
    },
    onChange: (handles) => {
      if (handles.length > 0) answers?.begin();
      return Promise.all([
        fs.call("filters", handles),
        telemetry?.client.filters(handles, filters.batch.hears),
      ]);
    },
  });
  const answers = answerWatch(filters.asked.hears);
  const { client: fs, ready } = await FsClient.start({
    start: {
      policy: policyText(policy),
      mountpoint: config.mount,
      redactsArguments: config.telemetry.redactsArguments,
      filtersFd: filters.asked.hears,
      answers: answers?.share ?? null,
      wantsOpens: wantsOpens(policy) || asksForOpens(config.telemetry.level),
      fuseFd,
      counters,
      source,
      store,
      views: [mainView(saved, store), ...others],
      handOver: `${registry.directory}/ctl.json`,
      branches: states.map(({ name, parent }) => ({ name, parent })),
      routing: sessions === null ? null : {
        root: sessions.root,
        strict: config.routing === "strict",
        sessions: sessionViews(sessions, registry),
        log: `${registry.directory}/shared`,
      },
      resume: registry.isTakenOver,
      servers: Number(Deno.env.get(RESTARTS_VARIABLE) ?? 0),
      generation: mountGeneration(keeperPid),
      keepAwake: config.keepAwake,
      reenactor,
      pastReenactors: reenactors.past,
      telemetry: telemetry === null
        ? null
        : { level: config.telemetry.level, ring: telemetry.ring },
      captures: channel.port1,
    },
    rouse: rouser(),
    onAsk: async (question) => answer(await daemon.promise, question),
    onList: (path) => lister.list(path),
    onRevisit: (path) => lister.visit(path),
    onStale: (node) => {
      const data = { parents: [], names: [], removed: [], data: [node], attributes: [] };
      void background.call("notify", data).catch(failedTo("make the kernel forget a page"));
    },
    onIdle: (view) => void branches?.closeIdle(view).catch(failedTo("close a view")),
    onMany: (view) =>
      void fs.callView(view, "oldest", null)
        .then((nodeIds) => background.call("prune", nodeIds))
        .catch(failedTo("make the kernel forget")),
    onCaptured: (view, taken) => served.captured(view, taken),
  });
  const { replayed, tornBytes, lost, nodeIds } = ready;
  if (replayed > 1 + others.length) console.log(`Recovered ${replayed} journal records`);
  if (tornBytes > 0) console.log(`The journal ended in ${tornBytes} bytes, never answered`);
  fs.ended.catch(die);
  if (isNewMount()) await untilMounted(config.mount);
  // Before anything is answered: rules may ask them.
  await filters.begin();
  if (!isNewMount()) {
    const { connection } = await fs.callView(MAIN_VIEW, "state", null);
    if (connection !== null && !canResend(connection)) throw cannotTakeOver(config);
    console.log(`Took over ${nodeIds.length - lost} nodes; ${lost} stand for nothing any more`);
    // In this order: the one request that may have been carried out comes before any that follow it.
    await background.call("requestResend", null);
    await fs.call("resume", null);
    const isKnown = invalidation.isNone && lost === 0 && !withLess;
    await background.call(isKnown ? "invalidateContents" : "invalidateAll", nodeIds);
  }
  invalidation.allTold();

  const flush = mappedFlusher(config.mount, () => fs.call("drain", null));
  let control: ControlServer | null = null;
  let replaced = false;
  const { mount } = config;
  const watchers = new Watchers({
    mount,
    areTold: config.events,
    fs,
    background,
    invalidation,
    memory: reenactor,
    remember: (thread) => reenactors.add(thread),
    rootOf: (branch) => branch === MAIN ? "" : `${VIRTUAL_NAME}/branches/${branch}`,
  });
  const journal = WorkJournal.open(join(config.workspace, "agents.jsonl"));
  const moves = new MovesBehind(background, journal);
  const onMoved = moves.moved.bind(moves);
  const events = new WorkspaceEvents();
  if (telemetry !== null) publishFiles(events, telemetry.client);
  const onOpen = async (branch: Branch) => await (await daemon.promise).auto.opened(branch);
  branches = new Branches({
    ...{ fs, background, invalidation, registry, store, mount, flush, watchers, onMoved, onOpen },
    onAdvanced: (advance) => {
      events.publish(advanceEvent(advance));
      telemetry?.client.tell(advanceRecord(advance));
      void tellCheckpoint(background, advance).catch(failedTo("tell of a checkpoint"));
    },
  });
  if (isFirst() && config.auto) saveAuto(config.workspace, parseAutoPolicy(config.auto));
  const runs = new RunSessions(`${registry.directory}/runs.json`);
  const authority = new Authority({
    onRun: async (pid, branch) => {
      const cgroup = runCgroupOf(pid);
      const work = { branch, place: source, session: pid };
      await telemetry?.client.watch(cgroup === null ? { pid, ...work } : { cgroup, ...work });
    },
    sessions,
    runs,
    branch: async (name) => (await daemon.promise).openBranch(name),
    nameOf: (number) => branches!.nameOfNumber(number),
  });
  const served = new Daemon({
    authority,
    sessions,
    filters,
    moves,
    journal,
    policy,
    events,
    routing: ready.routing,
    config,
    keeper,
    restarts: Number(Deno.env.get(RESTARTS_VARIABLE) ?? 0),
    crashReport: Deno.env.get(CRASH_REPORT_VARIABLE) ?? null,
    replace: () => {
      replaced = true;
      // The mount is served while the answers under way reach their clients.
      Promise.resolve(control?.close()).catch(failedTo("close the control socket"))
        .finally(() => fs.end());
    },
    fs,
    background,
    invalidation,
    imported,
    lister,
    watchers,
    telemetry: telemetry?.client ?? null,
    hash,
    counters: new Uint32Array(counters),
    branches,
  });
  daemon.resolve(served);
  const preload = telemetry === null ? null : await listenToPreload(config, {
    tell: (event) => telemetry.client.tell(event),
    judge: (path, operation) => served.judge(path, operation),
  });
  if (saved !== null && saved.head !== null) {
    const head = await background.call("commitInfo", saved.head);
    await branches.begin({ ...saved, head }, registry.open);
    const { entries, size } = saved.snapshot.root;
    imported.progress({ files: entries, directories: 0, bytes: size });
    imported.finish();
  } else {
    const begun = branches;
    void importProject(fs, background, invalidation, imported, config.workspace)
      .then(async (position) => {
        await begun.begin(position, []);
        imported.finish();
      }).catch((error) => imported.failed(error));
  }
  if (!isKept(keeper)) return await abandoned(config.mount);
  control = await ControlServer.listen(served.service, config.socket, {
    takeOver: !isFirst(),
    serviceFor: (peers, begin) => {
      const callers = peers.map(({ pid }) => pid);
      return served.telling(authority.serviceFor(served.serviceFor(callers, begin), peers));
    },
  });
  tellReady(config, keeperPid);
  void background.call("indexEvents", eventLogPath(config.workspace))
    .catch(failedTo("index the log of events"));
  onAskedToEnd("server", () => fs.end());
  watchKeeper(keeper, config.mount, fs);
  for (const watched of watchedProcesses(sessions, runs, branches, source)) {
    void telemetry?.client.watch(watched);
  }
  const upkeep = startUpkeep(served, config);
  await fs.ended;
  upkeep?.end();
  exitOfUncaught = replaced ? EXIT_REPLACE : 0;
  // What was answered is in the journal, so a thread that does not end in time loses nothing.
  const closed = control.close().then(() => background.call("close", null))
    .then(() => telemetry?.client.end()).then(() => filters.end());
  preload?.end();
  // While one server ends and the next is not there, programs in the mount wait.
  const deadline = replaced ? REPLACE_DEADLINE_MS : CLOSE_DEADLINE_MS;
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, deadline))]);
  fs.terminate();
  background.terminate();
  return replaced ? EXIT_REPLACE : 0;
}

const NO_RESEND = "no_resend";

/** Requests that the last server had are lost: whoever waits for one gets an error once the mount is gone. */
function cannotTakeOver({ mount }: DaemonConfig): WorkspaceError {
  const message =
    `Cannot take over ${mount}: this kernel does not send again what was not answered`;
  return new WorkspaceError(NO_RESEND, 4, message, {
    hint: "It is unmounted with everything that was written; agentvfs quickstart mounts it again",
  });
}

function cgroupSessions(registry: ViewRegistry): ServedSessions {
  const sessions = keptSessions(`${registry.directory}/sessions.json`);
  if (sessions !== null) return sessions;
  const message = "Cannot route by cgroup: no hierarchy of version 2 is mounted";
  throw new WorkspaceError("no_cgroups", 4, message, {
    hint: "Mount one: mount -t cgroup2 none /sys/fs/cgroup/unified; or leave out --cgroups",
  });
}
