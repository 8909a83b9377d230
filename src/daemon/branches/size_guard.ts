/**
 * Asks before much is lost at once: a change of a tree that deletes or rewrites more paths than a bound is refused unless it
 * was asked for twice.
 *
 * Undo and redo of whole operations are not held up: they go back to where the branch was, as its own log has it.
 *
 * @module
 */

import { displayString } from "../../../ffi/binary_string.ts";
import type { LargeChange } from "../../control/service/history.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { ChangeSize } from "../../history/diff/change_size.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { BackgroundClient } from "../background/background_client.ts";

/** As many as this, or as a tenth of the tree, whichever is more, are nothing to ask about. */
const LARGEST = 1000;
const SHARE = 0.1;
/** Directories that are told. */
const DIRECTORIES = 20;

/** What callers may say about it: parameters of a method. */
export interface GuardOptions {
  readonly forceLarge?: boolean;
  /** Instead of the bound there is otherwise. */
  readonly largest?: number;
}

export interface GuardedChange {
  /** The verb of the sentence: `roll back`. */
  readonly what: string;
  readonly from: Snapshot;
  readonly to: Snapshot;
  /** Only these (binary strings) change. */
  readonly paths?: readonly string[];
}

/** Throws ServiceError `too_large`, with a {@linkcode LargeChange}. */
export async function guardSize(
  background: BackgroundClient,
  { what, ...change }: GuardedChange,
  { forceLarge, largest }: GuardOptions,
): Promise<void> {
  const total = change.from.root.entries;
  const bound = largest ?? Math.max(LARGEST, Math.floor(SHARE * total));
  if (forceLarge || total <= bound) return;
  const size = await background.call("changeSize", change);
  const lost = size.modified + size.deleted;
  if (lost <= bound) return;
  throw new ServiceError("too_large", `Did not ${what}: ${sentence(size, bound)}`, {
    hint:
      "If that is what is wanted: --force-large (forceLarge); --dry-run lists what would change",
    details: report(size, bound),
  });
}

function sentence({ modified, deleted, total }: ChangeSize, bound: number): string {
  const share = `of ${total} paths`;
  return `it would delete ${deleted} and rewrite ${modified} ${share}, more than ${bound} together`;
}

function report({ modified, deleted, total, directories }: ChangeSize, bound: number): LargeChange {
  const sorted = [...directories].sort(([, a], [, b]) => lostOf(b) - lostOf(a));
  return {
    modified,
    deleted,
    total,
    bound,
    directories: sorted.slice(0, DIRECTORIES)
      .map(([path, lost]) => ({ path: path === "" ? "." : displayString(path), ...lost })),
  };
}

function lostOf({ modified, deleted }: { modified: number; deleted: number }): number {
  return modified + deleted;
}
