/**
 * Which branches were made from which.
 *
 * @module
 */

interface Child {
  readonly name: string;
  readonly parent: string | null;
}

/** Names of the branches that were made from `name`, from those, and so on. */
export function descendantsOf(name: string, branches: readonly Child[]): string[] {
  const family = new Set([name]);
  for (const known of family) {
    // What is added meanwhile is gone through as well.
    for (const { name, parent } of branches) if (parent === known) family.add(name);
  }
  return [...family].slice(1);
}
