/**
 * Which events of a part are asked for.
 *
 * @module
 */

import type { Action } from "../event.ts";
import type { Actor } from "./actor.ts";
import type { Part } from "./part.ts";
import { type Column, FAILED, INDEXED_ACTIONS, NONE } from "./part_layout.ts";

/** All of it has to be so. */
export interface EventQuestion {
  /** µs since 1970; what was before is left out. */
  readonly since?: number;
  /** µs since 1970; what was after is left out. */
  readonly until?: number;
  /** About one of these paths or what is below them, by either name: absolute, binary strings. None: about anything. */
  readonly paths?: readonly string[];
  /** Done by one of whom this is true. */
  readonly actor?: (actor: Actor) => boolean;
  readonly actions?: readonly Action[];
}

/** What is asked of the log for {@linkcode selectRows}: the parts that may have such events, and what it reads of them. */
export function partsFor(question: EventQuestion, more: readonly Column[] = []) {
  const { since = -Infinity, until = Infinity, paths = [] } = question;
  return {
    since,
    first: paths.length === 0 ? [] : ["pathHash"] as const,
    isWanted: (part: Part) => {
      const { rows, firstTime, lastTime } = part.header;
      return rows > 0 && lastTime >= since && firstTime <= until &&
        (paths.length === 0 || part.mayHave(paths));
    },
    columns: [...columnsFor(question), ...more],
  };
}

function columnsFor({ since, until, paths = [], actor, actions }: EventQuestion): Column[] {
  const columns: Column[] = [];
  if (since !== undefined || until !== undefined) columns.push("time");
  if (paths.length > 0) {
    columns.push("pathHash", "pathHash2", "parent", "nameEnd", "names", "path", "target");
  }
  if (actor !== undefined) columns.push("actors", "actor");
  if (actions !== undefined) columns.push("action");
  return columns;
}

/** 1 for each row that is meant; null: none is. */
export function selectRows(part: Part, question: EventQuestion): Uint8Array | null {
  const { since = -Infinity, until = Infinity, paths = [], actor, actions } = question;
  const { firstTime, lastTime, rows } = part.header;
  if (rows === 0 || lastTime < since || firstTime > until) return null;
  const within = paths.length === 0 ? null : part.within(paths);
  if (paths.length > 0 && within === null) return null;
  const wanted = within === null ? new Uint8Array(rows).fill(1) : rowsWithin(part, within);
  if (firstTime < since || lastTime > until) {
    const { time } = part;
    for (let row = 0; row < rows; row++) {
      const at = firstTime + time[row]!;
      if (at < since || at > until) wanted[row] = 0;
    }
  }
  if (actor !== undefined) {
    const areMeant = Uint8Array.from(part.actors, (one) => Number(actor(one)));
    keep(wanted, part.actor, (number) => areMeant[number] === 1);
  }
  if (actions !== undefined) {
    const numbers = new Set(actions.map((action) => INDEXED_ACTIONS.indexOf(action)));
    keep(wanted, part.action, (number) => numbers.has(number & ~FAILED));
  }
  return wanted.includes(1) ? wanted : null;
}

function rowsWithin(part: Part, within: Uint8Array): Uint8Array {
  const { path, target, rows } = part;
  const wanted = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const place = path[row]!;
    if (place !== NONE) wanted[row] = within[place]!;
  }
  for (let i = 0; i < target.length; i += 2) {
    if (within[target[i + 1]!] === 1) wanted[target[i]!] = 1;
  }
  return wanted;
}

function keep(
  wanted: Uint8Array,
  column: Uint16Array | Uint8Array,
  isMeant: (value: number) => boolean,
): void {
  for (let row = 0; row < wanted.length; row++) {
    if (wanted[row] === 1 && !isMeant(column[row]!)) wanted[row] = 0;
  }
}
