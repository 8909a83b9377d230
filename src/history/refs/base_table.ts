/**
 * What branches and the project have in common, and where the project is.
 *
 * A base belongs to a point of a branch's history: it was true when the branch had come there. A branch without a row has the
 * import as its base.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { ObjectId } from "../../store/format/object_id.ts";
import { prepared } from "../../store/index/prepared.ts";
import { hasTable, isWholeRow, putRow } from "../../store/index/summed_table.ts";
import { storedId } from "../commits/commit.ts";
import { HistoryError } from "../commits/history_error.ts";
import { BASES, PROJECT } from "../commits/schema.ts";

export interface BasePoint {
  /** Commit that the branch had come to, */
  readonly point: ObjectId;
  /** and the one whose snapshot it had in common with the project. */
  readonly base: ObjectId;
}

/**
 * - `look`: the project as it was seen last
 * - `applying`: an apply that has begun and is not over
 * - `to:DIR`: what was applied to another directory last
 */
export type ProjectName = "look" | "applying" | `to:${string}`;

export class BaseTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Null where nothing is known. Throws {@linkcode HistoryError} `corrupt_ref`. */
  get(branch: string): BasePoint | null {
    const row = prepared(this.#database, "SELECT * FROM bases WHERE branch = ?").get(branch);
    if (row === undefined) return null;
    if (!isWholeRow(BASES, row)) throw corrupt(`the base of ${branch}`, branch);
    return { point: storedId(String(row.point)), base: storedId(String(row.base)) };
  }

  /** The caller is inside a transaction, here and below. */
  put(branch: string, { point, base }: BasePoint): void {
    putRow(this.#database, BASES, { branch, point, base });
  }

  /** A branch begins with what the one that it is made from has. */
  inherit(parent: string, branch: string): void {
    const known = this.get(parent);
    if (known === null) this.delete(branch);
    else this.put(branch, known);
  }

  delete(branch: string): void {
    prepared(this.#database, "DELETE FROM bases WHERE branch = ?").run(branch);
  }

  rename(from: string, to: string): void {
    this.inherit(from, to);
    this.delete(from);
  }

  /** A commit of the project's. Throws {@linkcode HistoryError} `corrupt_ref`. */
  project(name: ProjectName): ObjectId | null {
    const row = prepared(this.#database, "SELECT * FROM project WHERE name = ?").get(name);
    if (row === undefined) return null;
    if (!isWholeRow(PROJECT, row)) throw corrupt(`where the project is (${name})`, name);
    return storedId(String(row.id));
  }

  putProject(name: ProjectName, id: ObjectId | null): void {
    if (id !== null) putRow(this.#database, PROJECT, { name, id });
    else prepared(this.#database, "DELETE FROM project WHERE name = ?").run(name);
  }
}

/** Commits without which the next refresh or apply would not know what it has in common. Also of a store that has no such tables yet. */
export function projectCommits(database: DatabaseSync): Set<string> {
  if (!hasTable(database, BASES.name) || !hasTable(database, PROJECT.name)) return new Set();
  const ids = prepared(
    database,
    "SELECT point AS id FROM bases UNION SELECT base FROM bases UNION SELECT id FROM project",
  );
  return new Set(ids.all().map(({ id }) => String(id)));
}

function corrupt(what: string, subject: string): HistoryError {
  return new HistoryError(
    "corrupt_ref",
    `Cannot read ${what}: its line in the index is damaged. Run agentvfs verify --repair`,
    { subject },
  );
}
