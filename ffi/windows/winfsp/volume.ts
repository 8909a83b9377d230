/**
 * A volume of WinFsp's driver: made, served, mounted, stopped. It lives as long as its handle, and goes with the process
 * that has that.
 *
 * @module
 */

import { isSuccess, NtStatus, ntStatus } from "../nt_status.ts";
import { textOfWide, wideString } from "../wide_string.ts";
import type { WinFsp, WinFspCalls } from "./library.ts";
import { NOTIFY_END } from "./notify_info.ts";
import { layVolumeParams, type VolumeParams } from "./volume_params.ts";

/** Disks need no server's name, and may be mounted in a directory. */
const DEVICE = "WinFsp.Disk";

const NAME_UNITS = 256;

/** FSP_FSCTL_MOUNT_DESC. */
const MOUNT = {
  SIZE_OF: 48,
  VOLUME: 0,
  VOLUME_NAME: 8,
  SECURITY: 16,
  MOUNT_POINT: 32,
} as const;

/** A call of WinFsp's failed. */
export class VolumeError extends Error {
  readonly code = "winfsp_failed";

  constructor(call: string, readonly status: number) {
    super(`${call} failed with status 0x${status.toString(16).toUpperCase()}`);
  }
}

function check(call: string, result: number): void {
  const status = ntStatus(result);
  if (!isSuccess(status)) throw new VolumeError(call, status);
}

/** What other threads need to speak of it. */
export interface VolumeHandle {
  readonly handle: bigint;
  /** `\Device\Volume{…}`. */
  readonly name: string;
}

export class Volume implements VolumeHandle {
  readonly #calls: WinFspCalls;
  /** Kept for as long as it is mounted: the library has pointers into them. */
  #mounted: { descriptor: Uint8Array<ArrayBuffer>; parts: ArrayBufferView[] } | null = null;

  /** The last one has ended. */
  #telling: Promise<unknown> = Promise.resolve();

  constructor({ calls }: WinFsp, readonly handle: bigint, readonly name: string) {
    this.#calls = calls;
  }

  /** Makes one. Nobody reaches it before a thread asks for requests. */
  static create(winfsp: WinFsp, params: VolumeParams): Volume {
    const name = new Uint16Array(NAME_UNITS);
    const handle = new BigUint64Array(1);
    const result = winfsp.calls.FspFsctlCreateVolume(
      new Uint8Array(wideString(DEVICE).buffer),
      layVolumeParams(params),
      new Uint8Array(name.buffer),
      BigInt(name.byteLength),
      new Uint8Array(handle.buffer),
    );
    check("FspFsctlCreateVolume", result);
    return new Volume(winfsp, handle[0]!, textOfWide(name));
  }

  /**
   * Shows it: at `X:`, at `*:` (the last letter that is free), or as a folder that does not exist yet. Returns where. Who
   * looks may be answered only by a loop that runs already.
   */
  mount(mountPoint: string, security: Uint8Array<ArrayBuffer> | null): string {
    const point = wideString(mountPoint);
    const name = wideString(this.name);
    const descriptor = new Uint8Array(MOUNT.SIZE_OF);
    const view = new DataView(descriptor.buffer);
    view.setBigUint64(MOUNT.VOLUME, this.handle, true);
    view.setBigUint64(MOUNT.VOLUME_NAME, addressOf(name), true);
    view.setBigUint64(MOUNT.SECURITY, security === null ? 0n : addressOf(security), true);
    view.setBigUint64(MOUNT.MOUNT_POINT, addressOf(point), true);
    check("FspMountSet", this.#calls.FspMountSet(descriptor));
    this.#mounted = { descriptor, parts: [point, name, ...(security === null ? [] : [security])] };
    return textOfWide(point);
  }

  unmount(): void {
    if (this.#mounted === null) return;
    this.#calls.FspMountRemove(this.#mounted.descriptor);
    this.#mounted = null;
  }

  /** Who waits for a request is told that it is over. May be called on any thread. */
  cancel(): void {
    this.#calls.FspFsctlStop0(this.handle);
  }

  /** Nothing of it is served any more. */
  stop(): void {
    this.#calls.FspFsctlStop(this.handle);
  }

  /**
   * Tells who watches, and makes the driver forget what it knows of names, list by list. For a thread that answers no
   * requests: the driver may need answers to take a list. While something is being renamed it is tried again, for `patience`
   * ms. Returns false if that was not enough. Of several tellings at once each waits for the one before: the driver knows no
   * two.
   */
  tell(lists: Iterable<Uint8Array<ArrayBuffer>>, patience = 10_000): Promise<boolean> {
    const told = this.#telling.then(() => this.#tell(lists, patience));
    this.#telling = told.catch(() => {});
    return told;
  }

  async #tell(lists: Iterable<Uint8Array<ArrayBuffer>>, patience: number): Promise<boolean> {
    const deadline = performance.now() + patience;
    while (true) {
      const status = ntStatus(await this.#calls.FspFsctlNotify(this.handle, null, 0n));
      if (isSuccess(status)) break;
      if (status !== NtStatus.CANT_WAIT) throw new VolumeError("FspFsctlNotify", status);
      if (performance.now() > deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    try {
      for (const list of lists) {
        check(
          "FspFsctlNotify",
          await this.#calls.FspFsctlNotify(this.handle, list, BigInt(list.length)),
        );
      }
    } finally {
      await this.#calls.FspFsctlNotify(this.handle, NOTIFY_END, BigInt(NOTIFY_END.length));
    }
    return true;
  }
}

function addressOf(view: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(view));
}
