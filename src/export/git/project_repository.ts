/**
 * Which repository the checkpoints of a project go to: the one that the project is in, or the one that is in the project.
 *
 * @module
 */

import { join } from "node:path";
import { binaryString, displayString, isForeign, textOfBytes } from "../../../ffi/binary_string.ts";
import { lookupPath } from "../../history/snapshots/lookup_path.ts";
import { isDirectory } from "../../history/snapshots/record.ts";
import type { InodeRecord, Snapshot } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { ExportError } from "../export_error.ts";
import { findRepository, type Repository } from "./repository.ts";
import { snapshotHead } from "./snapshot_head.ts";

export interface ProjectRepository {
  readonly repository: Repository;
  /** Directory of the project that it has: "" or "sub/directory", a binary string. */
  readonly root: string;
}

/** Directories below the project in which repositories are looked for. */
const DEPTH = 3;
const SHOWN = 5;

/**
 * @param wanted directory in the project, where that is said
 * Throws {@linkcode ExportError} `not_a_repository` and `many_repositories`.
 */
export async function projectRepository(
  store: Store,
  snapshot: Snapshot,
  project: string,
  wanted: string | undefined,
): Promise<ProjectRepository> {
  if (wanted !== undefined) return await inDirectory(project, binaryString(wanted));
  try {
    return { repository: await findRepository(project), root: "" };
  } catch (error) {
    if (!(error instanceof ExportError && error.code === "not_a_repository")) throw error;
    const found = [...innerRepositories(store, snapshot, "", snapshot.root, DEPTH)];
    const [only, another] = found;
    if (only === undefined) throw error;
    if (another === undefined) return await inDirectory(project, only);
    const names = found.slice(0, SHOWN).map(displayString).join(", ");
    throw new ExportError(
      "many_repositories",
      2,
      `${project} has ${found.length} repositories in it: ${names}${
        found.length > SHOWN ? ", …" : ""
      }`,
      { hint: "Name one: --repository DIR", cause: error },
    );
  }
}

/** What of a snapshot is in that directory; nothing where it is none. */
export function snapshotWithin(store: Store, snapshot: Snapshot, root: string): Snapshot {
  const record = lookupPath(store, snapshot, root);
  const isThere = record !== null && isDirectory({ ...record, name: "", linked: false });
  const nothing = { ...snapshot.root, content: null, size: 0, entries: 0, nlink: 2 };
  return { root: isThere ? record : nothing, links: snapshot.links };
}

async function inDirectory(project: string, root: string): Promise<ProjectRepository> {
  const trimmed = root.replace(/^(\.?\/)+|\/+$/g, "");
  const text = textOfBytes(Uint8Array.from(trimmed, (c) => c.charCodeAt(0)));
  if (trimmed.split("/").includes("..") || isForeign(text)) {
    throw new ExportError("bad_name", 2, `${displayString(root)} is no directory in the project`);
  }
  return { repository: await findRepository(join(project, text)), root: trimmed };
}

function* innerRepositories(
  store: Store,
  snapshot: Snapshot,
  path: string,
  { content }: InodeRecord,
  depth: number,
): Generator<string> {
  for (const entry of store.readTree(content)) {
    if (!isDirectory(entry)) continue;
    const at = path === "" ? entry.name : `${path}/${entry.name}`;
    if (snapshotHead(store, snapshot, at) !== null) yield at;
    else if (depth > 1) yield* innerRepositories(store, snapshot, at, entry, depth - 1);
  }
}
