/**
 * What refs mean that name an agent's work: a tool call by its id, and `prompt:ID`.
 *
 * @module
 */

import type { ObjectId } from "../../store/format/object_id.ts";
import { HistoryError } from "../commits/history_error.ts";
import type { PromptWork, WorkIndex } from "./work_index.ts";

/** Begins a ref that means a prompt; nothing after it: the last one. */
const PROMPT_PREFIX = "prompt:";
/** Shortest beginning of an id that is looked for. */
const SHORTEST = 4;
/** Ids that an error lists. */
const LISTED = 8;

export class WorkRefs {
  constructor(readonly index: WorkIndex, readonly parent: (commit: ObjectId) => ObjectId | null) {}

  /** The state after a call: by its id, or a beginning of it that no other call has. Throws `ambiguous_ref`. */
  afterCall(branch: string, ref: string): ObjectId | null {
    const exact = this.index.call(branch, ref);
    if (exact.length > 0 || ref.length < SHORTEST) return exact.at(-1) ?? null;
    const like = this.index.calls(branch).filter((id) => id.startsWith(ref));
    if (like.length > 1) throw ambiguous("call", ref, like);
    return like.length === 0 ? null : this.index.call(branch, like[0]!).at(-1) ?? null;
  }

  /** The state before the prompt that a ref means; null: the ref means none. Throws `unknown_ref` and `ambiguous_ref`. */
  beforePrompt(branch: string, ref: string): ObjectId | null {
    const work = this.prompt(branch, ref);
    if (work === null) return null;
    return work.before ?? this.parent(work.commits[0]!);
  }

  /** As {@linkcode beforePrompt}, what is recorded of it. */
  prompt(branch: string, ref: string): PromptWork | null {
    if (!ref.startsWith(PROMPT_PREFIX)) return null;
    const wanted = ref.slice(PROMPT_PREFIX.length);
    const known = this.index.prompts(branch);
    const exact = this.index.prompt(branch, wanted === "" ? known.at(-1) ?? "" : wanted);
    if (exact !== null) return exact;
    const like = wanted.length < SHORTEST ? [] : known.filter((id) => id.startsWith(wanted));
    if (like.length > 1) throw ambiguous("prompt", wanted, like);
    if (like.length === 1) return this.index.prompt(branch, like[0]!);
    throw unknownPrompt(branch, wanted, known);
  }
}

function unknownPrompt(branch: string, wanted: string, known: readonly string[]): HistoryError {
  const newest = known.toReversed();
  const there = newest.length === 0
    ? "agents' hooks tell of prompts, and none did that anything was recorded of"
    : `there are, the last first: ${listed(newest)}`;
  const what = wanted === "" ? "a prompt" : `prompt ${JSON.stringify(wanted)}`;
  return new HistoryError("unknown_ref", `Cannot find ${what} on ${branch}: ${there}`, {
    subject: wanted,
    candidates: [],
  });
}

function ambiguous(what: string, wanted: string, like: readonly string[]): HistoryError {
  return new HistoryError(
    "ambiguous_ref",
    `Cannot tell which ${what} ${wanted} means: ${like.length} ids begin with it; give more of it`,
    { subject: wanted, candidates: like.slice(0, LISTED) },
  );
}

function listed(ids: readonly string[]): string {
  const named = ids.slice(0, LISTED).join(", ");
  return ids.length <= LISTED ? named : `${named}, and ${ids.length - LISTED} older`;
}
