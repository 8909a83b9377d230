/**
 * Having the driver write back what it keeps of open files: a flush of the volume's root is one of the whole volume. What
 * programs wrote through mappings comes as requests then, and after that one to flush the volume.
 *
 * @module
 */

import { openRoot } from "./volume_root.ts";
import type { VolumeHandle } from "./volume.ts";

/** Only who may change something may flush. */
const APPEND_DATA = 0x4;

const SYMBOLS = {
  FlushFileBuffers: { parameters: ["u64"], result: "i32", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;

export class VolumeFlush {
  private constructor(
    readonly calls: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"],
    readonly root: bigint,
  ) {}

  /** Not for the thread that answers requests. Throws. */
  static async open(volume: Pick<VolumeHandle, "name">): Promise<VolumeFlush> {
    const calls = Deno.dlopen("kernel32.dll", SYMBOLS).symbols;
    return new VolumeFlush(calls, await openRoot(volume, APPEND_DATA));
  }

  /** Resolves when all that was asked for is answered: with false if not all of it was written. */
  async flush(): Promise<boolean> {
    return await this.calls.FlushFileBuffers(this.root) !== 0;
  }
}
