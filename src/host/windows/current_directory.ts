/**
 * Where a command stands. Windows keeps nobody's current directory from being there.
 *
 * @module
 */

import * as paths from "node:path/win32";
import { CurrentDirectoryError } from "../linux/current_directory.ts";
import { currentDirectory } from "../macos/current_directory.ts";

export { currentDirectory, CurrentDirectoryError, paths };

/** A directory that is in nobody's project, and in no mount: `/` would be the root of the drive on which one stands. */
export function noProject(): string {
  return paths.dirname(Deno.execPath());
}

/** An absolute path without `.` and `..`: `C:\…`. Throws {@linkcode CurrentDirectoryError} where it starts nowhere. */
export function absolutePath(path: string): string {
  if (paths.isAbsolute(path)) return paths.resolve(path);
  const directory = currentDirectory();
  if (directory === null) throw new CurrentDirectoryError(path);
  return paths.resolve(directory, path);
}
