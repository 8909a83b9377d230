/**
 * How names of Linux's programs are those of the volume.
 *
 * @module
 */

import { shownName, storedName } from "../../../ffi/windows/names_utf16.ts";

export interface NameRule {
  /** A name in bytes, as Windows has it. */
  toWindows(name: string): string;
  toLinux(name: string): string;
}

/** Any bytes, as WSL has them on a disk of Windows. */
export const LINUX_NAMES: NameRule = { toWindows: shownName, toLinux: storedName };

/** UTF-8, unit by unit: who asks is a system that has Windows' names itself. */
export const WINDOWS_NAMES: NameRule = {
  toWindows: (name) => {
    const bytes = Uint8Array.from(name, (c) => c.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  },
  toLinux: (name) => String.fromCharCode(...new TextEncoder().encode(name)),
};
