/**
 * What people write to mean a commit.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { type ObjectId, parseObjectId } from "../../store/format/object_id.ts";
import { prepared } from "../../store/index/prepared.ts";
import { type CommitInfo, storedId } from "../commits/commit.ts";
import { HistoryError } from "../commits/history_error.ts";
import type { Operation } from "../commits/operation_log.ts";
import { nearest } from "./nearest.ts";
import { WorkIndex } from "./work_index.ts";
import { WorkRefs } from "./work_refs.ts";

/** What the resolver asks of the history. */
export interface RefSource {
  commitInfo(id: ObjectId): CommitInfo;
  head(branch: string): ObjectId | null;
  /** The operation with a number. */
  operation(number: number): Operation | null;
}

const PREFIX = /^[0-9a-f]{4,63}$/i;
/** The digits are those of a hash where there is no such number. */
const NUMBER = /^#?([0-9]{1,9})$/;
const ANCESTOR = /^(.+)~([0-9]{0,9})$/s;
const HINTS = 3;
/** Labels that are looked through for hints: the newest. */
const HINT_LABELS = 1000;

export class RefResolver {
  readonly #database: DatabaseSync;
  readonly #source: RefSource;
  /** What agents' work is called. */
  readonly work: WorkRefs;

  constructor(database: DatabaseSync, source: RefSource) {
    this.#database = database;
    this.#source = source;
    const commitInfo = (id: ObjectId) => source.commitInfo(id);
    const parent = (id: ObjectId) => commitInfo(id).parents[0] ?? null;
    this.work = new WorkRefs(new WorkIndex(database, commitInfo), parent);
  }

  resolve(branch: string, ref: string): CommitInfo {
    const id = this.#find(branch, ref);
    if (id === null) throw this.#unknown(branch, ref);
    return this.#source.commitInfo(id);
  }

  /** The operation that a number means; null if the ref means a commit, or nothing. */
  operation(branch: string, ref: string): Operation | null {
    const number = NUMBER.exec(ref)?.[1];
    if (number === undefined || this.#findNamed(branch, ref) !== null) return null;
    return this.#numbered(number) === null ? this.#source.operation(Number(number)) : null;
  }

  /** A label may look like anything, so the whole text is tried before it is taken apart at `~`. */
  #find(branch: string, ref: string): ObjectId | null {
    const id = this.#findName(branch, ref);
    if (id !== null) return id;
    const ancestor = ANCESTOR.exec(ref);
    if (ancestor === null) return null;
    const [, base, count] = ancestor;
    const start = this.#find(branch, base!);
    return start === null ? null : this.#ancestor(start, count === "" ? 1 : Number(count), ref);
  }

  #findName(branch: string, ref: string): ObjectId | null {
    return this.#findNamed(branch, ref) ?? this.#number(ref) ?? this.#prefix(ref) ??
      this.work.beforePrompt(branch, ref) ?? this.work.afterCall(branch, ref);
  }

  #findNamed(branch: string, ref: string): ObjectId | null {
    if (ref === "HEAD") return this.#source.head(branch);
    return this.#fullHash(ref) ?? this.#label(branch, ref) ?? this.#source.head(ref) ??
      (ref === "initial" ? this.#initial(branch) : null);
  }

  /** The commit that a number means, or to which the operation with it went. */
  #number(ref: string): ObjectId | null {
    const number = NUMBER.exec(ref)?.[1];
    if (number === undefined) return null;
    return this.#numbered(number) ?? this.#source.operation(Number(number))?.to ?? null;
  }

  #numbered(number: string): ObjectId | null {
    return this.#first("SELECT id FROM commits WHERE sequence = ?", Number(number));
  }

  #fullHash(ref: string): ObjectId | null {
    const id = parseObjectId(ref);
    return id === null ? null : this.#first("SELECT id FROM commits WHERE id = ?", id);
  }

  #label(branch: string, ref: string): ObjectId | null {
    if (ref === "") return null;
    const labelled = "SELECT id FROM commits WHERE label = ?";
    const newest = "ORDER BY sequence DESC LIMIT 1";
    return this.#first(`${labelled} AND branch = ? ${newest}`, ref, branch) ??
      this.#first(`${labelled} ${newest}`, ref);
  }

  /** The import the branch grew from, which may have been made on another branch. */
  #initial(branch: string): ObjectId | null {
    const imports = prepared(this.#database, "SELECT id FROM commits WHERE kind = 'import' LIMIT 2")
      .all();
    if (imports.length === 1) return storedId(String(imports[0]!.id));
    let id = this.#source.head(branch);
    while (id !== null) {
      const commit: CommitInfo = this.#source.commitInfo(id);
      if (commit.kind === "import") return id;
      id = commit.parents[0] ?? null;
    }
    return this.#first("SELECT id FROM commits WHERE kind = 'import' ORDER BY sequence LIMIT 1");
  }

  #prefix(ref: string): ObjectId | null {
    if (!PREFIX.test(ref)) return null;
    const prefix = ref.toLowerCase();
    const rows = prepared(
      this.#database,
      "SELECT id, label FROM commits WHERE id >= ? AND id < ? ORDER BY sequence DESC",
    ).all(prefix, prefix + "g");
    if (rows.length === 0) return null;
    if (rows.length === 1) return storedId(String(rows[0]!.id));
    throw new HistoryError(
      "ambiguous_ref",
      `Cannot tell which commit ${ref} means: ${rows.length} hashes begin with it; give more digits`,
      { subject: ref, candidates: rows.map((row) => `${row.id} ${row.label}`.trimEnd()) },
    );
  }

  #ancestor(start: ObjectId, count: number, ref: string): ObjectId {
    let id = start;
    for (let i = 0; i < count; i++) {
      const parent = this.#source.commitInfo(id).parents[0];
      if (parent === undefined) {
        throw new HistoryError(
          "unknown_ref",
          `Cannot find ${ref}: the history begins ${i} ${i === 1 ? "commit" : "commits"} before it`,
          { subject: ref },
        );
      }
      id = parent;
    }
    return id;
  }

  #first(sql: string, ...values: (string | number)[]): ObjectId | null {
    const row = prepared(this.#database, sql).get(...values);
    return row === undefined ? null : storedId(String(row.id));
  }

  #unknown(branch: string, ref: string): HistoryError {
    const rows = prepared(
      this.#database,
      "SELECT label FROM commits WHERE label <> '' ORDER BY branch = ? DESC, sequence DESC LIMIT ?",
    ).all(branch, HINT_LABELS);
    const labels = [...new Set(rows.map((row) => String(row.label)))];
    const candidates = nearest(ref, labels, HINTS);
    const hint = candidates.length === 0
      ? "list them with log"
      : `did you mean ${candidates.map((label) => JSON.stringify(label)).join(" or ")}?`;
    return new HistoryError(
      "unknown_ref",
      `Cannot find ${
        JSON.stringify(ref)
      }: no commit has this label, number, hash, branch or tool call; ${hint}`,
      { subject: ref, candidates },
    );
  }
}
