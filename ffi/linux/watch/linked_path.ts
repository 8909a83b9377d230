/**
 * Where a link of /proc leads to: of an open file, a program, a working directory.
 *
 * @module
 */

import { displayString } from "../../binary_string.ts";
import { readLink } from "./read_link.ts";

/** What the kernel puts behind the path of what has lost that name. */
const DELETED = " (deleted)";

/** A binary string: the last name that it had, where that is gone. Null if the link cannot be read. */
export function linkedPath(link: string): string | null {
  const path = readLink(link);
  if (path === null || !path.endsWith(DELETED) || isNamed(link, path)) return path;
  return path.slice(0, -DELETED.length);
}

/** Whether that is its name: a file may be called so. */
function isNamed(link: string, path: string): boolean {
  try {
    const [open, named] = [Deno.statSync(link), Deno.lstatSync(displayString(path))];
    return open.dev === named.dev && open.ino === named.ino;
  } catch {
    return false;
  }
}
