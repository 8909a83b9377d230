/**
 * Paths on a command line, as paths inside the project.
 *
 * @module
 */

import { paths } from "../../host/current_directory.ts";
import { innerPath, isWithin } from "../../host/mounts.ts";
import { usageError } from "../command_error.ts";

export interface Roots {
  mount: string;
  source: string;
}

/** What a path means is the system's to say; tests say what another one would. */
const OWN = { ...paths, innerPath, isWithin };

/**
 * `path` relative to the project's root, with `/` between names. It may start at the current directory, where that is in the
 * mount or in the project; at the root of the file system; or, anywhere else, at the project's root.
 */
export function projectPath(
  path: string,
  { mount, source }: Roots,
  cwd: string,
  system: Pick<
    typeof OWN,
    "resolve" | "isAbsolute" | "normalize" | "sep" | "innerPath" | "isWithin"
  > = OWN,
): string {
  const absolute = system.resolve(cwd, path);
  const root = [mount, source].find((place) => system.isWithin(absolute, place));
  if (root !== undefined) return system.innerPath(absolute, root) || ".";
  if (system.isAbsolute(path) || [mount, source].some((place) => system.isWithin(cwd, place))) {
    throw usageError(
      `${path} is outside the project`,
      `The project is ${source}, mounted at ${mount}`,
    );
  }
  const names = system.normalize(path).split(system.sep).filter((name) =>
    !["", "."].includes(name)
  );
  if (names[0] === "..") {
    throw usageError(`${path} is outside the project`, "Paths start at the project's root here");
  }
  return names.join("/") || ".";
}
