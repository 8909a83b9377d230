/**
 * What the notes of agents' work add to the history: prompts with the states before them, and calls without a checkpoint.
 *
 * @module
 */

import type { ObjectId } from "../../store/format/object_id.ts";
import type { CallRecord, PromptRecord, WorkJournal, WorkRecord } from "./work_journal.ts";

const PROMPT = "prompt:";
/** Shortest beginning of an id that is looked for, as in the history. */
const SHORTEST = 4;

export class KnownWork {
  constructor(readonly journal: WorkJournal) {}

  /** Of a branch, oldest first. A call of which more was heard later is there once. */
  of(branch: string): WorkRecord[] {
    const last = new Map<unknown, WorkRecord>();
    for (const record of this.journal.of("prompt", "call")) {
      if (record.branch !== branch) continue;
      const { call } = record.details;
      const key = call === undefined ? record : `${record.kind}\0${call}`;
      last.delete(key);
      last.set(key, record);
    }
    return [...last.values()];
  }

  /** The checkpoint before the prompt that `prompt:ID` means; null if that is not what `ref` is, or it is not known. */
  stateBefore(branch: string, ref: string): ObjectId | null {
    return this.#prompt(branch, ref)?.commit ?? null;
  }

  /** `prompt:ID` with the whole id, if it is known; else the ref as it is. */
  wholeRef(branch: string, ref: string): string {
    const prompt = this.#prompt(branch, ref)?.details.prompt;
    return prompt === undefined ? ref : PROMPT + prompt;
  }

  /** The call that a ref means and that changed nothing, as far as is known; null: none. */
  callWithout(branch: string, ref: string): CallRecord | null {
    const calls = this.of(branch)
      .filter((record) => record.kind === "call" && record.commit === null) as CallRecord[];
    return calls.find(({ details }) => details.call === ref) ?? only(
      ref.length < SHORTEST ? [] : calls.filter(({ details }) => details.call?.startsWith(ref)),
    );
  }

  #prompt(branch: string, ref: string): PromptRecord | null {
    if (!ref.startsWith(PROMPT)) return null;
    const wanted = ref.slice(PROMPT.length);
    const prompts = this.of(branch).filter((record) => record.kind === "prompt");
    if (wanted === "") return prompts.at(-1) ?? null;
    // One that was given again begins where it was given last.
    const exact = prompts.findLast(({ details }) => details.prompt === wanted);
    if (exact !== undefined || wanted.length < SHORTEST) return exact ?? null;
    return only(prompts.filter(({ details }) => details.prompt?.startsWith(wanted)));
  }
}

function only<T>(found: readonly T[]): T | null {
  return found.length === 1 ? found[0]! : null;
}
