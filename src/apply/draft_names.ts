/**
 * The names that one apply uses beside those that it changes. They follow from what they stand for, so that whoever goes
 * on after a kill knows where to look, without reading directories.
 *
 * @module
 */

import { createHash, randomBytes } from "node:crypto";

/** What stands beside a name. */
export interface DraftNames {
  /** Being written: of no worth to anybody. */
  readonly written: string;
  /** Complete, and about to change places with what has the name; then this is what had it. */
  readonly draft: string;
  /** What had the name and is about to be deleted. */
  readonly gone: string;
}

/** Random, so that nobody can be waiting at these names. */
export function newApplyId(): string {
  return randomBytes(6).toString("hex");
}

/** @param name a binary string, in the same directory */
export function draftNames(applyId: string, name: string): DraftNames {
  const key = createHash("sha256").update(name, "latin1").digest("hex").slice(0, 20);
  const start = `.agentvfs-apply-${applyId}-${key}`;
  return { written: `${start}-w`, draft: `${start}-d`, gone: `${start}-g` };
}
