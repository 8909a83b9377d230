/**
 * Opening the root of a volume, wherever it is mounted. The loop answers that: not for the thread that runs it.
 *
 * @module
 */

import { wideString } from "../wide_string.ts";
import type { VolumeHandle } from "./volume.ts";

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
} as const satisfies Deno.ForeignLibraryInterface;

/** Resolves with a handle. Throws. */
export async function openRoot(
  { name }: Pick<VolumeHandle, "name">,
  access: number,
): Promise<bigint> {
  const { CreateFileW } = Deno.dlopen("kernel32.dll", SYMBOLS).symbols;
  const root = await CreateFileW(
    new Uint8Array(wideString(`\\\\?\\GLOBALROOT${name}\\`).buffer),
    access,
    SHARE_ALL,
    null,
    OPEN_EXISTING,
    BACKUP_SEMANTICS,
    0n,
  );
  if (root === INVALID_HANDLE) throw new Error(`The root of volume ${name} cannot be opened`);
  return root;
}
