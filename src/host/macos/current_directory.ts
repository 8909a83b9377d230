/**
 * Where a command stands.
 *
 * @module
 */

import { CurrentDirectoryError, noProject, paths } from "../linux/current_directory.ts";

export { CurrentDirectoryError, noProject, paths };

/** Path of the current directory; null if it is gone. */
export function currentDirectory(): string | null {
  try {
    return Deno.cwd();
  } catch {
    return null;
  }
}

/** An absolute path without `.` and `..`. Throws {@linkcode CurrentDirectoryError} where it starts nowhere. */
export function absolutePath(path: string): string {
  if (path.startsWith("/")) return paths.resolve(path);
  const directory = currentDirectory();
  if (directory === null) throw new CurrentDirectoryError(path);
  return paths.resolve(directory, path);
}
