/**
 * What of the store could not be read since the tree was opened: for the log, once each, and for whoever asks.
 *
 * @module
 */

import { displayString } from "../../../ffi/binary_string.ts";
import { StoreError } from "../../store/format/store_error.ts";
import type { Inode } from "./inode.ts";

/** Entries that are kept; beyond that they are only counted. */
const KEPT = 100;

export interface UnreadableObject {
  /** Object id; null where the error names none. */
  readonly id: string | null;
  readonly message: string;
  /** The first file or directory that was asked for and needs it. For people; null where it has no name. */
  path: string | null;
}

export class DamageReport {
  /** Different objects. */
  count = 0;
  readonly first: UnreadableObject[] = [];
  readonly #known = new Set<string>();
  #unnamed: UnreadableObject | null = null;

  /** Something could not be read. {@linkcode of} tells what for. */
  note(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const id = error instanceof StoreError ? error.details.id ?? null : null;
    const key = id ?? message;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.count++;
    this.#unnamed = { id, message, path: null };
    if (this.first.length < KEPT) this.first.push(this.#unnamed);
  }

  /** What was noted just now was needed for `inode`. */
  of(inode: Inode): void {
    if (this.#unnamed === null) return;
    this.#unnamed.path = pathOf(inode);
    const { path, message } = this.#unnamed;
    this.#unnamed = null;
    console.error(`Cannot read ${path ?? "a file without a name"}: ${message}`);
  }
}

/** Path below the root, `.` for that; null for an inode without a name. */
function pathOf(inode: Inode): string | null {
  const parts: string[] = [];
  let at = inode;
  for (; at.parent !== null; at = at.parent) parts.push(at.name);
  if (parts.length === 0) return inode.directory === null ? null : ".";
  return displayString(parts.reverse().join("/"));
}
