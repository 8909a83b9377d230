/**
 * Whether `agentvfs`, typed in a terminal, is this program.
 *
 * @module
 */

import type { Check } from "../check.ts";
import type { Machine } from "../machine.ts";

/** @param own path of the executable that runs; null where it runs from its sources */
export async function otherPrograms(machine: Machine, own: string | null): Promise<Check | null> {
  if (own === null) return null;
  const real = (path: string) => Deno.realPath(machine.place(path)).catch(() => path);
  const self = await real(own);
  for (const path of await machine.programs("agentvfs")) {
    if (await real(path) === self) return null;
    return {
      name: "PATH",
      state: "warn",
      found: `agentvfs is another program there: ${path}; this is ${own}`,
      fix: `Take ${path} away, or put the directory of ${own} before it in PATH`,
    };
  }
  return null;
}
