/**
 * What an agent did and could not be recorded: it hears of it once, and again if that happens anew after it was mended.
 *
 * @module
 */

import { RecentMap } from "./recent_map.ts";

/** Branches that are remembered. */
const MOST_BRANCHES = 256;

interface Failure {
  readonly why: string;
  /** Sessions that know of it. */
  readonly told: Set<string>;
}

export class Unrecorded {
  readonly #failures = new RecentMap<string, Failure | null>(MOST_BRANCHES);

  failed(branch: string, why: string): void {
    const known = this.#failures.get(branch);
    if (known?.why !== why) this.#failures.set(branch, { why, told: new Set() });
  }

  /** What was changed in the branch is recorded. */
  recorded(branch: string): void {
    if (this.#failures.get(branch)) this.#failures.set(branch, null);
  }

  /** Why something is not recorded, if the session was not told; it is now. */
  untold(branch: string, session: string | null): string | null {
    const failure = this.#failures.get(branch);
    if (!failure || failure.told.has(session ?? "")) return null;
    failure.told.add(session ?? "");
    return failure.why;
  }
}
