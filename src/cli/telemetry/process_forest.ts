/**
 * Processes as they started each other, with what each did.
 *
 * @module
 */

import { displayString } from "../../../ffi/binary_string.ts";
import type { Actor } from "../../telemetry/index/actor.ts";
import { DISTINCT_COLUMNS, DistinctPaths } from "../../telemetry/index/distinct_paths.ts";
import type { Part } from "../../telemetry/index/part.ts";
import { FAILED, INDEXED_ACTIONS, NONE } from "../../telemetry/index/part_layout.ts";
import { type EventQuestion, partsFor, selectRows } from "../../telemetry/index/select_rows.ts";
import { logParts } from "../../telemetry/log/log_parts.ts";

export interface ProcessNode {
  readonly pid: number;
  name: string;
  args: readonly string[];
  /** Events by action. */
  readonly actions: Map<string, number>;
  /** How many files; about, if there are very many. */
  fileCount: number;
  /** Their paths: the first ones of them. */
  readonly files: Set<string>;
  readonly children: ProcessNode[];
}

/** Of a process, paths that are kept. */
export const MOST_FILES = 1_000;

interface Known {
  readonly number: number;
  readonly node: ProcessNode;
  parent: number | undefined;
}

/** Those whose parents did nothing that was told of. `areNamed`: with the paths of the files. */
export function processForest(
  directory: string,
  question: EventQuestion,
  areNamed: boolean,
): ProcessNode[] {
  const processes = new Map<string, Known>();
  const paths = new DistinctPaths();
  const columns = [
    ...DISTINCT_COLUMNS,
    ...["actors", "args", "action"] as const,
    ...areNamed ? ["parent", "nameEnd", "names"] as const : [],
  ];
  for (const { part } of logParts(directory, partsFor(question, columns))) {
    const rows = selectRows(part, question);
    if (rows === null) continue;
    const knowns = part.actors.map((actor, i) => knownOf(processes, actor, part.args[i] ?? []));
    paths.add(part, rows, Int32Array.from(knowns, (known) => known?.number ?? -1));
    countActions(part, rows, knowns);
    if (areNamed) addNames(part, rows, knowns);
  }
  return forestOf([...processes.values()], paths);
}

function knownOf(
  processes: Map<string, Known>,
  { pid, name = "?", parent, entity = `${pid}`, cut }: Actor,
  args: readonly string[],
): Known | null {
  if (pid === undefined) return null;
  let known = processes.get(entity);
  if (known === undefined) {
    const node = {
      pid,
      name,
      args,
      actions: new Map(),
      fileCount: 0,
      files: new Set<string>(),
      children: [],
    };
    known = { number: processes.size, node, parent };
    processes.set(entity, known);
  }
  known.node.name = name;
  const isKnown = cut === true && known.node.args.join("\0").startsWith(args.join("\0"));
  if (args.length > 0 && !isKnown) known.node.args = args;
  if (parent !== undefined) known.parent = parent;
  return known;
}

function countActions(part: Part, rows: Uint8Array, knowns: readonly (Known | null)[]): void {
  const { actor, action } = part;
  const kinds = INDEXED_ACTIONS.length;
  const counts = new Uint32Array(knowns.length * kinds);
  for (let row = 0; row < rows.length; row++) {
    if (rows[row] === 1) counts[actor[row]! * kinds + (action[row]! & ~FAILED)]!++;
  }
  counts.forEach((count, i) => {
    const known = count === 0 ? null : knowns[Math.floor(i / kinds)];
    if (known === null || known === undefined) return;
    const { actions } = known.node;
    const name = INDEXED_ACTIONS[i % kinds]!;
    actions.set(name, (actions.get(name) ?? 0) + count);
  });
}

function addNames(part: Part, rows: Uint8Array, knowns: readonly (Known | null)[]): void {
  const { actor, path } = part;
  rows.forEach((isMeant, row) => {
    const files = knowns[actor[row]!]?.node.files;
    if (isMeant === 0 || files === undefined || path[row] === NONE) return;
    if (files.size < MOST_FILES) files.add(displayString(part.pathAt(path[row]!)));
  });
}

function forestOf(processes: readonly Known[], paths: DistinctPaths): ProcessNode[] {
  const did = processes.filter(({ node }) => node.actions.size > 0);
  /** Who had a number last: they are used again. */
  const current = new Map(did.map((known) => [known.node.pid, known]));
  const starters = new Map<Known, Known>();
  return did.filter((known) => {
    known.node.fileCount = paths.count(known.number);
    const starter = current.get(known.parent ?? -1);
    // A number that was used again may seem to be that of a descendant.
    for (let above = starter; above !== undefined; above = starters.get(above)) {
      if (above === known) return true;
    }
    if (starter === undefined) return true;
    starters.set(known, starter);
    starter.node.children.push(known.node);
    return false;
  }).map(({ node }) => node);
}
