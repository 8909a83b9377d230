/**
 * Directories outside the mount that a workspace's telemetry watches, on disk: `watched.json`.
 *
 * @module
 */

import { replaceFile } from "../../store/files/replace_file.ts";

const FILE = "watched.json";

/** Throws what Deno throws. */
export function saveDirectories(workspace: string, directories: readonly string[]): void {
  replaceFile(`${workspace}/${FILE}`, JSON.stringify(directories, null, 2) + "\n");
}

/** Where they cannot be read nothing is watched, and the daemon's log says so. */
export function loadDirectories(workspace: string): string[] {
  const path = `${workspace}/${FILE}`;
  try {
    const directories = JSON.parse(Deno.readTextFileSync(path));
    const areDirectories = Array.isArray(directories) &&
      directories.every((each) => typeof each === "string");
    if (!areDirectories) throw new Error("it is no list of directories");
    return directories;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      console.log(`${path} cannot be read, so no other directory is watched: ${error}`);
    }
    return [];
  }
}
