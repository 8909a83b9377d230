/**
 * Paths relative to the source's root.
 *
 * @module
 */

/** The path of a name in a directory, "" being the root. */
export function joinPath(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}
