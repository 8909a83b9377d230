/**
 * The mount as a source: reads the ring that the fs thread writes.
 *
 * @module
 */

import { rest } from "../host/wake.ts";
import type { TelemetryEvent } from "./event.ts";
import { readMountRecord } from "./mount_record.ts";
import { type Ring, RingReader } from "./ring.ts";
import type { Source, SourceDescription } from "./source.ts";

export const MOUNT_SOURCE: SourceDescription = {
  name: "mount",
  needs: "nothing",
  sees:
    "each change in the mount, with branch, thread and user; with --telemetry opens also each open(2) and exec",
  misses:
    "reads from the kernel's cache, and which program a page was mapped by that is written later",
  costs: "less than 1 us a change; with opens some 20 us an open(2)",
  denies: "EACCES",
};

/** Records of one {@linkcode MountSource.take}: others have their turn then. */
const MOST = 8192;

export class MountSource implements Source {
  readonly name = "mount";
  readonly fd: number;
  readonly #ring: RingReader;

  /** `mountpoint`: paths are below it, a binary string. `branchOf` names what a view shows. */
  constructor(
    ring: Ring,
    readonly mountpoint: string,
    readonly branchOf: (view: number) => string | undefined,
  ) {
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
    let last = 0;
    this.#ring.read((at) => {
      const event = readMountRecord(view, bytes, at);
      last = event.time;
      tell(this.#placed(event));
    }, MOST);
    const count = this.#ring.takeDropped();
    if (count > 0) tell({ provider: "mount", action: "lost", time: last, count });
  }

  stop(): void {}

  #placed(event: TelemetryEvent): TelemetryEvent {
    const branch = this.branchOf(event.view!);
    const { path, target, action } = event;
    const isPath = action === "rename" || action === "link";
    return {
      ...event,
      ...(branch === undefined ? {} : { branch }),
      ...(path === undefined ? {} : { path: this.#below(path) }),
      ...(target === undefined || !isPath ? {} : { target: this.#below(target) }),
    };
  }

  #below(path: string): string {
    return path === "" ? this.mountpoint : `${this.mountpoint}/${path}`;
  }
}
