/**
 * What was changed behind the agents that work in a branch: by a rollback, a merge or the like, by whomever.
 *
 * An agent remembers what it read. Its own guard against stale writes compares times, and a file that went back to an older time
 * passes: so the agent has to be told.
 *
 * @module
 */

import { displayString } from "../../../ffi/binary_string.ts";
import { S_IFDIR, S_IFMT, type Snapshot } from "../../store/trees/entry.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import { RecentMap } from "./recent_map.ts";

const MOST_BRANCHES = 256;
/** Moves of a branch that are remembered. */
const MOST_MOVES = 32;
/** Paths of one that are named; the rest is counted. */
const MOST_PATHS = 100;

/** One move of a branch's tree. */
export interface MoveBehind {
  /** Later ones have higher numbers. */
  readonly number: number;
  /** As a diff lists them, directories left out. */
  readonly paths: readonly string[];
  /** How many more there are. */
  readonly more: number;
}

export class MovesBehind {
  readonly #moves = new RecentMap<string, Promise<MoveBehind>[]>(MOST_BRANCHES);
  /** Number of the last move of any branch. */
  last = 0;

  constructor(readonly background: Pick<BackgroundClient, "call">) {}

  /** A branch's tree was made another one. */
  moved(branch: string, before: Snapshot, after: Snapshot): void {
    const move = this.#compare(++this.last, before, after);
    const others = this.#moves.get(branch) ?? [];
    this.#moves.set(branch, [...others, move].slice(-MOST_MOVES));
  }

  /** What became of a branch after move `number`. */
  async since(branch: string, number: number): Promise<MoveBehind[]> {
    const moves = await Promise.all(this.#moves.get(branch) ?? []);
    return moves.filter((move) => move.number > number);
  }

  async #compare(number: number, from: Snapshot, to: Snapshot): Promise<MoveBehind> {
    try {
      const { changes } = await this.background.call("diff", { from, to, patch: false });
      const files = changes.filter(({ before, after }) => !isDirectory((after ?? before)!.mode));
      const paths = files.slice(0, MOST_PATHS).map(({ path }) => displayString(path));
      return { number, paths, more: files.length - paths.length };
    } catch (error) {
      console.log(`Cannot tell agents what was changed: ${(error as Error).message}`);
      return { number, paths: [], more: 0 };
    }
  }
}

function isDirectory(mode: number): boolean {
  return (mode & S_IFMT) === S_IFDIR;
}
