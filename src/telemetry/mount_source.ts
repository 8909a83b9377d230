/**
 * The mount as a source: reads the ring that the fs thread writes.
 *
 * @module
 */

import { monotonicTime } from "../host/clock.ts";
import { TELLS_CALLERS } from "../host/mounts.ts";
import { rest } from "../host/wake.ts";
import type { TelemetryEvent, TelemetryProcess } from "./event.ts";
import {
  CALLER,
  type Caller,
  type MountEvent,
  readCaller,
  readMountRecord,
  RECORD,
} from "./mount_record.ts";
import { type Ring, RingReader } from "./ring.ts";
import type { Source, SourceDescription } from "./source.ts";

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

/** Records of one {@linkcode MountSource.take}: others have their turn then. */
const MOST = 4096;

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

  constructor(ring: Ring, readonly names: MountNames) {
    this.#ring = new RingReader(ring);
    this.fd = ring.eventFd;
  }

  /** The next record is to make {@linkcode fd} readable. False if there is one already. */
  sleep(): boolean {
    return this.#ring.sleep();
  }

  take(tell: (event: TelemetryEvent) => void): void {
    rest(this.fd);
    const { view, bytes } = this.#ring;
    this.#ring.read((at) => {
      const time = view.getFloat64(at + RECORD.TIME, true);
      const tid = view.getUint32(at + RECORD.TID, true);
      const process = tid === 0
        ? undefined
        : this.names.processOf(readCaller(view, bytes, at), time);
      if (view.getUint8(at + RECORD.ACTION) === CALLER) return;
      const event = readMountRecord(view, bytes, at);
      if (process !== undefined) event.process = process;
      this.#place(event);
      tell(event);
    }, MOST);
    const count = this.#ring.takeDropped();
    if (count > 0) tell({ provider: "mount", action: "lost", time: monotonicTime(), count });
  }

  stop(): void {}

  #place(event: MountEvent): void {
    if (event.path !== undefined) event.path = this.#below(event.path);
    const isPath = event.action === "rename" || event.action === "link";
    if (event.target !== undefined && isPath) event.target = this.#below(event.target);
  }

  #below(path: string): string {
    const { mountpoint } = this.names;
    return path === "" ? mountpoint : `${mountpoint}/${path}`;
  }
}
