/**
 * Which paths a merge is about.
 *
 * @module
 */

import { namesOf, PathSet } from "../snapshots/path_set.ts";

export class PathFilter {
  readonly paths: PathSet;

  /** @param paths binary strings, each with what is below it; undefined for everything */
  constructor(paths: readonly string[] | undefined) {
    this.paths = PathSet.of(paths ?? [""]);
  }

  get isEverything(): boolean {
    return this.paths.isMember;
  }

  /** True if the path is one of them or below one. */
  includes(path: string): boolean {
    let at: PathSet | undefined = this.paths;
    for (const name of namesOf(path)) {
      if (at.isMember) return true;
      at = at.below.get(name);
      if (at === undefined) return false;
    }
    return at.isMember;
  }
}
