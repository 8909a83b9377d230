/**
 * Node ids of the directories that lead to branches: the same for each server, without anything being kept.
 *
 * @module
 */

import { NODES_PER_VIEW } from "../views.ts";

/** Above all that are given out in turn, and above the inode numbers of what is in `.agentvfs`. */
export const FIRST_BRANCHES_NODE = NODES_PER_VIEW / 2 + 2 ** 20;

/** FNV-1a of 64 bits. */
const BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/**
 * Of the directory that leads to the branches whose names begin with `prefix`, in the `.agentvfs` of the view `place`. There are
 * 2^35 ids: of a thousand such directories, two have the same one in a machine of 70 000.
 */
export function branchesNode(place: number, prefix: string): number {
  let hash = BASIS;
  for (const byte of new TextEncoder().encode(`${place} ${prefix}`)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  }
  return FIRST_BRANCHES_NODE + Number(hash % BigInt(NODES_PER_VIEW - FIRST_BRANCHES_NODE));
}
