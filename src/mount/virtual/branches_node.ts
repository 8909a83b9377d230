/**
 * Node ids of the directories that lead to branches: the same for each server, without anything being kept.
 *
 * @module
 */

import { EMPTY_HASH, EMPTY_HASH2, hashOn, hashOn2 } from "../../telemetry/index/path_hash.ts";
import { NODES_PER_VIEW } from "../views.ts";

/** Above all that are given out in turn, and above the inode numbers of what is in `.agentvfs`. */
export const FIRST_BRANCHES_NODE = NODES_PER_VIEW / 2 + 2 ** 20;

/**
 * Of the directory that leads to the branches whose names begin with `prefix`, in the `.agentvfs` of the view `place`. There are
 * 2^35 ids: of a thousand such directories, two have the same one in a machine of 70 000.
 */
export function branchesNode(place: number, prefix: string): number {
  const text = `${place} ${prefix}`;
  // 53 bits, which a double holds exactly.
  const hash = (hashOn2(EMPTY_HASH2, text) % 2 ** 21) * 2 ** 32 + hashOn(EMPTY_HASH, text);
  return FIRST_BRANCHES_NODE + hash % (NODES_PER_VIEW - FIRST_BRANCHES_NODE);
}
