/**
 * The telemetry thread, as the server's main thread sees it. Where it fails the mount goes on, and so does the server: a line
 * in the daemon's log says so.
 *
 * @module
 */

import type { ThreadMemory } from "../../control/service/daemon.ts";
import { monotonicTime } from "../../host/clock.ts";
import { createWake, wake } from "../../host/wake.ts";
import { failureCode } from "../../host/failure.ts";
import type { FilterHandle } from "../../filters/filter_handle.ts";
import type { OpenCall } from "../../telemetry/call_times.ts";
import type { TelemetryEvent } from "../../telemetry/event.ts";
import type { PreloadRules } from "../../telemetry/preload_rules.ts";
import { onWorkerFailure } from "../threads/worker_failure.ts";
import type {
  TelemetryMessage,
  TelemetryRequest,
  TelemetryStart,
  TelemetryState,
  Watched,
} from "./messages.ts";

/** Longest time that its end is waited for, ms. */
const END_DEADLINE_MS = 2_000;

export class TelemetryClient {
  readonly #worker: Worker;
  readonly #wake: number;
  readonly #posted = new SharedArrayBuffer(4);
  readonly #ended = Promise.withResolvers<void>();
  #questions: ((state: TelemetryState | null) => void)[] = [];
  #memories: ((memory: ThreadMemory | null) => void)[] = [];
  #filtersSet: (() => void)[] = [];
  readonly #followers = new Set<(lines: readonly string[]) => void>();
  /** Called at the end, when the last lines were told. */
  readonly closers: (() => Promise<void>)[] = [];
  /** Why it does not run any more; null: it does. */
  failure: string | null = null;

  constructor(start: Omit<TelemetryStart, "wake" | "posted">) {
    this.#wake = createWake();
    if (this.#wake < 0) throw new Error(`Cannot create a wake: ${failureCode(this.#wake)}`);
    this.#worker = new Worker(new URL("./telemetry_thread.ts", import.meta.url), {
      type: "module",
    });
    this.#worker.onmessage = ({ data }: MessageEvent<TelemetryMessage>) => this.#receive(data);
    onWorkerFailure(this.#worker, "telemetry", ({ message }) => this.#fail(message));
    this.#worker.postMessage({ ...start, wake: this.#wake, posted: this.#posted });
  }

  /** Who follows is told of each line of the log from now on. Returns what ends that. */
  follow(follower: (lines: readonly string[]) => void): () => void {
    this.#followers.add(follower);
    this.#post({ type: "lines", areWanted: true });
    return () => {
      this.#followers.delete(follower);
      if (this.#followers.size === 0) this.#post({ type: "lines", areWanted: false });
    };
  }

  tell(event: TelemetryEvent): void {
    this.#post({ type: "event", event });
  }

  /** These calls are under way in a branch from now on. */
  calls(branch: string, calls: readonly OpenCall[]): void {
    this.#post({ type: "calls", branch, calls, time: monotonicTime() });
  }

  /** Programs hold to these rules outside the mount. Resolves when they do. */
  async rules(rules: PreloadRules): Promise<void> {
    this.#post({ type: "rules", rules });
    await this.state();
  }

  /** These directories outside the mount are watched, and no others. Null where the thread has failed. */
  directories(directories: readonly string[]): Promise<TelemetryState | null> {
    this.#post({ type: "directories", directories });
    return this.state();
  }

  /** What these processes do is to be told, and what they start. Resolves when it is. */
  async watch(watched: Watched): Promise<void> {
    this.#post({ type: "watch", watched });
    // Messages are taken in order.
    await this.state();
  }

  /** Events pass these filters from now on. Resolves when no other is used any more. */
  filters(filters: readonly FilterHandle[], batch: number): Promise<void> {
    if (this.failure !== null) return Promise.resolve();
    const done = new Promise<void>((resolve) => this.#filtersSet.push(resolve));
    this.#post({ type: "filters", filters, batch });
    return done;
  }

  /** Null where the thread has failed. */
  state(): Promise<TelemetryState | null> {
    if (this.failure !== null) return Promise.resolve(null);
    const answer = new Promise<TelemetryState | null>((resolve) => this.#questions.push(resolve));
    this.#post({ type: "status" });
    return answer;
  }

  /** What the thread holds in memory; null where it has failed. */
  memory(collect: boolean): Promise<ThreadMemory | null> {
    if (this.failure !== null) return Promise.resolve(null);
    const answer = new Promise<ThreadMemory | null>((resolve) => this.#memories.push(resolve));
    this.#post({ type: "memory", collect });
    return answer;
  }

  /** Writes what there is and ends. Resolves within a deadline. */
  async end(): Promise<void> {
    this.#post({ type: "end" });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise((resolve) => timer = setTimeout(resolve, END_DEADLINE_MS));
    await Promise.race([this.#ended.promise, late]);
    await Promise.race([Promise.all(this.closers.map((close) => close())), late]);
    clearTimeout(timer);
    this.#worker.terminate();
  }

  #post(request: TelemetryRequest): void {
    if (this.failure !== null) return;
    this.#worker.postMessage(request);
    Atomics.add(new Int32Array(this.#posted), 0, 1);
    wake(this.#wake);
  }

  #receive(message: TelemetryMessage): void {
    if (message.type === "failed") this.#fail(message.message);
    else if (message.type === "lines") {
      for (const follower of this.#followers) follower(message.lines);
    } else if (message.type === "ended") this.#end();
    else if (message.type === "filters") this.#filtersSet.shift()?.();
    else if (message.type === "memory") this.#memories.shift()?.(message.memory);
    else if (message.type === "status") this.#questions.shift()?.(message.state);
  }

  #end(): void {
    for (const done of this.#filtersSet.splice(0)) done();
    this.#ended.resolve();
  }

  #fail(message: string): void {
    if (this.failure !== null) return;
    this.failure = message;
    console.error(`Nothing is written to the log of events any more: ${message}`);
    for (const answer of this.#questions.splice(0)) answer(null);
    for (const answer of this.#memories.splice(0)) answer(null);
    this.#end();
  }
}
