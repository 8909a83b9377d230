/**
 * Where a command stands. The runtime's own answer fails where that directory is gone or its path is not UTF-8.
 *
 * Where it is gone, the executable's first instructions note what it was called and go to `/` (scripts/start_code.ts): else
 * the runtime would not start. A name is enough to tell which project is meant.
 *
 * @module
 */

import * as paths from "node:path/posix";
import { textOfBytes } from "../../../ffi/binary_string.ts";
import { readLinkBytes } from "../../../ffi/linux/link_bytes.ts";

/** How paths of this system are joined and taken apart. */
export { paths };

/** Where its name is noted, as /proc/self/cwd said it. */
const NOTE = "/proc/self/fd/223";
const REMOVED = " (deleted)";

/** A path is relative, and nobody can tell to what. */
export class CurrentDirectoryError extends Error {
  override readonly name = "CurrentDirectoryError";
  readonly code = "no_directory";
  readonly exit = 4;
  readonly hint = "Give a path that begins with /, or go to a directory that is there";

  constructor(path: string) {
    super(`Cannot tell where ${path} starts: the current directory is not to be found`);
  }
}

/**
 * Path of the current directory, also of one that is gone; null if nobody can tell. What of it is not UTF-8 is as in
 * {@linkcode textOfBytes}.
 */
export function currentDirectory(): string | null {
  const path = linkTarget("/proc/self/cwd");
  const note = path === "/" ? readNote() : null;
  if (note === null) return path;
  // One that is in no tree of this process has a path that leads somewhere else.
  return note.endsWith(REMOVED) ? note.slice(0, -REMOVED.length) : null;
}

function linkTarget(link: string): string | null {
  try {
    return Deno.readLinkSync(link);
  } catch (error) {
    if (!(error instanceof Deno.errors.InvalidData)) return null;
    const bytes = readLinkBytes(link);
    return bytes === null ? null : textOfBytes(bytes);
  }
}

function readNote(): string | null {
  try {
    // Somebody else's descriptor of that number may be anything.
    if (!Deno.readLinkSync(NOTE).startsWith("/memfd:.")) return null;
    return textOfBytes(Deno.readFileSync(NOTE));
  } catch {
    return null;
  }
}

/** A directory that is in nobody's project, and in no mount. */
export function noProject(): string {
  return "/";
}

/** An absolute path without `.` and `..`. Throws {@linkcode CurrentDirectoryError} where it starts nowhere. */
export function absolutePath(path: string): string {
  if (path.startsWith("/")) return paths.resolve(path);
  const directory = currentDirectory();
  if (directory === null) throw new CurrentDirectoryError(path);
  return paths.resolve(directory, path);
}
