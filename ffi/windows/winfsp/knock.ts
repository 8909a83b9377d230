/**
 * Waking the thread that waits for a request: nothing else ends that wait. Another thread has the root of the volume open, and
 * sends a control code of ours to it, which comes as a request.
 *
 * @module
 */

import { KNOCK_CODE } from "./protocol.ts";
import { openRoot } from "./volume_root.ts";
import type { VolumeHandle } from "./volume.ts";

const READ_ATTRIBUTES = 0x80;

const SYMBOLS = {
  DeviceIoControl: {
    parameters: ["u64", "u32", "pointer", "u32", "pointer", "u32", "buffer", "pointer"],
    result: "i32",
    nonblocking: true,
  },
  CloseHandle: { parameters: ["u64"], result: "i32", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;

export class Knock {
  readonly #calls: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

  private constructor(
    calls: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"],
    readonly root: bigint,
  ) {
    this.#calls = calls;
  }

  /** Opens the root: the loop answers that. Not for the thread that runs it. Throws. */
  static async open(volume: Pick<VolumeHandle, "name">): Promise<Knock> {
    const calls = Deno.dlopen("kernel32.dll", SYMBOLS).symbols;
    return new Knock(calls, await openRoot(volume, READ_ATTRIBUTES));
  }

  /** Resolves when the loop has heard it: true; or will not any more. */
  async knock(code: number = KNOCK_CODE): Promise<boolean> {
    const length = new Uint8Array(4);
    const { DeviceIoControl } = this.#calls;
    return await DeviceIoControl(this.root, code, null, 0, null, 0, length, null) !== 0;
  }

  async close(): Promise<void> {
    await this.#calls.CloseHandle(this.root);
  }
}
