/**
 * Which commits are of which tool call and of which prompt, as their details say.
 *
 * Commits name them, no table does: each commit is read once, when somebody asks for the first time after it was made.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { ObjectId } from "../../store/format/object_id.ts";
import { prepared } from "../../store/index/prepared.ts";
import { type CommitInfo, storedId } from "../commits/commit.ts";
import { readable } from "../commits/log.ts";

/** What a prompt led to on one branch. */
export interface PromptWork {
  readonly id: string;
  /** What was found changed when it was given; null where nothing was. */
  readonly before: ObjectId | null;
  /** What was changed since and until the next one, oldest first; also by nobody's call. */
  readonly commits: readonly ObjectId[];
}

interface Entry {
  readonly commit: ObjectId;
  readonly isBefore: boolean;
}

export class WorkIndex {
  readonly #database: DatabaseSync;
  readonly #commitInfo: (id: ObjectId) => CommitInfo;
  readonly #calls = new Map<string, ObjectId[]>();
  readonly #prompts = new Map<string, Entry[]>();
  /** Number of the last commit that was read. */
  #last = 0;

  constructor(database: DatabaseSync, commitInfo: (id: ObjectId) => CommitInfo) {
    this.#database = database;
    this.#commitInfo = commitInfo;
  }

  /** Ids of the calls that changed something on `branch`, oldest first. */
  calls(branch: string): string[] {
    return this.#on(branch, this.#calls, (ids) => ids);
  }

  /** Ids of the prompts of `branch` of which something is recorded, by when they began, oldest first. */
  prompts(branch: string): string[] {
    return this.#on(branch, this.#prompts, (entries) => entries.map(({ commit }) => commit));
  }

  /** What a call changed on `branch`, else on the branch where it was made, oldest first: several if some of it was in danger. */
  call(branch: string, id: string): ObjectId[] {
    const commits = (this.#read(this.#calls).get(id) ?? [])
      .map((commit) => ({ commit, branch: this.#branchOf(commit) }))
      .filter((one) => one.branch !== null);
    const place = commits.some((one) => one.branch === branch) ? branch : commits.at(-1)?.branch;
    return commits.filter((one) => one.branch === place).map(({ commit }) => commit);
  }

  /** What is recorded of a prompt on `branch`, else on the branch where it was given; null: nothing. */
  prompt(branch: string, id: string): PromptWork | null {
    const entries = (this.#read(this.#prompts).get(id) ?? [])
      .map((entry) => ({ ...entry, branch: this.#branchOf(entry.commit) }))
      .filter((entry) => entry.branch !== null);
    const place = entries.some((entry) => entry.branch === branch) ? branch : entries[0]?.branch;
    const own = entries.filter((entry) => entry.branch === place);
    if (own.length === 0) return null;
    return {
      id,
      before: own.find(({ isBefore }) => isBefore)?.commit ?? null,
      commits: own.filter(({ isBefore }) => !isBefore).map(({ commit }) => commit),
    };
  }

  #on<V>(branch: string, from: Map<string, V>, commits: (value: V) => ObjectId[]): string[] {
    return [...this.#read(from)]
      .filter(([, value]) => commits(value).some((id) => this.#branchOf(id) === branch))
      .map(([id]) => id);
  }

  /** Null for one that was forgotten. */
  #branchOf(commit: ObjectId): string | null {
    const row = prepared(this.#database, "SELECT branch FROM commits WHERE id = ?").get(commit);
    return row === undefined ? null : String(row.branch);
  }

  #read<V>(map: Map<string, V>): Map<string, V> {
    const rows = prepared(
      this.#database,
      "SELECT sequence, id FROM commits WHERE sequence > ? ORDER BY sequence",
    ).all(this.#last);
    for (const { sequence, id } of rows) {
      this.#last = Number(sequence);
      const commit = readable(this.#commitInfo, storedId(String(id)));
      if (commit === null) continue;
      const { call, prompt, moment } = commit.details ?? {};
      if (call !== undefined) append(this.#calls, call, commit.id);
      if (prompt === undefined) continue;
      append(this.#prompts, prompt, { commit: commit.id, isBefore: moment === "prompt" });
    }
    return map;
  }
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
