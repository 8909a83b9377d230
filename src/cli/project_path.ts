/**
 * Paths on a command line, as paths inside the project.
 *
 * @module
 */

import { join, normalize, relative, resolve } from "node:path";
import { isWithin } from "../host/mounts.ts";
import { usageError } from "./command_error.ts";

export interface Roots {
  mount: string;
  source: string;
}

/**
 * `path` relative to the project's root. It may start at the current directory, where that is in the mount or in
 * the project; at the root of the file system; or, anywhere else, at the project's root.
 */
export function projectPath(path: string, { mount, source }: Roots, cwd: string): string {
  const root = [mount, source].find((place) => isWithin(resolve(cwd, path), place));
  if (root !== undefined) return relative(root, resolve(cwd, path)) || ".";
  if (path.startsWith("/") || [mount, source].some((place) => isWithin(cwd, place))) {
    throw usageError(
      `${path} is outside the project`,
      `The project is ${source}, mounted at ${mount}`,
    );
  }
  const normal = join(normalize(path), ".");
  if (normal === ".." || normal.startsWith("../")) {
    throw usageError(`${path} is outside the project`, "Paths start at the project's root here");
  }
  return normal.replace(/\/+$/, "") || ".";
}
