/**
 * A snapshot as a directory of its own.
 *
 * @module
 */

import { binaryString } from "../../ffi/binary_string.ts";
import { type ApplyOutcome, applySnapshot } from "../apply/apply_snapshot.ts";
import { diffSnapshots } from "../history/diff/diff.ts";
import { pathMatcher } from "../history/project/path_glob.ts";
import { type Progress, runInSlices } from "../store/format/sliced.ts";
import type { Snapshot } from "../store/trees/entry.ts";
import type { Store } from "../store/store.ts";
import { ExportError } from "./export_error.ts";

/**
 * Fills the directory at an absolute path, which has to be new or empty. Throws {@linkcode ExportError} `not_empty`, and
 * ApplyError where something cannot be written: what was written before stays.
 */
export async function writeDirectory(
  store: Store,
  snapshot: Snapshot,
  directory: string,
  only: readonly string[] | null,
  onProgress: (progress: Progress) => void = () => {},
): Promise<ApplyOutcome> {
  await checkEmpty(directory);
  const root = binaryString(directory);
  const paths = only === null ? {} : { only: wanted(store, snapshot, only) };
  const work = applySnapshot({ store, root, from: null, to: snapshot, plan: null, ...paths });
  return await runInSlices(work, { onProgress });
}

async function checkEmpty(directory: string): Promise<void> {
  const info = await Deno.lstat(directory).catch(() => null);
  if (info === null) return;
  if (info.isDirectory && (await Array.fromAsync(Deno.readDir(directory))).length === 0) return;
  const what = info.isDirectory ? "it is not empty" : "it is no directory";
  throw new ExportError("not_empty", 1, `Cannot export to ${directory}: ${what}`, {
    hint:
      "Name a directory that is new or empty; to bring changes into the project: agentvfs apply",
  });
}

/** The paths that match, without those below another one. */
function wanted(store: Store, snapshot: Snapshot, only: readonly string[]): string[] {
  const isWanted = pathMatcher(only);
  const paths: string[] = [];
  for (const { path } of diffSnapshots(store, null, snapshot)) {
    const last = paths.at(-1);
    const isBelow = last !== undefined && path.startsWith(`${last}/`);
    if (!isBelow && isWanted(path)) paths.push(path);
  }
  return paths;
}
