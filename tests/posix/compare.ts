/**
 * Runs checks on a real disk and somewhere else, and tells where the answers differ.
 *
 * @module
 */

import type { Check } from "./check.ts";
import { type Identity, Lab } from "./lab.ts";
import { NeedsKernel } from "./in_process/needs_kernel.ts";
import { mkdirat, setEffectiveIds, umask } from "./system_calls.ts";

export interface Difference {
  readonly check: string;
  /** Observations that differ: what the disk answered, what the other place did. */
  readonly lines: readonly string[];
}

export interface CompareOptions {
  /** Whom to act as; root needs root. */
  readonly self: Identity;
  /** Called after each check. */
  readonly done?: (name: string, milliseconds: number) => void;
}

const ROOT: Identity = { uid: 0, gid: 0 };

/** Every observation of one check in a new directory of `place`. */
export function observe(check: Check, place: string, number: number, self: Identity): string[] {
  const path = `${place}/${number}`;
  const privileged = Deno.uid() === 0;
  if (privileged) setEffectiveIds(self.uid, self.gid);
  const mask = umask(0o022);
  let lab: Lab | undefined;
  try {
    mkdirat(-100, path, 0o755);
    lab = new Lab(path, self);
    check.run(lab);
  } catch (error) {
    if (error instanceof NeedsKernel) throw error;
    lab?.see("thrown", error instanceof Error ? error.message : String(error));
    if (lab === undefined) throw error;
  } finally {
    lab?.end();
    umask(mask);
    if (privileged) setEffectiveIds(ROOT.uid, ROOT.gid);
  }
  return lab.seen;
}

/** Runs each check in a directory of the disk and one of the other place: both empty, and writable for `self`. */
export function compareAll(
  checks: readonly Check[],
  disk: string,
  other: string,
  options: CompareOptions,
): Difference[] {
  const differences: Difference[] = [];
  checks.forEach((check, number) => {
    const start = performance.now();
    const was = observe(check, disk, number, options.self);
    const is = observe(check, other, number, options.self);
    // A check that cannot do its own work on a disk says nothing about the other place.
    const lines = was.filter((line) => line.startsWith("thrown: "));
    for (let i = 0; i < Math.max(was.length, is.length); i++) {
      if (was[i] === is[i]) continue;
      lines.push(`${i}: disk "${was[i]}", here "${is[i]}"`);
    }
    if (lines.length > 0) differences.push({ check: check.name, lines });
    options.done?.(check.name, performance.now() - start);
  });
  return differences;
}
