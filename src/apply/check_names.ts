/**
 * Where a file system takes names for the same that are not, as `Makefile` and `makefile`: are such names to be made?
 *
 * Nothing would be lost, as a name is only given that nothing has; but half of the change would be missing.
 *
 * @module
 */

import { displayString } from "../../ffi/binary_string.ts";
import type { Work } from "../store/format/sliced.ts";
import type { SourcePath } from "../tree/nodes/source_path.ts";
import { ApplyError } from "./apply_error.ts";
import type { Step } from "./steps.ts";

/** What directories have, by names as the file system takes them, and by the names themselves. */
export interface NamesOnDisk {
  /** True if a file is found by the name. */
  has(directory: SourcePath, name: string): boolean;
  /** None where there is no such directory. */
  list(directory: SourcePath): ReadonlySet<string>;
}

/** Throws {@linkcode ApplyError} `names_fold`. */
export function* checkNames(disk: NamesOnDisk, steps: readonly Step[]): Work<void> {
  /** Directory → the names that it gets, by what a file system may take them for. */
  const added = new Map<SourcePath, Map<string, string>>();
  for (let i = 0; i < steps.length; i++) {
    const { path, before } = steps[i]!;
    if (before !== null) continue;
    const parent = path.parent!;
    const names = added.get(parent) ?? new Map<string, string>();
    added.set(parent, names);
    const key = folded(path.name);
    const twin = names.get(key) ?? twinOnDisk(disk, parent, path.name);
    names.set(key, path.name);
    if (twin !== null && folds(disk, parent)) throw sameName(path, twin);
    if (i % 256 === 0) yield { phase: "checking", done: i, total: steps.length, unit: "records" };
  }
}

/** Another name by which the name is found. */
function twinOnDisk(disk: NamesOnDisk, directory: SourcePath, name: string): string | null {
  if (!disk.has(directory, name)) return null;
  const names = disk.list(directory);
  if (names.has(name)) return null;
  return [...names].find((other) => folded(other) === folded(name)) ?? null;
}

/** True if a name in the directory, or in one above it that is there, is found by the same in other letters. */
function folds(disk: NamesOnDisk, directory: SourcePath): boolean {
  for (let at: SourcePath | null = directory; at !== null; at = at.parent) {
    const names = disk.list(at);
    for (const name of names) {
      const other = swapped(name);
      if (other === name || names.has(other)) continue;
      // It is not listed. Some file systems number what they find by it as another file.
      if (disk.has(at, name)) return disk.has(at, other);
    }
  }
  return false;
}

function folded(name: string): string {
  return displayString(name).normalize("NFC").toLowerCase();
}

/** With capitals for small letters and the other way round. */
function swapped(name: string): string {
  return name.replace(
    /[a-zA-Z]/g,
    (c) => c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase(),
  );
}

function sameName(path: SourcePath, twin: string): ApplyError {
  return new ApplyError(
    "names_fold",
    `Cannot make ${displayString(`${path}`)}: the file system there takes it for ${
      displayString(twin)
    }, in the same directory. Rename one of them first`,
    `${path}`,
  );
}
