/**
 * Flushes to the disk that are under way while their thread does something else.
 *
 * @module
 */

import { DataSyncs } from "../../../ffi/linux/aio.ts";
import { EFD_CLOEXEC, EFD_NONBLOCK, eventfd } from "../../../ffi/linux/descriptor.ts";
import { read } from "../../../ffi/linux/file.ts";
import type { Flush } from "../../tree/journal/group_sync.ts";

export interface Flushes {
  /** Readable when some have ended; negative if there are never any. */
  readonly eventFd: number;
  readonly begin: Flush;
  readonly areUnderWay: boolean;
  /** Tells those who wait for what has ended. */
  tell(): void;
}

export class KernelFlushes implements Flushes {
  readonly eventFd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  readonly #syncs = this.eventFd < 0 ? this.eventFd : DataSyncs.open(this.eventFd);
  readonly #ended = new Map<number, (result: number) => void>();
  readonly #count = new Uint8Array(8);
  #tag = 0;

  /** Where the kernel or a sandbox does not allow it none can be begun, and whoever wants one waits itself. */
  readonly begin: Flush = (fd, ended) => {
    if (!(this.#syncs instanceof DataSyncs)) return false;
    const tag = this.#tag = (this.#tag + 1) >>> 0;
    if (this.#syncs.submit(fd, tag) < 0) return false;
    this.#ended.set(tag, ended);
    return true;
  };

  get areUnderWay(): boolean {
    return this.#ended.size > 0;
  }

  tell(): void {
    if (!(this.#syncs instanceof DataSyncs)) return;
    read(this.eventFd, this.#count);
    this.#syncs.reap((tag, result) => {
      const ended = this.#ended.get(tag)!;
      this.#ended.delete(tag);
      ended(result);
    });
  }
}
