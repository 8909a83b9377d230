/**
 * How much each process, program, branch or tool call has done.
 *
 * @module
 */

import type { Actor } from "../../telemetry/index/actor.ts";
import { DISTINCT_COLUMNS, DistinctPaths } from "../../telemetry/index/distinct_paths.ts";
import type { Part } from "../../telemetry/index/part.ts";
import { FAILED, INDEXED_ACTIONS } from "../../telemetry/index/part_layout.ts";
import { type EventQuestion, partsFor, selectRows } from "../../telemetry/index/select_rows.ts";
import { timestamp } from "../../telemetry/log/ecs.ts";
import { logParts } from "../../telemetry/log/log_parts.ts";

export const GROUPS = ["pid", "program", "branch", "tool"] as const;
export type Group = typeof GROUPS[number];

export interface GroupCount {
  /** "" where it is not known. */
  readonly name: string;
  readonly events: number;
  readonly files: number;
  /** It has very many files: they are so many to within one percent. */
  readonly areFilesAbout: boolean;
  readonly bytes: number;
  readonly failures: number;
  readonly last: string;
}

const NAMES: { readonly [G in Group]: (actor: Actor) => string } = {
  pid: ({ pid, name }) => pid === undefined ? "" : `${name ?? "?"}[${pid}]`,
  program: ({ name }) => name ?? "",
  branch: ({ branch }) => branch ?? "",
  tool: ({ call, tool }) => call === undefined ? "" : `${tool ?? "?"} ${call}`,
};

const WRITE = INDEXED_ACTIONS.indexOf("write");

interface Sum {
  readonly name: string;
  events: number;
  bytes: number;
  failures: number;
  last: number;
}

/** Those with most events first. */
export function countsBy(directory: string, question: EventQuestion, group: Group): GroupCount[] {
  const sums: Sum[] = [];
  const numbers = new Map<string, number>();
  const files = new DistinctPaths();
  const numberOf = (actor: Actor) => {
    if (actor.own === true) return -1;
    const name = NAMES[group](actor);
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, sums.length);
    return sums.push({ name, events: 0, bytes: 0, failures: 0, last: 0 }) - 1;
  };
  const columns = [
    ...DISTINCT_COLUMNS,
    ...["actors", "action", "bytes", "time"] as const,
  ];
  for (const { part } of logParts(directory, partsFor(question, columns))) {
    const rows = selectRows(part, question);
    if (rows === null) continue;
    const groups = Int32Array.from(part.actors, numberOf);
    add(part, rows, groups, sums);
    files.add(part, rows, groups);
  }
  return sums.map(({ last, ...sum }, number) => ({
    ...sum,
    files: files.count(number),
    areFilesAbout: !files.isExact(number),
    last: timestamp(last / 1000),
  })).filter(({ events }) => events > 0).sort((a, b) => b.events - a.events);
}

function add(part: Part, rows: Uint8Array, groups: Int32Array, sums: readonly Sum[]): void {
  const { actor, action, bytes, time, header: { firstTime } } = part;
  let writes = 0;
  for (let row = 0; row < rows.length; row++) {
    const isWrite = (action[row]! & ~FAILED) === WRITE;
    const written = isWrite ? bytes[writes++]! : 0;
    const group = groups[actor[row]!]!;
    if (rows[row] === 0 || group < 0) continue;
    const sum = sums[group]!;
    sum.events++;
    sum.bytes += written;
    if (action[row]! >= FAILED) sum.failures++;
    const at = firstTime + time[row]!;
    if (at > sum.last) sum.last = at;
  }
}
