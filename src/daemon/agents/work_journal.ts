/**
 * `agents.jsonl` in a workspace: what agents told of themselves that no checkpoint holds, a line each.
 *
 * Prompts with the state before them, calls that changed nothing or never ended, what moved a tree under an agent and what it was
 * told of that. It is a notebook and no part of the history: without it the checkpoints are all there. A line is written before
 * the agent is answered and is not synced, so it outlives the server, and a power cut may take the last ones.
 *
 * @module
 */

import type { CommitDetails } from "../../history/commits/commit_details.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { replaceFile } from "../../store/files/replace_file.ts";
import type { Snapshot } from "../../store/trees/entry.ts";

interface Work {
  readonly branch: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly agent: string;
  readonly details: CommitDetails;
}

export interface PromptRecord extends Work {
  readonly kind: "prompt";
  /** The state before it. */
  readonly commit: ObjectId;
}

/** A call that is over. */
export interface CallRecord extends Work {
  readonly kind: "call";
  /** What it changed; null if nothing was recorded. */
  readonly commit: ObjectId | null;
  /** `unfinished`: it began, and nobody said that it ended: it was refused or interrupted. */
  readonly outcome: "done" | "failed" | "unfinished";
}

export type WorkRecord = PromptRecord | CallRecord;

/** A branch's tree was made another one. */
export interface MoveRecord {
  readonly kind: "move";
  readonly branch: string;
  /** Later ones have higher numbers. */
  readonly number: number;
  readonly from: Snapshot;
  readonly to: Snapshot;
}

/** A session knows of all moves up to a number. */
export interface ToldRecord {
  readonly kind: "told";
  readonly branch: string;
  readonly session: string | null;
  readonly knows: number;
}

export type JournalRecord = WorkRecord | MoveRecord | ToldRecord;
type Kind = JournalRecord["kind"];

/** Lines of each kind that are kept. */
const MOST: Readonly<Record<Kind, number>> = { prompt: 2_000, call: 4_000, move: 256, told: 256 };
/** The file is written anew with those when it has so many. */
const MOST_LINES = 10_000;

export class WorkJournal {
  #records: JournalRecord[];
  #file: Deno.FsFile | null = null;
  #lines = 0;
  #isFailing = false;
  /** The last line may not be whole. */
  #isTorn = true;

  private constructor(readonly path: string, records: JournalRecord[]) {
    this.#records = records;
    this.#lines = records.length;
  }

  /** What cannot be read of it is passed over. */
  static open(path: string): WorkJournal {
    return new WorkJournal(path, load(path));
  }

  /** Oldest first. */
  of<K extends Kind>(...kinds: K[]): Extract<JournalRecord, { kind: K }>[] {
    return this.#records.filter(({ kind }) => (kinds as Kind[]).includes(kind)) as never;
  }

  /** Never throws: an agent is answered on a full disk, too. */
  append(record: JournalRecord): void {
    this.#records.push(record);
    this.#attempt(() => {
      if (this.#lines >= MOST_LINES) this.#fold();
      else this.#write(`${JSON.stringify(record)}\n`);
    });
  }

  /** A branch has another name now. */
  renamed(from: string, to: string): void {
    if (!this.#records.some(({ branch }) => branch === from)) return;
    this.#records = this.#records.map((record) =>
      record.branch === from ? { ...record, branch: to } : record
    );
    this.#attempt(() => this.#fold());
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  /** What cannot be written is said once, and forgotten by the next server. */
  #attempt(write: () => void): void {
    try {
      write();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) console.log(`Cannot note what agents do: ${(error as Error).message}`);
      this.#isFailing = true;
    }
  }

  #write(line: string): void {
    this.#file ??= Deno.openSync(this.path, { append: true, create: true, mode: 0o600 });
    const bytes = new TextEncoder().encode(this.#isTorn ? `\n${line}` : line);
    this.#isTorn = true;
    // One call: a line of a server that is killed is there or not.
    this.#isTorn = this.#file.writeSync(bytes) < bytes.length;
    this.#lines++;
  }

  #fold(): void {
    this.#records = kept(this.#records);
    this.close();
    replaceFile(this.path, this.#records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    this.#lines = this.#records.length;
    this.#isTorn = false;
  }
}

function load(path: string): JournalRecord[] {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => parse(line) ?? []);
}

/** Null for what is no record. */
function parse(line: string): JournalRecord | null {
  try {
    const record = JSON.parse(line);
    return typeof record.branch === "string" && Object.hasOwn(MOST, record.kind) ? record : null;
  } catch {
    return null;
  }
}

/** The newest of each kind; of what a session was told the last. */
function kept(records: readonly JournalRecord[]): JournalRecord[] {
  const left = { ...MOST };
  const told = new Set<string>();
  const isKept = (record: JournalRecord) => {
    if (record.kind === "told") {
      const session = `${record.branch}\0${record.session}`;
      if (told.has(session)) return false;
      told.add(session);
    }
    return left[record.kind]-- > 0;
  };
  return records.toReversed().filter(isKept).reverse();
}
