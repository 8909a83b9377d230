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

import type { InodeRecord, Snapshot } from "../../store/trees/entry.ts";
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
    const names = target.path.split("/");
    const name = names.pop()!;
    editsIn(store, into, from, names, edits, rewriter).entries.set(
      name,
      target.from === null ? null : rewriter.rewrite(target.from, target.into),
    );
  }
  return {
    root: applyEdits(store, into.root, edits),
    links: store.updateLinks(into.links, plan.links),
  };
}

/** The edits of the directory `names` of `edits`. Directories on the way that `into` lacks are made, empty. */
function editsIn(
  store: StoreWriter,
  into: Snapshot,
  from: Snapshot,
  names: readonly string[],
  edits: PathEdits,
  rewriter: GraftRewriter,
): PathEdits {
  let at = edits;
  let present: InodeRecord | null = into.root;
  let model: InodeRecord | null = from.root;
  names.forEach((name, i) => {
    const there = lookup(store, present, name);
    const entry = lookup(store, model, name);
    if (there !== null && !isDirectory(there)) throw notADirectory(names.slice(0, i + 1).join("/"));
    present = there;
    model = isDirectory(entry) ? entry : null;
    if (present === null && isDirectory(entry) && !at.entries.has(name)) {
      at.entries.set(name, rewriter.renumber({ ...emptied(entry), name, linked: false }));
    }
    at = at.child(name);
  });
  return at;
}

function lookup(store: StoreWriter, directory: InodeRecord | null, name: string) {
  return directory === null ? null : store.lookupTree(directory.content, name);
}

function emptied(directory: InodeRecord): InodeRecord {
  return { ...recordOf(directory), content: null, ...emptyTotals() };
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
