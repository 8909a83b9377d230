/**
 * Keeps a filter's process: starts it, watches it, kills it when it hangs or takes too much memory, starts it again, and gives
 * it up after three such ends. Nobody waits for it: who asks meanwhile gets no answer.
 *
 * @module
 */

import { type Bell, closeBell, createBell } from "../host/cell/bell.ts";
import { lend } from "../host/cell/lend.ts";
import { createLock } from "../host/cell/lock.ts";
import { processUse } from "../host/cell/process_use.ts";
import { createShared, mapShared } from "../host/cell/shared_memory.ts";
import { close } from "../host/files.ts";
import type { Mapping } from "../host/mapping.ts";
import { FilterError } from "./filter.ts";
import type { FilterHandle } from "./filter_handle.ts";
import { FILTER_SPEC, type FilterSpec, type LentToFilter } from "./filter_spec.ts";
import { SHARED_SIZE, SharedMemory, State, Word } from "./shared_layout.ts";

export interface FilterHostOptions {
  readonly name: string;
  /** The filter's file; it is read at every start. */
  readonly file: string;
  /** Runs this program: its first arguments. */
  readonly command: readonly [string, ...string[]];
  /** The sides of bells that it rings when it has answered who waits, and a batch. */
  readonly asked: number;
  readonly batch: number;
  /** Told of everything that happens to it, a sentence each. */
  readonly tell: (message: string) => void;
}

export type FilterState = "starting" | "running" | "disabled" | "stopped";

const LOOK_MS = 100;
/** It does not start if that takes so much computing; or very long, as where a machine has much else to do. */
const START_COMPUTED_MS = 15_000;
const START_ANYHOW_MS = 120_000;
/** It hangs if one turn lasts so long, and it has computed for so long; or if it lasts very long. */
const HANG_MS = 500;
const HANG_COMPUTED_MS = 250;
const HANG_ANYHOW_MS = 3_000;
const MIB = 1024 * 1024;
/** The engine has some 100 MiB without any filter. */
const MOST_RESIDENT = 400 * MIB;
const STRIKES = 3;
const FORGIVEN_MS = 10 * 60_000;
const FIRST_PAUSE_MS = 100;
/** Failures on events are told at most so often. */
const FAILURE_TOLD_MS = 10_000;

/** The rest of a program's environment is no business of a filter's. */
const ENVIRONMENT = [
  ...["HOME", "PATH", "DENO_DIR", "XDG_CACHE_HOME", "DENO_TLS_CA_STORE"],
  // Windows' own libraries look for these.
  ...["SYSTEMROOT", "SYSTEMDRIVE", "TEMP", "USERPROFILE", "LOCALAPPDATA"],
];

export class FilterHost {
  state: FilterState = "starting";
  /** Why it is not running, or what went wrong last. */
  trouble: string | null = null;
  failures = 0;
  strikes = 0;
  readonly handle: FilterHandle;
  readonly memory: SharedMemory;
  readonly #mapping: Mapping;
  readonly #wake: Bell;
  /** What locks it in, where the parent keeps something for that. */
  #lock: number;
  #child: Deno.ChildProcess | null = null;
  #startedAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #turn = { number: -1, since: 0, cpu: 0 };
  #failuresTold = { at: -Infinity, count: 0 };
  #ready = Promise.withResolvers<void>();
  #over: Promise<void> = Promise.resolve();
  #reason: string | null = null;

  /** Throws {@linkcode FilterError} where there is no memory to share. */
  constructor(readonly options: FilterHostOptions) {
    const memory = createShared(`agentvfs-filter-${options.name}`, SHARED_SIZE);
    const mapping = memory < 0 ? null : mapShared(memory, SHARED_SIZE);
    const wake = createBell();
    const lock = createLock();
    if (mapping === null || wake === null || lock === null) {
      throw new FilterError(
        "no_filters_here",
        "There is nothing to share with a filter, or to lock it in with",
      );
    }
    this.#mapping = mapping;
    this.#wake = wake;
    this.#lock = lock;
    this.memory = new SharedMemory(mapping.bytes);
    this.handle = { name: options.name, memory, wake: wake.rings };
    this.#ready.promise.catch(() => {});
  }

  /** CPU time of its process, ms; 0: there is none. */
  get computedMs(): number {
    return this.#child === null ? 0 : processUse(this.#child.pid)?.computedMs ?? 0;
  }

  /** Starts it; resolves when it answers. Rejects with {@linkcode FilterError} if it cannot, or will not. */
  start(): Promise<void> {
    this.#spawn();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    return this.#ready.promise;
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    if (this.state === "stopped") return;
    this.state = "stopped";
    clearInterval(this.#timer);
    this.#ready.reject(new FilterError("filter_failed", `Filter ${this.options.name} was removed`));
    this.#kill();
    await this.#over;
    this.memory.forget();
    this.#mapping.unmap();
    close(this.handle.memory);
    closeBell(this.#wake);
    if (this.#lock >= 0) close(this.#lock);
    this.#lock = -1;
  }

  #spawn(): void {
    const { name, file, command: [program, ...args], asked, batch } = this.options;
    this.memory.forget();
    const lent: LentToFilter = [this.handle.memory, this.#wake.hears, asked, batch, this.#lock];
    const spec: FilterSpec = { name: file, file, lent, parent: Deno.pid };
    const command = new Deno.Command(program, {
      args: [...args, "__filter"],
      cwd: "/",
      clearEnv: true,
      env: { ...environment(), [FILTER_SPEC]: JSON.stringify(spec) },
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    });
    this.#child = lend(lent, () => command.spawn());
    this.state = "starting";
    this.#startedAt = performance.now();
    this.#turn = { number: -1, since: this.#startedAt, cpu: 0 };
    this.#over = this.#child.status.then((status) => this.#ended(name, status));
  }

  #look(): void {
    const now = performance.now();
    const state = this.memory.load(Word.STATE);
    if (this.#child === null) return;
    if (this.state === "starting") {
      if (state === State.READY) this.#isReady();
      else if (this.#isStuck(now)) this.#end("did not start in time");
      return;
    }
    this.#lookForFailures(now);
    if (this.strikes > 0 && now - this.#startedAt > FORGIVEN_MS) this.strikes = 0;
    const number = this.memory.load(Word.TURNS);
    const isNew = number !== this.#turn.number;
    // What does nothing takes no more memory.
    const isIdle = this.memory.load(Word.IDLE) === 1;
    const use = isIdle && !isNew ? null : processUse(this.#child.pid);
    if (use !== null && use.resident > MOST_RESIDENT) {
      return this.#end(`took ${Math.floor(use.resident / MIB)} MiB of memory`);
    }
    if (isIdle || isNew) {
      this.#turn = { number, since: now, cpu: -1 };
      return;
    }
    if (use === null) return;
    if (this.#turn.cpu < 0) this.#turn.cpu = use.computedMs;
    const [lasts, computed] = [now - this.#turn.since, use.computedMs - this.#turn.cpu];
    if (lasts > HANG_ANYHOW_MS || (lasts > HANG_MS && computed > HANG_COMPUTED_MS)) {
      this.#end(`did not come back from an event for ${Math.round(lasts)} ms`);
    }
  }

  /** While it starts. */
  #isStuck(now: number): boolean {
    return this.computedMs > START_COMPUTED_MS || now - this.#startedAt > START_ANYHOW_MS;
  }

  #isReady(): void {
    this.state = "running";
    this.trouble = null;
    this.#ready.resolve();
    this.options.tell(`Filter ${this.options.name} runs`);
  }

  #lookForFailures(now: number): void {
    const count = this.memory.load(Word.FAILURES);
    const { at, count: told } = this.#failuresTold;
    if (count <= told || now - at < FAILURE_TOLD_MS) return;
    this.failures += count - told;
    this.#failuresTold = { at: now, count };
    this.trouble = this.memory.text;
    this.options.tell(
      `Filter ${this.options.name} failed on ${count - told} events: ${this.memory.text}`,
    );
  }

  #end(reason: string): void {
    this.#reason = reason;
    this.#kill();
  }

  #kill(): void {
    try {
      this.#child?.kill("SIGKILL");
    } catch {
      // It is over already.
    }
  }

  #ended(name: string, { code, signal }: Deno.CommandStatus): void {
    this.#child = null;
    if (this.state === "stopped") return;
    const state = this.memory.load(Word.STATE);
    const words = state === State.READY || state === State.STARTING ? null : this.memory.text;
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    this.memory.forget();
    this.#failuresTold = { at: -Infinity, count: 0 };
    // What it said of its own file is no accident: it would say it again.
    if (words !== null) {
      return this.#disable(words, state === State.UNLOCKED ? "no_filters_here" : "filter_failed");
    }
    this.strikes++;
    const reason = this.#reason === null ? `ended ${how}` : `${this.#reason} and was killed`;
    this.#reason = null;
    this.trouble = `Filter ${name} ${reason}`;
    if (this.strikes >= STRIKES) return this.#disable(`it ${reason}, ${STRIKES} times in all`);
    this.options.tell(`${this.trouble}; it starts again`);
    this.state = "starting";
    const pause = setTimeout(() => {
      if (this.state === "starting") this.#spawn();
    }, FIRST_PAUSE_MS * 2 ** (this.strikes - 1));
    Deno.unrefTimer(pause);
  }

  #disable(why: string, code: FilterError["code"] = "filter_failed"): void {
    this.state = "disabled";
    // Nobody is to wait for its start.
    this.memory.store(Word.STATE, State.FAILED);
    this.trouble = why;
    clearInterval(this.#timer);
    this.options.tell(`Filter ${this.options.name} is disabled: ${why}`);
    this.#ready.reject(new FilterError(code, why));
  }
}

function environment(): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of ENVIRONMENT) {
    const value = Deno.env.get(name);
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
