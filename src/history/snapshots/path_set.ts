/**
 * Some paths of a tree, to be followed name by name: so whoever walks the tree need not write out where it is.
 *
 * @module
 */

export class PathSet {
  /** One of the paths ends here. */
  isMember = false;
  /** Names that go on. */
  readonly below: Map<string, PathSet> = new Map();

  /** @param paths binary strings, "" for the root */
  static of(paths: Iterable<string>): PathSet {
    const root = new PathSet();
    for (const path of paths) {
      let at = root;
      for (const name of namesOf(path)) {
        let next = at.below.get(name);
        if (next === undefined) at.below.set(name, next = new PathSet());
        at = next;
      }
      at.isMember = true;
    }
    return root;
  }
}

/** "a/b" → "a", "b"; none for the root. */
export function namesOf(path: string): string[] {
  return path === "" ? [] : path.split("/");
}
