/**
 * Which paths a merge is about.
 *
 * @module
 */

import { withoutNested } from "../diff/diff.ts";

export class PathFilter {
  readonly #paths: ReadonlySet<string>;
  readonly #above = new Set<string>();

  /** @param paths binary strings, each with what is below it; undefined for everything */
  constructor(paths: readonly string[] | undefined) {
    this.#paths = new Set(paths === undefined ? [""] : withoutNested(paths));
    for (const path of this.#paths) {
      for (const prefix of directoriesOf(path)) this.#above.add(prefix);
    }
  }

  get isEverything(): boolean {
    return this.#paths.has("");
  }

  /** True if the path is one of them or below one. */
  includes(path: string): boolean {
    return this.isEverything || this.#paths.has(path) ||
      directoriesOf(path).some((prefix) => this.#paths.has(prefix));
  }

  /** True if one of them is below the path. */
  leadsTo(path: string): boolean {
    return this.#above.has(path);
  }
}

/** "a/b/c" → "", "a", "a/b". */
function directoriesOf(path: string): string[] {
  if (path === "") return [];
  const result = [""];
  for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1)) {
    result.push(path.slice(0, slash));
  }
  return result;
}
