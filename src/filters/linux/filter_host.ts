/**
 * Keeps a filter's process: starts it, watches it, kills it when it hangs or takes too much memory, starts it again, and gives
 * it up after three such ends. Nobody waits for it: who asks meanwhile gets no answer.
 *
 * @module
 */

import { EFD_CLOEXEC, EFD_NONBLOCK, eventfd } from "../../../ffi/linux/descriptor.ts";
import { ftruncate } from "../../../ffi/linux/file.ts";
import { mapFile, type Mapping } from "../../../ffi/linux/mapping.ts";
import { close } from "../../../ffi/linux/open.ts";
import { processStat } from "../../../ffi/linux/process_stat.ts";
import { memoryFile, setInherited } from "../../../ffi/linux/shared_memory.ts";
import { FilterError } from "../filter.ts";
import type { FilterHandle } from "../filter_handle.ts";
import { SHARED_SIZE, SharedMemory, State, Word } from "../shared_layout.ts";
import { FILTER_SPEC, type FilterChildSpec } from "./filter_child.ts";

export interface FilterHostOptions {
  readonly name: string;
  /** The filter's file; it is read at every start. */
  readonly file: string;
  /** Runs this program: its first arguments. */
  readonly command: readonly [string, ...string[]];
  /** Eventfds that become readable when the filter has answered who waits, and a batch. */
  readonly asked: number;
  readonly batch: number;
  /** Told of everything that happens to it, a sentence each. */
  readonly tell: (message: string) => void;
}

export type FilterState = "starting" | "running" | "disabled" | "stopped";

const LOOK_MS = 100;
const START_DEADLINE_MS = 15_000;
/** It hangs if one turn lasts so long, and it has computed for so long (ticks of 10 ms); or if it lasts very long. */
const HANG_MS = 500;
const HANG_TICKS = 25;
const HANG_ANYHOW_MS = 3_000;
/** Of 4 KiB. The engine has some 100 MiB without any filter. */
const MOST_RESIDENT_PAGES = 100 * 1024;
const STRIKES = 3;
const FORGIVEN_MS = 10 * 60_000;
const FIRST_PAUSE_MS = 100;
/** Failures on events are told at most so often. */
const FAILURE_TOLD_MS = 10_000;

/** The rest of a program's environment is no business of a filter's. */
const ENVIRONMENT = ["HOME", "PATH", "DENO_DIR", "XDG_CACHE_HOME", "DENO_TLS_CA_STORE"];

export class FilterHost {
  state: FilterState = "starting";
  /** Why it is not running, or what went wrong last. */
  trouble: string | null = null;
  failures = 0;
  strikes = 0;
  readonly handle: FilterHandle;
  readonly memory: SharedMemory;
  readonly #mapping: Mapping;
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
    const memory = memoryFile(`agentvfs-filter-${options.name}`);
    const mapping = memory < 0 || ftruncate(memory, SHARED_SIZE) < 0
      ? null
      : mapFile(memory, 0, SHARED_SIZE);
    const wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (mapping === null || wake < 0) {
      throw new FilterError("no_filters_here", "There is no memory to share with a filter");
    }
    this.#mapping = mapping;
    this.memory = new SharedMemory(mapping.bytes);
    this.handle = { name: options.name, memory, wake };
    this.#ready.promise.catch(() => {});
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
    const { memory, wake } = this.handle;
    close(memory);
    close(wake);
  }

  #spawn(): void {
    const { name, file, command: [program, ...args], asked, batch } = this.options;
    const { memory, wake } = this.handle;
    this.memory.forget();
    const spec: FilterChildSpec = {
      name: file,
      file,
      memory,
      wake,
      asked,
      batch,
      parent: Deno.pid,
    };
    const inherited = [memory, wake, asked, batch];
    for (const fd of inherited) setInherited(fd, true);
    try {
      this.#child = new Deno.Command(program, {
        args: [...args, "__filter"],
        cwd: "/",
        clearEnv: true,
        env: { ...environment(), [FILTER_SPEC]: JSON.stringify(spec) },
        stdin: "null",
        stdout: "null",
        stderr: "inherit",
      }).spawn();
    } finally {
      for (const fd of inherited) setInherited(fd, false);
    }
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
      else if (now - this.#startedAt > START_DEADLINE_MS) this.#end("did not start in time");
      return;
    }
    this.#lookForFailures(now);
    if (this.strikes > 0 && now - this.#startedAt > FORGIVEN_MS) this.strikes = 0;
    const number = this.memory.load(Word.TURNS);
    const isNew = number !== this.#turn.number;
    // What does nothing takes no more memory.
    const isIdle = this.memory.load(Word.IDLE) === 1;
    const use = isIdle && !isNew ? null : processStat(this.#child.pid);
    if (use !== null && use.resident > MOST_RESIDENT_PAGES) {
      return this.#end(`took ${use.resident >> 8} MiB of memory`);
    }
    if (isIdle || isNew) {
      this.#turn = { number, since: now, cpu: -1 };
      return;
    }
    if (use === null) return;
    if (this.#turn.cpu < 0) this.#turn.cpu = use.computed;
    const [lasts, computed] = [now - this.#turn.since, use.computed - this.#turn.cpu];
    if (lasts > HANG_ANYHOW_MS || (lasts > HANG_MS && computed > HANG_TICKS)) {
      this.#end(`did not come back from an event for ${Math.round(lasts)} ms`);
    }
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
    const words = this.memory.load(Word.STATE) === State.FAILED ? this.memory.text : null;
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    this.memory.forget();
    this.#failuresTold = { at: -Infinity, count: 0 };
    // What it said of its own file is no accident: it would say it again.
    if (words !== null) return this.#disable(words);
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

  #disable(why: string): void {
    this.state = "disabled";
    // Nobody is to wait for its start.
    this.memory.store(Word.STATE, State.FAILED);
    this.trouble = why;
    clearInterval(this.#timer);
    this.options.tell(`Filter ${this.options.name} is disabled: ${why}`);
    this.#ready.reject(new FilterError("filter_failed", why));
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
