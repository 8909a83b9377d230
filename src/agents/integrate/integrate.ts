/**
 * Plans what is to be written for agents, or taken out again, and does it: all of it, or nothing.
 *
 * @module
 */

import { checkWritable, readText, removeFile, writeText } from "./person_file.ts";
import { type FileRecord, loadRecords, type Records, saveRecords } from "./records.ts";
import { apply, type Outcome, revert, type Target, TargetError } from "./target.ts";

/** What happens to one file. */
export interface FilePlan {
  readonly path: string;
  readonly action: "create" | "edit" | "remove" | "keep";
  readonly before: string | null;
  readonly after: string | null;
  /** Sentences on what was left as it is. */
  readonly kept: readonly string[];
  readonly mode?: number;
}

export interface Plan {
  readonly files: readonly FilePlan[];
  /** Why it cannot be done; then nothing is. */
  readonly refusals: readonly { readonly path: string; readonly message: string }[];
  /** As they will be. Directories are known when they are made. */
  readonly records: Records;
}

/** Who wants what. */
export interface Wish {
  /** An agent, and `user` or the directory of a project. */
  readonly user: string;
  /** Empty to take out what it has. */
  readonly targets: readonly Target[];
}

/** Reads what is there and says what would be done. Writes nothing. */
export async function plan(state: string, wishes: readonly Wish[]): Promise<Plan> {
  const old = await loadRecords(state);
  const records: Record<string, FileRecord> = { ...old };
  const files = new Map<string, FilePlan>();
  const refusals: { path: string; message: string }[] = [];
  for (const { path, wanted, users } of wantedFiles(old, wishes)) {
    if (wanted === null && users.length > 0) {
      records[path] = { ...old[path]!, users };
      continue;
    }
    try {
      const before = await readText(path);
      const record = old[path];
      const outcome = outcomeOf(record, wanted, before);
      if (outcome.applied === null || users.length === 0) delete records[path];
      else {records[path] = {
          applied: outcome.applied,
          users,
          directories: record?.directories ?? [],
        };}
      const mode = wanted?.kind === "file" && wanted.mode !== undefined
        ? { mode: wanted.mode }
        : {};
      const action = actionOf(before, outcome.text);
      if (action !== "keep") await checkWritable(path);
      files.set(path, { path, action, before, after: outcome.text, kept: outcome.kept, ...mode });
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      refusals.push({ path: error.path, message: error.message });
    }
  }
  return { files: [...files.values()], refusals, records };
}

/** Does it. What fails half-way is taken back. */
export async function carryOut(state: string, { files, records }: Plan): Promise<void> {
  const old = await loadRecords(state);
  const changing = files.filter(({ action }) => action !== "keep");
  // What is known to be there can be taken out, whenever this ends.
  await saveRecords(state, { ...old, ...records });
  const done: FilePlan[] = [];
  const made = new Map<string, readonly string[]>();
  try {
    for (const file of changing.filter(({ after }) => after !== null)) {
      if (await readText(file.path) !== file.before) {
        throw new TargetError(file.path, "It was changed just now, by something else");
      }
      done.push(file);
      made.set(file.path, await writeText(file.path, file.after!, file.mode));
    }
    for (const file of changing.filter(({ after }) => after === null).toReversed()) {
      done.push(file);
      await removeFile(file.path, old[file.path]?.directories ?? []);
    }
  } catch (error) {
    for (const { path, before, mode } of done.toReversed()) {
      if (before !== null) await writeText(path, before, mode).catch(() => {});
      else await removeFile(path, made.get(path) ?? []).catch(() => {});
    }
    await saveRecords(state, old).catch(() => {});
    throw error;
  }
  await saveRecords(state, withDirectories(records, made));
}

/** Files that were made just now have new directories; the others keep those that they had. */
function withDirectories(records: Records, made: ReadonlyMap<string, readonly string[]>): Records {
  const entries = Object.entries(records).map(([path, record]) => {
    const directories = made.get(path) ?? [];
    return [path, directories.length === 0 ? record : { ...record, directories }];
  });
  return Object.fromEntries(entries);
}

interface WantedFile {
  readonly path: string;
  /** Null: nothing of ours. */
  readonly wanted: Target | null;
  /** Those for whom it is, once this is done. */
  readonly users: readonly string[];
}

/** The files that are wanted, and those that were and are not any more. */
function wantedFiles(old: Records, wishes: readonly Wish[]): WantedFile[] {
  const found = new Map<string, { wanted: Target | null; users: Set<string> }>();
  for (const { user, targets } of wishes) {
    for (const target of targets) {
      const file = found.get(target.path) ??
        { wanted: target, users: new Set(old[target.path]?.users) };
      file.users.add(user);
      found.set(target.path, file);
    }
  }
  const asking = new Set(wishes.map(({ user }) => user));
  for (const [path, { users }] of Object.entries(old)) {
    if (found.has(path) || !users.some((user) => asking.has(user))) continue;
    found.set(path, { wanted: null, users: new Set(users.filter((user) => !asking.has(user))) });
  }
  return [...found].map(([path, { wanted, users }]) => ({ path, wanted, users: [...users] }));
}

function outcomeOf(
  record: FileRecord | undefined,
  wanted: Target | null,
  before: string | null,
): Outcome {
  if (record === undefined) return wanted === null ? nothing(before) : apply(wanted, before);
  const reverted = revert(record.applied, before);
  if (wanted === null) return reverted;
  // A file of ours that the person changed is theirs now.
  if (reverted.applied !== null) return reverted;
  return apply(wanted, reverted.text);
}

function nothing(text: string | null): Outcome {
  return { text, applied: null, kept: [] };
}

function actionOf(before: string | null, after: string | null): FilePlan["action"] {
  if (before === after) return "keep";
  if (after === null) return "remove";
  return before === null ? "create" : "edit";
}
