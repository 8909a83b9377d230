/**
 * Where a command stands. Windows keeps nobody's current directory from being there.
 *
 * @module
 */

import { isAbsolute, resolve } from "node:path";
import { CurrentDirectoryError } from "../linux/current_directory.ts";
import { currentDirectory } from "../macos/current_directory.ts";

export { currentDirectory, CurrentDirectoryError };

/** An absolute path without `.` and `..`: `C:\…`. Throws {@linkcode CurrentDirectoryError} where it starts nowhere. */
export function absolutePath(path: string): string {
  if (isAbsolute(path)) return resolve(path);
  const directory = currentDirectory();
  if (directory === null) throw new CurrentDirectoryError(path);
  return resolve(directory, path);
}
