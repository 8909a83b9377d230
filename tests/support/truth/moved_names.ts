/**
 * One name for all that a file had, one after the other: who is told of a file later hears its later name.
 *
 * @module
 */

import type { CallDeed } from "./call_truth.ts";

export function movedNames(deeds: readonly CallDeed[]): (path: string) => string {
  const first = new Map<string, string>();
  const root = (path: string): string => {
    let at = "";
    for (const name of path.split("/").slice(1)) {
      at = `${at}/${name}`;
      for (let before = first.get(at); before !== undefined; before = first.get(at)) at = before;
    }
    return at;
  };
  const renames = deeds.filter(({ action, error }) => action === "rename" && error === "");
  // A directory may get another name after what is in it had.
  for (const { path, target } of [...renames, ...renames]) {
    const [from, to] = [root(path!), root(String(target))];
    if (from !== to) first.set(to, from);
  }
  return root;
}
