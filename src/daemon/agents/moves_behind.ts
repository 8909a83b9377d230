/**
 * What was changed behind the agents that work in a branch: by a rollback, a merge or the like, by whomever.
 *
 * An agent remembers what it read. Its own guard against stale writes compares times, and a file that went back to an older time
 * passes: so the agent has to be told. What it was not told yet is known to the next server, too.
 *
 * @module
 */

import { displayString } from "../../../ffi/binary_string.ts";
import { S_IFDIR, S_IFMT, type Snapshot } from "../../store/trees/entry.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import { RecentMap } from "./recent_map.ts";
import type { MoveRecord, WorkJournal } from "./work_journal.ts";

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

interface Move {
  readonly number: number;
  /** Compares once. */
  compared(): Promise<MoveBehind>;
}

export class MovesBehind {
  readonly #moves = new RecentMap<string, Move[]>(MOST_BRANCHES);
  /** Number of the last move of any branch. */
  #last = 0;
  /** That of the last one of a server before this one. */
  readonly before: number;

  constructor(
    readonly background: Pick<BackgroundClient, "call">,
    readonly journal: WorkJournal,
  ) {
    for (const move of journal.of("move")) this.#add(move);
    this.before = this.#last;
  }

  get last(): number {
    return this.#last;
  }

  /** A branch's tree was made another one. */
  moved(branch: string, from: Snapshot, to: Snapshot): void {
    const move: MoveRecord = { kind: "move", branch, number: this.#last + 1, from, to };
    this.journal.append(move);
    // While both states are sure to be there.
    void this.#add(move).compared();
  }

  /** What became of a branch after move `number`. */
  async since(branch: string, number: number): Promise<MoveBehind[]> {
    const moves = (this.#moves.get(branch) ?? []).filter((move) => move.number > number);
    return await Promise.all(moves.map((move) => move.compared()));
  }

  #add({ branch, number, from, to }: MoveRecord): Move {
    this.#last = Math.max(this.#last, number);
    let comparison: Promise<MoveBehind> | undefined;
    const move = { number, compared: () => comparison ??= this.#compare(number, from, to) };
    const others = this.#moves.get(branch) ?? [];
    this.#moves.set(branch, [...others, move].slice(-MOST_MOVES));
    return move;
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
