/**
 * Waking the thread that waits for a request: nothing else ends that wait. Another thread has the root of the volume open, and
 * sends a control code of ours to it, which comes as a request.
 *
 * @module
 */

import { wideString } from "../wide_string.ts";
import { KNOCK_CODE } from "./protocol.ts";
import type { VolumeHandle } from "./volume.ts";

const READ_ATTRIBUTES = 0x80;
const SHARE_ALL = 7;
const OPEN_EXISTING = 3;
/** Directories are opened only so. */
const BACKUP_SEMANTICS = 0x0200_0000;
const INVALID_HANDLE = 0xffff_ffff_ffff_ffffn;

const SYMBOLS = {
  CreateFileW: {
    parameters: ["buffer", "u32", "u32", "pointer", "u32", "u32", "u64"],
    result: "u64",
    nonblocking: true,
  },
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
  static async open({ name }: Pick<VolumeHandle, "name">): Promise<Knock> {
    const calls = Deno.dlopen("kernel32.dll", SYMBOLS).symbols;
    const path = new Uint8Array(wideString(`\\\\?\\GLOBALROOT${name}\\`).buffer);
    const root = await calls.CreateFileW(
      path,
      READ_ATTRIBUTES,
      SHARE_ALL,
      null,
      OPEN_EXISTING,
      BACKUP_SEMANTICS,
      0n,
    );
    if (root === INVALID_HANDLE) throw new Error(`The root of volume ${name} cannot be opened`);
    return new Knock(calls, root);
  }

  /** Resolves when the loop has heard it: true; or will not any more. */
  async knock(): Promise<boolean> {
    const length = new Uint8Array(4);
    const { DeviceIoControl } = this.#calls;
    return await DeviceIoControl(this.root, KNOCK_CODE, null, 0, null, 0, length, null) !== 0;
  }

  async close(): Promise<void> {
    await this.#calls.CloseHandle(this.root);
  }
}
