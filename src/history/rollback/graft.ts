/**
 * Brings paths of one snapshot into another: `restore PATH… --from REF`.
 *
 * Inode numbers stay unique. A number that the rest of the tree uses for another file by now is replaced by
 * a fresh one, in the restored part.
 *
 * Hard links are restored as inodes, since that is what a linked name names:
 * - Where the inode is a linked one in both snapshots, the restored name joins it, and its record (content,
 *   attributes, times) becomes the restored one. Names of it outside the restored paths show that too.
 * - Where it is not, the restored names are linked to each other only; a single one becomes an ordinary file.
 *
 * @module
 */

import type { InodeEntry, InodeRecord, Snapshot } from "../../store/trees/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { displayString } from "../../../ffi/binary_string.ts";
import { withoutNested } from "../diff/diff.ts";
import { type GraftTarget, planGraft } from "./graft_plan.ts";
import { HistoryError } from "../commits/history_error.ts";
import { lookupEntry } from "../snapshots/lookup_path.ts";
import { applyEdits, PathEdits } from "../snapshots/path_edits.ts";
import { GraftRewriter } from "./graft_rewriter.ts";
import { isDirectory, recordOf } from "../snapshots/record.ts";
import { emptyTotals } from "../snapshots/totals.ts";

export interface GraftOptions {
  /** A number no inode of the branch has or had. */
  allocateInode(): number;
}

/**
 * `into` with each of `paths` (binary strings, "" for the root) as it is in `from`: files, symlinks, whole
 * subtrees; gone where `from` does not have it. Directories missing on the way are made with the attributes they
 * have in `from`; those that are there stay as they are. Puts objects only; does not commit.
 *
 * Throws {@linkcode HistoryError} `unknown_path` for a path that is in neither, and `not_a_directory` where
 * a path leads through something that is not a directory in `into`.
 */
export function graftPaths(
  store: StoreWriter,
  into: Snapshot,
  from: Snapshot,
  paths: readonly string[],
  options: GraftOptions,
): Snapshot {
  const wanted = withoutNested(paths);
  if (wanted.includes("")) return from;
  const targets = wanted.map((path): GraftTarget => {
    const target = {
      path,
      from: lookupEntry(store, from, path),
      into: lookupEntry(store, into, path),
    };
    if (target.from === null && target.into === null) throw unknownPath(path);
    return target;
  });
  const plan = planGraft(store, into, from, targets, options.allocateInode);
  const rewriter = new GraftRewriter(store, plan);
  const edits = new PathEdits();
  for (const target of targets) {
    const slash = target.path.lastIndexOf("/");
    const directory = slash < 0 ? "" : target.path.slice(0, slash);
    const name = target.path.slice(slash + 1);
    for (const [parent, made] of missingParents(store, into, from, directory)) {
      const at = parent.lastIndexOf("/");
      const { entries } = edits.at(at < 0 ? "" : parent.slice(0, at));
      if (!entries.has(made.name)) entries.set(made.name, rewriter.renumber(made));
    }
    edits.at(directory).entries.set(
      name,
      target.from === null ? null : rewriter.rewrite(target.from, target.into),
    );
  }
  return {
    root: applyEdits(store, into.root, edits),
    links: store.updateLinks(into.links, plan.links),
  };
}

/** Directories on the way to `directory` that `into` lacks, outermost first, empty. */
function missingParents(
  store: StoreWriter,
  into: Snapshot,
  from: Snapshot,
  directory: string,
): [path: string, entry: InodeEntry][] {
  const missing: [string, InodeEntry][] = [];
  for (const path of prefixes(directory)) {
    const present = lookupEntry(store, into, path);
    if (isDirectory(present)) continue;
    if (present !== null) throw notADirectory(path);
    const model = lookupEntry(store, from, path);
    if (isDirectory(model)) {
      missing.push([path, { ...emptied(model), name: model.name, linked: false }]);
    }
  }
  return missing;
}

function emptied(directory: InodeRecord): InodeRecord {
  return { ...recordOf(directory), content: null, ...emptyTotals() };
}

/** "a/b/c" → "a", "a/b", "a/b/c". */
export function prefixes(path: string): string[] {
  if (path === "") return [];
  const result: string[] = [];
  for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1)) {
    result.push(path.slice(0, slash));
  }
  return [...result, path];
}

function unknownPath(path: string): HistoryError {
  const shown = displayString(path);
  return new HistoryError(
    "unknown_path",
    `Cannot restore ${shown}: it is neither in the working tree nor in the commit`,
    { subject: shown },
  );
}

function notADirectory(path: string): HistoryError {
  const shown = displayString(path);
  return new HistoryError(
    "not_a_directory",
    `Cannot restore what is below ${shown}: it is not a directory now; restore ${shown} itself`,
    { subject: shown },
  );
}
