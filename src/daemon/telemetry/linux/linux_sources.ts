/**
 * The sources of the telemetry thread on Linux: which run, and why others do not.
 *
 * @module
 */

import { isWithin } from "../../../host/mounts.ts";
import { VIRTUAL_NAME } from "../../../mount/virtual/virtual_nodes.ts";
import { NODES_PER_VIEW } from "../../../mount/views.ts";
import { CHANGES, tellsOf } from "../../../telemetry/level.ts";
import { monotonicTime } from "../../../host/clock.ts";
import type { Action, TelemetryEvent } from "../../../telemetry/event.ts";
import { EbpfSource } from "../../../telemetry/linux/ebpf_source.ts";
import { CHANGING_OPEN } from "../../../telemetry/linux/file_calls.ts";
import { FanotifySource } from "../../../telemetry/linux/fanotify_source.ts";
import { LdPreloadSource } from "../../../telemetry/linux/ldpreload_source.ts";
import type { PreloadRules } from "../../../telemetry/preload_rules.ts";
import { RecordSocket } from "../../../telemetry/linux/record_socket.ts";
import { recordSocketPath } from "../../../telemetry/record_socket_path.ts";
import { isToldByMount } from "../../../telemetry/told_by_mount.ts";
import { type Source, SourceError } from "../../../telemetry/source.ts";
import type { OptionalSource, TelemetryChoice } from "../../../telemetry/telemetry_choice.ts";
import { HeldLooks } from "./held_looks.ts";
import { ProcessBranches } from "../process_branches.ts";
import type { SourceSet } from "../source_set.ts";
import { WatchedDirectories } from "./watched_directories.ts";
import type { SourceState, TelemetryStart, Watched } from "../messages.ts";

/** Started by others, where what they watch begins. */
const ELSEWHERE: { readonly [S in OptionalSource]?: string } = {
  seccomp: "agentvfs run --watch starts it, for its program",
  ptrace: "agentvfs telemetry attach PID starts it, for a process",
};

/** O_CREAT and O_TRUNC: such an open does more than fanotify says of it. */
const MAKING_OPEN = 0o1100;

/** How long after it told something a process beside the daemon is taken to be there, ms. */
const HEARD_MS = 60_000;
/** How often what is held back is looked at, ms. */
const HELD_POLL_MS = 20;

const NETWORK: ReadonlySet<Action> = new Set(["connect", "bind", "send"]);

export class Sources implements SourceSet {
  readonly #running = new Map<OptionalSource, Source>();
  readonly #why = new Map<OptionalSource, string>();
  readonly #branches = new ProcessBranches();
  readonly #looks = new HeldLooks();
  /** When those beside the daemon told something last. */
  #heard = -Infinity;
  readonly choice: TelemetryChoice;
  readonly directories: WatchedDirectories;
  /** Where those hand in what they saw that are started elsewhere. */
  #socket: RecordSocket | null = null;
  readonly #mountpoint: string;

  constructor(start: TelemetryStart, readonly tell: (event: TelemetryEvent) => void) {
    const { choice, mountpoint, places } = start;
    this.choice = choice;
    this.#mountpoint = mountpoint;
    this.directories = new WatchedDirectories([mountpoint, places.workspace]);
    try {
      this.#socket = RecordSocket.open(recordSocketPath(start.control));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      for (const name of ["seccomp", "ptrace"] as const) this.#why.set(name, error.message);
    }
    if (this.#isNamed("fanotify")) {
      this.#start("fanotify", () => FanotifySource.start({ mount: mountpoint }));
    }
    this.directories.set(start.directories);
    if (this.#isNamed("ebpf")) this.#ebpf();
    if (this.#isNamed("ldpreload")) {
      const isTold = (event: TelemetryEvent) => isToldByMount(event, places.own, choice.level);
      this.#start(
        "ldpreload",
        () => LdPreloadSource.start({ directory: places.preload, rules: start.rules, isTold }),
      );
    } else {
      removePreload(places.preload);
    }
  }

  get pollMs(): number {
    return Math.min(
      this.#looks.areNone ? Infinity : HELD_POLL_MS,
      ...this.all.map(({ fd, pollMs }) => fd === null ? pollMs! : Infinity),
    );
  }

  get all(): readonly Source[] {
    const others = [this.directories.source, this.#socket];
    return [...this.#running.values(), ...others.filter((source) => source !== null)];
  }

  /** Those tell last who know of a process nothing but its number: by then the others have told who it is. */
  take(tell: (event: TelemetryEvent) => void): void {
    const late: TelemetryEvent[] = [];
    const isLate = ({ name }: Source) => name === "fanotify";
    // They are read first, so that what was done before what they tell of is there to be told.
    for (const source of this.all) if (isLate(source)) source.take((event) => late.push(event));
    const now = monotonicTime();
    this.#looks.add(late, now, (event) => this.#isShared(event, now));
    for (const source of this.all) {
      if (isLate(source)) continue;
      source.take((event) => {
        if (source === this.#socket) this.#heard = now;
        if (this.#isMadeInWatched(event)) this.#looks.claim(event);
        this.#pass(event, tell);
      });
    }
    for (const event of this.#looks.release(now)) this.#pass(event, tell);
  }

  /** What fanotify tells of a process whose opens another source may tell of, too. */
  #isShared(event: TelemetryEvent, now: number): boolean {
    if (!this.#isWatched(event.path)) return false;
    if (now - this.#heard < HEARD_MS) return true;
    const areSeen = this.#running.has("ldpreload") ||
      this.choice.outside && this.#running.has("ebpf");
    return areSeen && this.#branches.of(event) !== undefined;
  }

  /** An open that was made, and may have made the file, or cut it off: whoever tells of it knows more than fanotify. */
  #isMadeInWatched(event: TelemetryEvent): boolean {
    const { action, error, flags = 0, path } = event;
    return action === "open" && error === 0 && (flags & MAKING_OPEN) !== 0 &&
      this.#isWatched(path) && !this.isTwice(event);
  }

  #pass(event: TelemetryEvent, tell: (event: TelemetryEvent) => void): void {
    const named = this.#named(event);
    if (named !== null) tell(named);
  }

  /** With the branch that its process works on, where that is known; null: the mount has told of it. */
  #named(event: TelemetryEvent): TelemetryEvent | null {
    const { path, action } = event;
    const isOfMount = event.provider === "fanotify" && !this.#isWatched(path);
    if (isOfMount) return this.#ofMount(event);
    const work = this.#branches.of(event);
    if (work === undefined) return event;
    const isInView = path !== undefined &&
      [this.#mountpoint, work.place].some((place) => place !== null && isWithin(path, place));
    // To open a file in order to write is no change yet: the mount tells what became of it. What the library has told was looked
    // through already.
    if (
      isInView && event.provider !== "ldpreload" &&
      (action === "open" || tellsOf(this.choice.level, action))
    ) return null;
    const branch = event.branch ?? work.branch;
    return { ...event, branch, ...work.session === null ? {} : { sessionNumber: work.session } };
  }

  /** A file of the mount that another source tells of, with the branch that it is of. */
  #ofMount(event: TelemetryEvent): TelemetryEvent {
    const { path, node } = event;
    if (node === undefined) return event;
    const view = Math.floor(node / NODES_PER_VIEW);
    if (view === 0) return { ...event, view, branch: "main" };
    const work = this.#branches.of(event);
    const place = work?.place ?? this.#mountpoint;
    // Everybody can look at other branches, too, by the paths that are for that.
    const isOwn = work !== undefined && path !== undefined && isWithin(path, place) &&
      !isWithin(path, `${place}/${VIRTUAL_NAME}`);
    return { ...event, view, ...isOwn ? { branch: work.branch } : {} };
  }

  ofSession(event: TelemetryEvent): TelemetryEvent {
    return this.#branches.withSession(event);
  }

  /**
   * fanotify tells of every open in the directories that it watches, if no other knows more of it. The kernel's programs know how
   * things ended: they see all that runs do; of what somebody attached to they see what is of runs and sessions, whose branch is
   * known.
   */
  isTwice({ provider, action, branch, path, error, flags = 0 }: TelemetryEvent): boolean {
    const isPlainOpen = action === "open" && (flags & MAKING_OPEN) === 0;
    const hasOpened = isPlainOpen && (error === 0 || error === undefined);
    if (hasOpened && provider !== "fanotify" && this.#isWatched(path)) return true;
    const ebpf = this.#running.get("ebpf");
    if (!(ebpf instanceof EbpfSource)) return false;
    const isSeen = provider === "seccomp" || provider === "ldpreload" ||
      provider === "ptrace" && branch !== undefined;
    if (!isSeen) return false;
    if (action === "exec" || action === "fork" || action === "exit") return true;
    if (NETWORK.has(action)) return ebpf.whyNoNetwork === null;
    if (!this.choice.outside) return false;
    return CHANGES.includes(action) || action === "open" && (flags & CHANGING_OPEN) !== 0 ||
      action === "source-blind";
  }

  watch(watched: Watched): void {
    // It costs nothing before somebody is watched, and some memory and time to start.
    this.#branches.watch(watched);
    if (!this.#isNamed("ebpf") && this.choice.sources !== "auto") return;
    const source = this.#ebpf();
    if ("pid" in watched) source?.watchProcess(watched.pid);
    else if (watched.branch === null) source?.forgetCgroup(watched.cgroup);
    else source?.watchCgroup(watched.cgroup);
  }

  setRules(rules: PreloadRules): void {
    const source = this.#running.get("ldpreload");
    if (source instanceof LdPreloadSource) source.setRules(rules);
  }

  states(): SourceState[] {
    const state = (name: OptionalSource): SourceState => {
      const running = this.#running.get(name);
      if (running === undefined && name === "fanotify" && this.directories.source !== null) {
        return { name, state: "running", why: "in other directories only" };
      }
      if (running !== undefined) return { name, state: "running", why: missingOf(running) };
      const why = this.#why.get(name);
      if (why !== undefined) return { name, state: "failed", why };
      const elsewhere = ELSEWHERE[name];
      if (elsewhere !== undefined) return { name, state: "waiting", why: elsewhere };
      const isWaiting = name === "ebpf" && this.choice.sources === "auto";
      return isWaiting
        ? { name, state: "waiting", why: "It begins with the first run or session" }
        : { name, state: "off", why: null };
    };
    const others = this.choice.sources === "auto" ? [] : this.choice.sources;
    const names = new Set<OptionalSource>([
      ...["ebpf", "fanotify", "seccomp", "ptrace"] as const,
      ...others,
      ...this.#why.keys(),
    ]);
    return [{ name: "mount", state: "running", why: null }, ...[...names].map(state)];
  }

  stop(): void {
    for (const source of this.#running.values()) source.stop();
    this.#running.clear();
    this.directories.set([]);
    this.#socket?.stop();
  }

  #ebpf(): EbpfSource | null {
    return this.#start("ebpf", () => EbpfSource.start({ files: this.choice.outside }));
  }

  /** Null where it cannot be had: it is tried once. */
  #start<S extends Source>(name: OptionalSource, start: () => S): S | null {
    const running = this.#running.get(name);
    if (running !== undefined) return running as S;
    if (this.#why.has(name)) return null;
    try {
      const source = start();
      this.#running.set(name, source);
      this.#say("source-started", name);
      return source;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (!(error instanceof SourceError)) console.error(`The source ${name} failed: ${why}`);
      this.#why.set(name, why);
      this.#say("source-stopped", `${name}: ${why}`);
      return null;
    }
  }

  #say(action: "source-started" | "source-stopped", message: string): void {
    this.tell({ provider: "agentvfs", action, time: monotonicTime(), message });
  }

  #isWatched(path: string | undefined): boolean {
    return path !== undefined && this.directories.source?.watches(path) === true;
  }

  #isNamed(name: OptionalSource): boolean {
    return this.choice.sources !== "auto" && this.choice.sources.includes(name);
  }
}

/** Runs that begin from now on preload nothing. */
function removePreload(directory: string): void {
  try {
    Deno.removeSync(directory, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** What a source that runs does not tell of here, for people. */
function missingOf(source: Source): string | null {
  if (!(source instanceof EbpfSource) || source.whyNoNetwork === null) return null;
  return `without the network: ${source.whyNoNetwork}`;
}
