/**
 * What a path of a command line is called in the log of events.
 *
 * @module
 */

import { resolve } from "node:path";
import { isWithin } from "../../host/mounts.ts";
import { projectPath, type Roots } from "../options/project_path.ts";

/** In the mount. Throws a usage error where it is elsewhere. */
export function mountPath(path: string, roots: Roots, cwd: string): string {
  const inside = projectPath(path, roots, cwd);
  return inside === "." ? roots.mount : `${roots.mount}/${inside}`;
}

/**
 * In the mount, and in the project that it is of, where sources tell of what is done beside the mount; what is outside of both
 * is only theirs to tell.
 */
export function loggedPaths(path: string, roots: Roots, cwd: string): string[] {
  const { mount, source } = roots;
  const absolute = resolve(cwd, path);
  const isIn = (at: string) => [mount, source].some((place) => isWithin(at, place));
  if (!isIn(absolute) && (path.startsWith("/") || isIn(cwd))) return [absolute];
  const inMount = mountPath(path, roots, cwd);
  return [inMount, `${source}${inMount.slice(mount.length)}`];
}
