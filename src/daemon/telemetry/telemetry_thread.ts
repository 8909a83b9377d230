/**
 * The thread that writes down what was done. Nobody waits for it.
 *
 * It waits in poll(2) for all sources, so a message to it comes with a wake. After something came it looks again soon without
 * having asked to be woken: whoever tells of much is not to make a system call for each event.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { monotonicTime } from "../../host/clock.ts";
import { rest } from "../../host/wake.ts";
import { CallTimes } from "../../telemetry/call_times.ts";
import { EventLog } from "../../telemetry/log/event_log.ts";
import type { TelemetryEvent } from "../../telemetry/event.ts";
import { BatchLane } from "../../filters/batch_lane.ts";
import type { FilterHandle } from "../../filters/filter_handle.ts";
import { FilterStage } from "../../filters/filter_stage.ts";
import { OpenLanes } from "../../filters/open_lanes.ts";
import type { Source } from "../../telemetry/source.ts";
import { LogWriter } from "../../telemetry/log/log_writer.ts";
import { tellsOf } from "../../telemetry/level.ts";
import { SourcePoll } from "../../telemetry/source_poll.ts";
import { MountSource } from "../../telemetry/mount_source.ts";
import { ProcessTable } from "../../telemetry/process_table.ts";
import { RUN_MS } from "../../telemetry/write_runs.ts";
import { threadMemory } from "../threads/thread_memory.ts";
import { tolerateFullLog } from "../threads/full_log.ts";
import { loadSources } from "./load_sources.ts";
import type { Sources, SourceSet } from "./source_set.ts";
import type { TelemetryMessage, TelemetryRequest, TelemetryStart } from "./messages.ts";

/** How soon it looks again after something came, or for what is due by then, ms: what waits is not told one by one. */
const NAP_MS = 20;
/** How long what was done in the mount waits at most while more is done, ms: it is in the log half a second after its answer. */
const WAIT_MS = 350;
/** How long filters may take for the last events before it ends, ms. */
const LAST_FILTERS_MS = 500;

/** What is waited for and tells of nothing itself. */
const NO_SOURCE: Source = { name: "agentvfs", fd: -1, take: () => {}, stop: () => {} };

tolerateFullLog();

function post(message: TelemetryMessage): void {
  self.postMessage(message);
}

self.onmessage = async ({ data: start }: MessageEvent<TelemetryStart>) => {
  const early: TelemetryRequest[] = [];
  self.onmessage = ({ data }: MessageEvent<TelemetryRequest>) => early.push(data);
  try {
    const thread = new TelemetryThread(start, await loadSources());
    self.onmessage = ({ data }: MessageEvent<TelemetryRequest>) => thread.receive(data);
    for (const request of early) thread.receive(request);
    post({ type: "ready" });
    await thread.run();
    post({ type: "ended" });
  } catch (error) {
    post({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  }
};

class TelemetryThread {
  readonly #log: EventLog;
  readonly #mount: MountSource;
  readonly #processes: ProcessTable;
  readonly #sources: SourceSet;
  readonly #poll: SourcePoll;
  readonly #posted: Int32Array;
  #received = 0;
  #ended = false;
  #lost = 0;
  readonly #calls = new CallTimes();
  readonly #stage = new FilterStage(
    (event) => this.#log.write(event),
    (count) => this.#say("filter", `${count} events were too many for the filters: none saw them`),
  );
  readonly #lanes = new OpenLanes((memory, wake) => new BatchLane(memory, wake));
  /** Readable when a filter has answered; -1: there is none. */
  #batch = -1;
  #areLinesWanted: boolean;
  /** That the main thread is not told of yet. */
  #lines: string[] = [];
  /** Of other sources: they wait for what was done in the mount before. */
  #others: TelemetryEvent[] = [];
  /** Events since the last look. */
  #told = 0;

  constructor(readonly start: TelemetryStart, sources: Sources) {
    const { ring, directory, choice, mountpoint, posted } = start;
    const writer = new LogWriter(directory, choice.limits);
    this.#log = new EventLog(writer, (line) => this.#noteLine(line));
    this.#areLinesWanted = choice.sinks.length > 0;
    this.#posted = new Int32Array(posted);
    const processes = this.#processes = new ProcessTable(choice.redactsArguments);
    this.#mount = new MountSource(ring, {
      mountpoint,
      processOf: (caller, time) => processes.of(caller, time),
    });
    if (writer.wasCut) {
      this.#say(
        "lost",
        "The server before this one was killed: its last half second may be missing",
      );
    }
    this.#say("source-started", `mount: ${choice.level}`);
    this.#poll = new SourcePoll(start.wake);
    this.#sources = new sources(start, this.#tell);
    this.#listen();
  }

  async run(): Promise<void> {
    while (!this.#ended) {
      if (this.#poll.wait(this.#patience())) rest(this.start.wake);
      this.#told = 0;
      await this.#receiveAll();
      this.#takeAll();
      const now = monotonicTime();
      if (this.#batch >= 0) rest(this.#batch);
      this.#stage.pump(now);
      this.#log.flushDue(now);
      this.#postLines();
    }
    do {
      this.#told = 0;
      this.#takeAll();
    } while (this.#told > 0);
    this.#sources.stop();
    this.#write(Infinity);
    this.#finishFilters();
    this.#say("source-stopped", "mount");
    this.#log.close();
    this.#postLines();
  }

  receive(request: TelemetryRequest): void {
    this.#received++;
    if (request.type === "event") this.#tell(request.event);
    else if (request.type === "filters") this.#setFilters(request);
    else if (request.type === "end") this.#ended = true;
    else if (request.type === "lines") this.#areLinesWanted = request.areWanted;
    else if (request.type === "memory") {
      post({ type: "memory", memory: threadMemory(request.collect, this.#counts) });
    } else if (request.type === "calls") {
      this.#calls.set(request.branch, request.calls, request.time);
    } else if (request.type === "rules") {
      this.#sources.setRules(request.rules);
    } else if (request.type === "directories") {
      this.#sources.directories.set(request.directories);
      this.#listen();
    } else if (request.type === "watch") {
      this.#sources.watch(request.watched);
      this.#listen();
    } else {
      const { sequence, writer: { failure } } = this.#log;
      const sources = this.#sources.states();
      const directories = this.#sources.directories.states();
      const lost = this.#lost;
      post({ type: "status", state: { sources, directories, sequence, lost, failure } });
    }
  }

  /** Of what it keeps for long. */
  get #counts(): Record<string, number> {
    return {
      ...this.#processes.counts,
      indexRows: this.#log.writer.indexRows,
      indexPaths: this.#log.writer.indexPaths,
      writeRuns: this.#mount.writeRuns,
    };
  }

  #noteLine(line: () => string): void {
    if (this.#areLinesWanted) this.#lines.push(line());
  }

  #postLines(): void {
    if (this.#lines.length === 0) return;
    post({ type: "lines", lines: this.#lines });
    this.#lines = [];
  }

  #listen(): void {
    const answers = this.#batch < 0 ? [] : [{ ...NO_SOURCE, fd: this.#batch }];
    this.#poll.sources = [this.#mount, ...this.#sources.all, ...answers];
  }

  /** Those first that tell who the others' processes are. */
  #takeAll(): void {
    this.#sources.take(this.#tell);
    const count = this.#mount.look();
    this.#told += count;
    const now = monotonicTime();
    const mayWait = count > 0 && this.#others.length === 0 && !this.#isWatched &&
      now - this.#mount.waitsSince < WAIT_MS;
    if (!mayWait || this.#mount.isFilling) this.#write(now);
  }

  /** Somebody wants to hear of it at once. */
  get #isWatched(): boolean {
    return this.#areLinesWanted || this.#batch >= 0;
  }

  /** Hands on what was done, in the order in which it was begun, but for what may go on at `now`. */
  #write(now: number): void {
    const others = this.#others.sort((a, b) => a.time - b.time);
    let next = 0;
    const upTo = (time: number) => {
      while (next < others.length && others[next]!.time <= time) this.#pass(others[next++]!);
    };
    this.#mount.take((event) => {
      if (next < others.length) upTo(event.time);
      this.#countLost(event);
      this.#pass(this.#sources.ofSession(event));
    }, this.#mount.isFilling ? Infinity : now);
    upTo(this.#mount.waitsSince);
    this.#others = others.slice(next);
  }

  #countLost({ action, count = 1 }: TelemetryEvent): void {
    if (action === "lost") this.#lost += count;
  }

  #pass(event: TelemetryEvent): void {
    this.#stage.add(this.#calls.placed(event));
  }

  /** How long to wait for sources, ms; -1: for ever. */
  #patience(): number {
    if (this.#told > 0) return NAP_MS;
    if (!this.#mount.sleep()) return 0;
    const now = monotonicTime();
    const soonest = Math.min(this.#mount.waitsSince + RUN_MS, this.#stage.deadline);
    const due = Math.ceil(Math.min(this.#log.dueIn(now), soonest - now));
    const soon = Math.min(Math.max(NAP_MS, due), this.#sources.pollMs);
    return soon === Infinity ? -1 : soon;
  }

  /** What waits for filters still passes them, if they are quick. */
  #finishFilters(): void {
    const end = monotonicTime() + LAST_FILTERS_MS;
    for (let now = 0; (now = monotonicTime()) < end;) {
      this.#stage.pump(now);
      if (this.#stage.deadline === Infinity) break;
      this.#poll.wait(Math.ceil(Math.min(end, this.#stage.deadline) - now));
      rest(this.#batch);
    }
    this.#stage.finish();
  }

  #setFilters({ filters, batch }: { filters: readonly FilterHandle[]; batch: number }): void {
    // What is under way is under way in memory that may go.
    this.#stage.set([]);
    this.#lanes.set(filters);
    this.#stage.set(this.#lanes.all);
    this.#batch = filters.length === 0 ? -1 : batch;
    this.#listen();
    post({ type: "filters" });
  }

  /** Messages come by the event loop, to which this thread returns for them. */
  async #receiveAll(): Promise<void> {
    while (this.#received !== Atomics.load(this.#posted, 0)) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  readonly #tell = (event: TelemetryEvent): void => {
    this.#told++;
    this.#countLost(event);
    if (event.process === undefined) return void this.#others.push(event);
    this.#processes.learn(event);
    const process = this.#processes.complete(event.process);
    if (!this.#isTwice(event)) this.#others.push({ ...event, process });
  };

  /** The mount has told of it itself, and knows more. */
  #isTwice(event: TelemetryEvent): boolean {
    const { provider, action, path } = event;
    if (this.#sources.isTwice(event)) return true;
    if (provider === "agentvfs" || path === undefined) return false;
    const { mountpoint, choice: { level } } = this.start;
    const isBelow = path === mountpoint || path.startsWith(`${mountpoint}/`);
    return isBelow && tellsOf(level, action);
  }

  #say(action: "lost" | "filter" | "source-started" | "source-stopped", message: string): void {
    this.#log.write({ provider: "agentvfs", action, time: monotonicTime(), message });
  }
}
