/**
 * Names of the files of a store.
 *
 * @module
 */

import { packName } from "../format/pack_format.ts";

export function formatPath(directory: string): string {
  return `${directory}/format`;
}

export function lockPath(directory: string): string {
  return `${directory}/lock`;
}

export function indexPath(directory: string): string {
  return `${directory}/index.sqlite`;
}

/** Beside the index: how many transactions it has had. */
export function markPath(directory: string): string {
  return `${directory}/index.mark`;
}

/** Space for checkpoints and garbage collection on a full disk. */
export function reservePath(directory: string): string {
  return `${directory}/reserve`;
}

export function packsPath(directory: string): string {
  return `${directory}/packs`;
}

export function packPath(directory: string, pack: number): string {
  return `${directory}/packs/${packName(pack)}`;
}

/** Directory of the journals of all branches. */
export function journalsPath(directory: string): string {
  return `${directory}/journal`;
}

/** Directory of a branch's journal, by the branch's number. */
export function journalPath(directory: string, branch: number): string {
  return `${journalsPath(directory)}/${branch}`;
}

/** Directory of what a mount keeps besides, which means nothing once it is unmounted. */
export function mountStatePath(directory: string): string {
  return `${directory}/mount`;
}
