/**
 * What holds the space of a store.
 *
 * @module
 */

import { attributeObjects, bytesByOwner, NOBODY } from "../../store/verify/attribute_objects.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { ObjectTable } from "../../store/index/object_table.ts";
import { prepared } from "../../store/index/prepared.ts";
import type { Reference } from "../../store/objects/references.ts";
import type { Work } from "../../store/format/sliced.ts";
import type { Store } from "../../store/store.ts";
import { StoreError } from "../../store/format/store_error.ts";
import { journalsPath } from "../../store/files/store_paths.ts";
import { hasTable } from "../../store/index/summed_table.ts";
import { TableSource } from "../../store/table_source.ts";
import { journalReferences } from "../../tree/capture/live_references.ts";
import { type CommitInfo, decodeCommit, storedId } from "../commits/commit.ts";
import { type BranchState, BranchTable } from "../refs/branch_table.ts";
import { commitReferences, snapshotReferences } from "../references.ts";
import { compactedIds } from "../commits/retention_table.ts";
import { COMMITS } from "../commits/schema.ts";
import { journalDirectories } from "../verify/verify_store.ts";

/** A checkpoint and the space that would come back without it. */
export interface CheckpointShare {
  readonly id: ObjectId;
  readonly branch: string;
  readonly kind: CommitInfo["kind"];
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Bytes in packs that only it needs. */
  readonly unique: number;
  /** Bytes of all of its files. */
  readonly size: number;
}

export interface StoreStats {
  /** Bytes of all files of the store. */
  readonly total: number;
  readonly packs: {
    readonly count: number;
    readonly bytes: number;
    readonly objects: number;
    readonly deadObjects: number;
    /** What checkpoints, branches and open files need. */
    readonly live: number;
    /** The rest: garbage, and headers of packs. */
    readonly dead: number;
  };
  /** What more than one checkpoint needs, bytes. */
  readonly shared: number;
  /** What only working trees need: changes that are stored and in no checkpoint, and open files. */
  readonly working: number;
  readonly index: number;
  readonly journals: readonly {
    readonly branch: string;
    readonly bytes: number;
    readonly segments: number;
  }[];
  /** Other files: reserves, what a mount keeps besides, a damaged index that was set aside. */
  readonly other: number;
  /** Those with most bytes of their own first. */
  readonly checkpoints: readonly CheckpointShare[];
}

/** @param live what a running server needs besides */
export function* storeStats(store: Store, live: readonly Reference[]): Work<StoreStats> {
  const table = yield* ObjectTable.load(store.database);
  const commits = readCommits(store);
  const working = [...branchReferences(store), ...live];
  const owners = [working, ...commits.map(commitReferences)];
  const ownerOf = yield* attributeObjects(new TableSource(store, table), table, owners);
  const bytes = bytesByOwner(table, ownerOf, owners.length);
  const files = filesOf(store.directory);
  const packs = files.filter(({ path }) => path.startsWith("packs/"));
  const packBytes = sum(packs);
  const needed = bytes.reduce((total, some) => total + some, 0) - bytes[NOBODY]!;
  const index = sum(files.filter(({ path }) => /^index\.(mark|sqlite(-wal|-shm)?)$/.test(path)));
  const journals = journalsOf(store, files);
  const total = sum(files);
  return {
    total,
    packs: {
      count: packs.length,
      bytes: packBytes,
      objects: table.count,
      deadObjects: ownerOf.reduce((count, owner) => count + (owner === NOBODY ? 1 : 0), 0),
      live: needed,
      dead: packBytes - needed,
    },
    shared: bytes.at(-1)!,
    working: bytes[1]!,
    index,
    journals,
    other: total - packBytes - index - sum(journals),
    checkpoints: commits.map(({ id, branch, kind, label, time, snapshot }, i) => (
      { id, branch, kind, label, time, unique: bytes[i + 2]!, size: snapshot.root.size }
    )).sort((a, b) => b.unique - a.unique),
  };
}

/** Those of which something is kept and that can be read. */
function readCommits(store: Store): CommitInfo[] {
  if (!hasTable(store.database, COMMITS.name)) return [];
  const gone = compactedIds(store.database);
  return prepared(store.database, "SELECT id FROM commits ORDER BY sequence DESC").all()
    .map(({ id }) => storedId(String(id))).filter((id) => !gone.has(id))
    .flatMap((id) => {
      try {
        return [decodeCommit(id, store.object(id, "commit"))];
      } catch (error) {
        if (error instanceof StoreError) return [];
        throw error;
      }
    });
}

function branchesOf({ database }: Store): BranchState[] {
  return hasTable(database, "branches") ? new BranchTable(database).list() : [];
}

function branchReferences(store: Store): Reference[] {
  const root = journalsPath(store.directory);
  return [
    ...branchesOf(store).flatMap(({ snapshot }) => snapshotReferences(snapshot)),
    ...journalDirectories(root).flatMap((name) => journalReferences(`${root}/${name}`)),
  ];
}

interface SizedFile {
  /** Relative to the store. */
  readonly path: string;
  readonly bytes: number;
}

/** All files of the store. One that goes away meanwhile is left out. */
function filesOf(directory: string, below = ""): SizedFile[] {
  return [...Deno.readDirSync(`${directory}/${below}`)].flatMap(({ name, isDirectory }) => {
    const path = `${below}${name}`;
    if (isDirectory) return filesOf(directory, `${path}/`);
    try {
      return [{ path, bytes: Deno.statSync(`${directory}/${path}`).size }];
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  });
}

/** By the numbers of their branches. */
function journalsOf(
  store: Store,
  files: readonly SizedFile[],
): { branch: string; bytes: number; segments: number }[] {
  const journals = new Map<string, SizedFile[]>();
  const names = new Map(branchesOf(store).map(({ name, number }) => [String(number), name]));
  for (const file of files) {
    const [folder, number, name] = file.path.split("/");
    if (folder !== "journal" || number === undefined || !name?.includes(".journal")) continue;
    const branch = names.get(number) ?? `(deleted branch ${number})`;
    journals.set(branch, [...journals.get(branch) ?? [], file]);
  }
  return [...journals].sort(([a], [b]) => a < b ? -1 : 1).map(([branch, files]) => ({
    branch,
    bytes: sum(files),
    segments: files.filter(({ path }) => path.endsWith(".journal")).length,
  }));
}

function sum(sizes: readonly { readonly bytes: number }[]): number {
  return sizes.reduce((total, { bytes }) => total + bytes, 0);
}
