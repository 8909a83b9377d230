/**
 * Whether branches, commits and operations say what the commit objects say, and all that they reach is there.
 *
 * @module
 */

import type { Findings } from "../../store/format/damage.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import { type ObjectId, parseObjectId } from "../../store/format/object_id.ts";
import type { ObjectTable } from "../../store/index/object_table.ts";
import { prepared } from "../../store/index/prepared.ts";
import type { Work } from "../../store/format/sliced.ts";
import type { Store } from "../../store/store.ts";
import { StoreError } from "../../store/format/store_error.ts";
import { type AffectedPaths, affectedPaths } from "../snapshots/affected_paths.ts";
import { SnapshotCheck } from "./check_snapshot.ts";
import type { LeafDirectories } from "./leaf_directories.ts";
import { type CommitInfo, decodeCommit, encodeCommit } from "../commits/commit.ts";
import { hasTable } from "../../store/index/summed_table.ts";
import { BASES } from "../commits/schema.ts";
import { readBranch } from "../refs/branch_table.ts";
import { HistoryError } from "../commits/history_error.ts";
import { compactedIds } from "../commits/retention_table.ts";

/** Paths of one checkpoint that are listed. */
const PATHS_LISTED = 100;

/** A checkpoint, or the last saved state of a branch, of which something is lost. */
export interface Affected extends AffectedPaths {
  /** Null for the state of a branch that no checkpoint names. */
  readonly commit: ObjectId | null;
  readonly label: string;
  readonly branch: string;
}

export interface HistoryCheck {
  readonly commits: number;
  readonly branches: number;
  readonly trees: number;
  readonly files: number;
  readonly affected: readonly Affected[];
}

/** A snapshot that has to be whole, newest first. */
interface Kept {
  readonly commit: ObjectId | null;
  readonly label: string;
  readonly branch: string;
  readonly snapshot: Snapshot;
}

/** Checks what the tables of the history say. What it is given comes from the check of the packs. */
export function* checkHistory(
  store: Store,
  table: ObjectTable,
  findings: Findings,
  leaves: LeafDirectories | null,
): Work<HistoryCheck> {
  const check = new Check(store, findings);
  const commits = yield* check.commits();
  const branches = check.branches();
  check.operations();
  check.bases();
  const snapshots = new SnapshotCheck(store, table, findings, leaves);
  const broken: Kept[] = [];
  for (const kept of [...branches, ...commits]) {
    const what = describe(kept);
    if (!(yield* snapshots.check(kept.snapshot, what))) broken.push(kept);
  }
  const affected: Affected[] = [];
  const isLost = (id: ObjectId) => findings.isLost(id);
  for (const { commit, label, branch, snapshot } of broken) {
    const paths = yield* affectedPaths(
      store,
      snapshot,
      isLost,
      (id) => snapshots.isBroken(id),
      PATHS_LISTED,
    );
    affected.push({ commit, label, branch, ...paths });
  }
  const { trees, files } = snapshots;
  return { commits: check.known.size, branches: branches.length, trees, files, affected };
}

class Check {
  /** Ids of all commits that the tables know. */
  readonly known: ReadonlySet<string>;
  readonly #compacted: ReadonlySet<string>;

  constructor(readonly store: Store, readonly findings: Findings) {
    const { database } = store;
    const tables = prepared(database, "SELECT name FROM sqlite_master WHERE type = 'table'").all()
      .map(({ name }) => String(name));
    this.hasTables = tables.includes("commits") && tables.includes("branches");
    this.known = new Set(
      this.hasTables
        ? prepared(database, "SELECT id FROM commits").all().map(({ id }) => String(id))
        : [],
    );
    this.#compacted = compactedIds(database);
  }

  /** False in a store that was made and never used. */
  readonly hasTables: boolean;

  *commits(): Work<Kept[]> {
    const kept: Kept[] = [];
    if (!this.hasTables) return kept;
    const rows = prepared(this.store.database, "SELECT * FROM commits ORDER BY sequence DESC")
      .all();
    for (const [i, row] of rows.entries()) {
      const commit = this.#commit(row);
      if (commit !== null && !this.#compacted.has(commit.id)) {
        const { id, label, branch, snapshot } = commit;
        kept.push({ commit: id, label, branch, snapshot });
      }
      if (i % 64 === 63) yield { phase: "commits", done: i, total: rows.length, unit: "objects" };
    }
    return kept;
  }

  #commit(row: Record<string, unknown>): CommitInfo | null {
    const id = parseObjectId(String(row.id));
    const what = `Commit ${row.id}`;
    if (id === null) return this.#bad(`${what} in the index is no id`);
    const commit = this.#read(id, what);
    if (commit === null) return null;
    for (const field of ["branch", "kind", "label", "time"] as const) {
      if (commit[field] === row[field]) continue;
      this.#bad(`${what}: the index says its ${field} is ${JSON.stringify(row[field])}`);
    }
    for (const parent of commit.parents) {
      if (!this.known.has(parent) && !this.#isGone(parent)) {
        this.#bad(`${what} has a parent ${parent} that is not known`);
      }
    }
    return commit;
  }

  /** True for a commit so old that nothing is kept of it. */
  #isGone(id: ObjectId): boolean {
    return this.#compacted.size > 0 && !this.store.has(id);
  }

  #read(id: ObjectId, what: string): CommitInfo | null {
    try {
      const bytes = this.store.object(id, "commit");
      const commit = decodeCommit(id, bytes);
      if (!equalBytes(encodeCommit(commit), bytes)) this.#bad(`${what} is not canonical`);
      return commit;
    } catch (error) {
      if (error instanceof StoreError) {
        const code = error.code === "missing_object" ? "missing_object" : "object";
        if (error.code !== "missing_object" && error.code !== "damaged_object") throw error;
        this.findings.lose(id, { code, message: `${what} cannot be read: ${error.message}` });
        return null;
      }
      if (error instanceof HistoryError) return this.#bad(`${what}: ${error.message}`);
      throw error;
    }
  }

  branches(): Kept[] {
    if (!this.hasTables) return [];
    const rows = prepared(this.store.database, "SELECT * FROM branches ORDER BY name").all();
    return rows.flatMap((row) => {
      try {
        const { name, head, snapshot } = readBranch(row);
        if (head !== null && !this.known.has(head)) {
          this.#bad(`Branch ${name} is at commit ${head}, which is not known`);
        }
        return [{ commit: null, label: "", branch: name, snapshot }];
      } catch (error) {
        this.#bad(`Branch ${row.name} cannot be read: ${(error as Error).message}`);
        return [];
      }
    });
  }

  operations(): void {
    if (!this.hasTables) return;
    const rows = prepared(this.store.database, "SELECT * FROM operations").all();
    for (const { sequence, source, target } of rows) {
      for (const id of [source, target]) {
        if (this.known.has(String(id))) continue;
        this.#bad(`Operation ${sequence} names commit ${id}, which is not known`);
      }
    }
  }

  bases(): void {
    const { database } = this.store;
    if (!hasTable(database, BASES.name)) return;
    for (const { branch, point, base } of prepared(database, "SELECT * FROM bases").all()) {
      for (const id of [point, base]) {
        if (this.known.has(String(id))) continue;
        this.#bad(`The base of branch ${branch} names commit ${id}, which is not known`);
      }
    }
    for (const { name, id } of prepared(database, "SELECT * FROM project").all()) {
      if (this.known.has(String(id))) continue;
      this.#bad(`What is known of the project (${name}) names commit ${id}, which is not known`);
    }
  }

  #bad(message: string): null {
    this.findings.add({ code: "ref", message });
    return null;
  }
}

function describe({ commit, label, branch }: Kept): string {
  if (commit === null) return `branch ${branch} as it was last stored`;
  return `checkpoint ${commit.slice(0, 12)}${label === "" ? "" : ` ${JSON.stringify(label)}`}`;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => b[i] === byte);
}
