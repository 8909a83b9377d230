/**
 * Checkpoints that nobody asks for: when a branch has become quiet, every so often, and before very much is deleted.
 *
 * While a tool call of an agent is under way in a branch, neither of the first two is made: what the call changes is to be the
 * call's.
 *
 * @module
 */

import type { CommitDetails, CommitMoment } from "../../history/commits/commit_details.ts";
import type { Branch } from "../branches/branch.ts";
import type { SaveCommit, TakenCapture, TreeState } from "../threads/messages.ts";
import type { AutoPolicy } from "./auto_policy.ts";

export interface AutoParts {
  /** Those whose views are open. */
  open(): Promise<Branch[]>;
  turn<T>(what: string, job: () => Promise<T>): Promise<T>;
  /** The call of an agent that is under way in a branch, if it is only one; true: several are. */
  callIn(branch: string): { readonly agent: string; readonly details: CommitDetails } | boolean;
  log(words: string): void;
  /** So many deletions on a branch are very much by a rule; null: no rule says. */
  deletionsIn(branch: string): number | null;
}

/** What is known of a branch that changes. */
interface Watched {
  /** What its journal was when it was looked at last. */
  journal: string;
  /** Since when that has not changed, `performance.now()`. */
  since: number;
}

/** How often it is looked whether a branch is quiet, as a part of the time. */
const LOOKS = 4;
const LEAST_LOOK_MS = 100;
const MOST_LOOK_MS = 2_000;

export class AutoCheckpoints {
  #policy: AutoPolicy;
  #timers: ReturnType<typeof setInterval>[] = [];
  readonly #watched = new WeakMap<Branch, Watched>();

  constructor(readonly parts: AutoParts, policy: AutoPolicy) {
    this.#policy = policy;
    this.#start();
  }

  get policy(): AutoPolicy {
    return this.#policy;
  }

  /** From now on. */
  async set(policy: AutoPolicy): Promise<void> {
    this.stop();
    this.#policy = policy;
    this.#start();
    await this.refresh();
  }

  /** Rules may say something else of deletions now. */
  async refresh(): Promise<void> {
    for (const branch of await this.parts.open()) await this.opened(branch);
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  /** A branch can be worked in. */
  async opened(branch: Branch): Promise<void> {
    const said = [this.#policy.deletions, this.parts.deletionsIn(branch.name)];
    const numbers = said.filter((number) => number !== null);
    const deletions = numbers.length === 0 ? null : Math.min(...numbers);
    await branch.fs.callView(branch.view, "watchRemovals", deletions);
  }

  /** Very much is being deleted in a branch, and what was there was captured. */
  captured(branch: Branch, capture: TakenCapture): void {
    const call = this.parts.callIn(branch.name);
    branch.captured(capture, commitOf("deletion", typeof call === "boolean" ? undefined : call));
    this.#attempt(() => this.parts.turn("checkpoint", () => branch.saveCaptured()));
  }

  #start(): void {
    const { quietMs, timerMs } = this.#policy;
    if (quietMs !== null) {
      const look = Math.min(MOST_LOOK_MS, Math.max(LEAST_LOOK_MS, quietMs / LOOKS));
      this.#every(look, (branch) => this.#lookAt(branch, quietMs));
    }
    if (timerMs !== null) this.#every(timerMs, (branch) => this.#record(branch, "timer"));
  }

  #every(ms: number, job: (branch: Branch) => Promise<unknown>): void {
    let isBusy = false;
    const timer = setInterval(() => {
      if (isBusy) return;
      isBusy = true;
      this.#attempt(async () => {
        for (const branch of await this.parts.open()) {
          if (this.parts.callIn(branch.name) === false) await job(branch);
        }
      }, () => isBusy = false);
    }, ms);
    Deno.unrefTimer(timer);
    this.#timers.push(timer);
  }

  async #lookAt(branch: Branch, quietMs: number): Promise<void> {
    const state = await branch.state();
    const now = performance.now();
    const journal = journalOf(state);
    const before = this.#watched.get(branch);
    if (!state.changed || before?.journal !== journal) {
      this.#watched.set(branch, { journal, since: now });
    } else if (now - before.since >= quietMs) {
      await this.#record(branch, "quiet");
    }
  }

  #record(branch: Branch, moment: CommitMoment): Promise<unknown> {
    const commit = () => Promise.resolve(commitOf(moment));
    return this.parts.turn("checkpoint", () => branch.saveIfChanged(commit));
  }

  /** Nobody waits for it. */
  #attempt(job: () => Promise<unknown>, done?: () => void): void {
    job().catch((error) => this.parts.log(`No automatic checkpoint: ${(error as Error).message}`))
      .finally(done);
  }
}

/** The same as long as nothing is written. */
function journalOf({ journalBytes, journalRecords, changes }: TreeState): string {
  return `${journalBytes} ${journalRecords} ${changes}`;
}

function commitOf(
  moment: CommitMoment,
  { agent, details }: { agent: string | null; details: CommitDetails } = {
    agent: null,
    details: {},
  },
): SaveCommit {
  return {
    label: "",
    message: "",
    kind: "checkpoint",
    agent,
    details: { ...details, moment },
  };
}
