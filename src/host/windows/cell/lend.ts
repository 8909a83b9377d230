/**
 * Handles that a child has, too: it takes them from its parent, whose child it has to be. So no other program that is started at
 * that moment has them.
 *
 * @module
 */

import { duplicateFrom } from "../../../../ffi/windows/cell/duplicate.ts";

export function lend<T>(_handles: readonly number[], start: () => T): T {
  return start();
}

export function borrow(handles: readonly number[], parent: number): number[] | null {
  return Deno.ppid === parent ? duplicateFrom(parent, handles) : null;
}
