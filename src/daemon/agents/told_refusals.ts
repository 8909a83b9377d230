/**
 * Which refusals each session of an agent has heard of.
 *
 * @module
 */

import type { Denial } from "../../policy/denial.ts";
import { RecentMap } from "./recent_map.ts";

/** Sessions that are remembered. */
const MOST = 1_000;

export class ToldRefusals {
  readonly #told = new RecentMap<string, number>(MOST);

  /**
   * Those of a branch that its session has not heard of, which then counts as told. What was refused before anything was heard
   * of a session is not about it.
   */
  untold(branch: string, session: string | null, last: readonly Denial[]): readonly Denial[] {
    const key = JSON.stringify([branch, session]);
    const heard = this.#told.get(key);
    this.#told.set(key, last.at(-1)?.number ?? heard ?? 0);
    if (heard === undefined) return [];
    return last.filter((denial) => denial.branch === branch && denial.number > heard);
  }
}
