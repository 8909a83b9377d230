/**
 * The mount as a source: reads the ring that the fs thread writes.
 *
 * Records stay in the ring until they are told of: while much is done they wait, and only who did it is found out at once. So
 * the thread that puts them into words takes no time from a program that is at work, or little.
 *
 * @module
 */

import { monotonicTime } from "../host/clock.ts";
import { TELLS_CALLERS } from "../host/mounts.ts";
import { rest } from "../host/wake.ts";
import type { TelemetryEvent, TelemetryProcess } from "./event.ts";
import { CALLER, type Caller, isCaller, readCaller, RECORD } from "./mount_record.ts";
import { MountRecordReader } from "./mount_record_reader.ts";
import { type Ring, RingReader } from "./ring.ts";
import type { Source, SourceDescription } from "./source.ts";
import { WriteRuns } from "./write_runs.ts";

export const MOUNT_SOURCE: SourceDescription = {
  name: "mount",
  needs: "nothing",
  sees: TELLS_CALLERS
    ? "each change in the mount, with branch, thread and user; with --telemetry opens also each open(2) and exec"
    : "each change in the mount, with branch; with --telemetry opens also each open of a file",
  misses: TELLS_CALLERS
    ? "reads from the kernel's cache, and which program a page was mapped by that is written later"
    : "who did it; reads from the cache of the client, and what that has not written back yet",
  costs: "less than 1 us a change; with opens some 20 us an open(2)",
  denies: "EACCES",
};

/** What a source of records needs to know to make events of them. */
export interface MountNames {
  /** Absolute path, a binary string: what the records tell of is below it. */
  readonly mountpoint: string;
  /** Who a thread is. */
  processOf(caller: Caller, time: number): TelemetryProcess;
}

export class MountSource implements Source {
  readonly name = "mount";
  readonly fd: number;
  readonly #ring: RingReader;
  readonly #records: MountRecordReader;
  readonly #runs: WriteRuns;
  /** Who did what waits in the ring; null: there is nothing to tell of it. */
  #who: (TelemetryProcess | undefined | null)[] = [];
  /** The caller of the record before. */
  #caller: Caller | null = null;
  #waitsSince = Infinity;

  constructor(ring: Ring, readonly names: MountNames) {
    const reader = this.#ring = new RingReader(ring);
    const { view, bytes } = reader;
    this.#records = new MountRecordReader(view, bytes, names.mountpoint);
    this.#runs = new WriteRuns(view, bytes);
    this.fd = ring.eventFd;
  }

  /** When the oldest was done that was looked at and not told, ms; Infinity: there is none. */
  get waitsSince(): number {
    return this.#waitsSince;
  }

  /** True if there may be no room soon for what is to come. */
  get isFilling(): boolean {
    return this.#ring.isFilling;
  }

  /** Runs of writes that go on. */
  get writeRuns(): number {
    return this.#runs.count;
  }

  /** The next record is to make {@linkcode fd} readable. False if there is one already. */
  sleep(): boolean {
    return this.#ring.sleep();
  }

  /** Finds out who did what is new, while they are there; it waits to be taken. Returns how much that was. */
  look(): number {
    rest(this.fd);
    const { view } = this.#ring;
    const before = this.#who.length;
    this.#ring.look((at) => {
      const time = view.getFloat64(at + RECORD.TIME, true);
      if (this.#waitsSince === Infinity) this.#waitsSince = time;
      this.#who.push(this.#whoDid(at, time));
    });
    return this.#who.length - before;
  }

  /** Tells of all there is but for runs of writes that go on at `now`, and what was done after those began. */
  take(tell: (event: TelemetryEvent) => void, now = Infinity): void {
    this.look();
    this.#runs.endDue(now);
    this.#waitsSince = Infinity;
    let taken = 0;
    this.#ring.take((at) => {
      const process = this.#who[taken]!;
      if (process !== null) {
        if (this.#runs.goesOn(at)) {
          this.#waitsSince = this.#ring.view.getFloat64(at + RECORD.TIME, true);
          return false;
        }
        tell(this.#event(at, process));
      }
      taken++;
      return true;
    });
    this.#who = taken === this.#who.length ? [] : this.#who.slice(taken);
    const count = this.#ring.takeDropped();
    if (count > 0) tell({ provider: "mount", action: "lost", time: monotonicTime(), count });
  }

  stop(): void {}

  /** Null: the record is about nothing else, or is told of with another one. */
  #whoDid(at: number, time: number): TelemetryProcess | undefined | null {
    const { view } = this.#ring;
    const process = view.getUint32(at + RECORD.TID, true) === 0
      ? undefined
      : this.names.processOf(this.#callerOf(at), time);
    if (view.getUint8(at + RECORD.ACTION) === CALLER) return null;
    // Who it was found to be is what the next write has to be of.
    if (process?.pid !== undefined) view.setUint32(at + RECORD.PID, process.pid, true);
    return this.#runs.add(at) ? null : process;
  }

  /** Most are of the same few. */
  #callerOf(at: number): Caller {
    const { view, bytes } = this.#ring;
    const known = this.#caller;
    if (known !== null && isCaller(known, view, bytes, at)) return known;
    return this.#caller = readCaller(view, bytes, at);
  }

  #event(at: number, process: TelemetryProcess | undefined): TelemetryEvent {
    const event = this.#records.read(at);
    if (process !== undefined) event.process = process;
    this.#runs.describe(at, event);
    return event;
  }
}
