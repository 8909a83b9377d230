/**
 * What was done to one file, under the names that it had, and to what was at its path before it.
 *
 * The log is read backwards from the path: a rename or a link says under which other name the file was known before. What
 * a file did under a name that it was given later is then looked for forwards. Paths are binary strings.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import type { Action } from "../../telemetry/event.ts";
import type { Part } from "../../telemetry/index/part.ts";
import { LineReader } from "../../telemetry/log/line_reader.ts";
import { logParts } from "../../telemetry/log/log_parts.ts";
import {
  exactPaths,
  type LoggedEvent,
  parseLoggedEvent,
  timeOf,
} from "../../telemetry/logged_event.ts";
import { namesBefore } from "./names_before.ts";
import { mayTellOf, rowsAbout, rowsOfMoves } from "./rows_about.ts";

const COLUMNS = [
  ...["pathHash2", "parent", "nameEnd", "names", "actors"] as const,
  ...["offset", "actor", "time", "path"] as const,
];
const FIRST = ["pathHash", "target", "action"] as const;

/** Actions that begin a file. */
const BIRTHS: readonly Action[] = ["create", "mknod", "symlink"];

export interface Blamed {
  readonly event: LoggedEvent;
  readonly line: string;
}

/** Of the log's events those that made what is at `path` what it is in `branch`, the oldest first. */
export function blame(
  directory: string,
  path: string,
  branch: string,
  since = -Infinity,
): Blamed[] {
  const walk = new Backwards(binaryString(path));
  const parts = logParts(directory, {
    since,
    newestFirst: true,
    first: FIRST,
    isWanted: (part) =>
      part.rows > 0 && (mayTellOf(part, walk.names) || rowsOfMoves(part).length > 0),
    columns: COLUMNS,
  });
  for (const { file, part } of parts) {
    using reader = new LineReader(file);
    const rowsLeft = () =>
      [...rowsAbout(part, walk.names), ...rowsOfMoves(part)].sort((a, b) => a - b);
    let rows = rowsLeft();
    for (let row; (row = rows.pop()) !== undefined;) {
      if (timeAt(part, row) < since || branchAt(part, row) !== branch) continue;
      const blamed = read(part, reader, row);
      if (blamed === null || !walk.take(blamed)) continue;
      const last = row;
      rows = rowsLeft().filter((row) => row < last);
    }
  }
  const made = [...walk.made, ...underOtherNames(directory, walk, branch)];
  return [...made, ...effective(walk.moves, made)]
    .sort((a, b) => a.event.event.sequence - b.event.event.sequence);
}

/** From what is there now to what it came from. */
class Backwards {
  names: ReadonlySet<string>;
  readonly made: Blamed[] = [];
  readonly links: LoggedEvent[] = [];
  /** Checkpoints, and what made the branch something else. */
  readonly moves: Blamed[] = [];

  constructor(readonly path: string) {
    this.names = new Set([path]);
  }

  /** True if it was known by other names before. */
  take(blamed: Blamed): boolean {
    const { event } = blamed;
    const { action } = event.event;
    if (action === "move" || action === "checkpoint") {
      this.moves.push(blamed);
      return false;
    }
    const before = this.#namesBefore(event);
    if (before === null) return false;
    this.made.push(blamed);
    if (action === "link") this.links.push(event);
    const isOther = before.size !== this.names.size || !this.names.isSupersetOf(before);
    this.names = before;
    return isOther;
  }

  #namesBefore(event: LoggedEvent): ReadonlySet<string> | null {
    const before = namesBefore(event, this.names);
    if (before === null || !BIRTHS.includes(event.event.action)) return before;
    // What had that name earlier was another file. Of the path itself that is an earlier version.
    const born = exactPaths(event).path!;
    return born === this.path || before.size === 1 ? before : before.difference(new Set([born]));
  }
}

/** Of rollbacks those that made the file another one than it was. */
function effective(moves: readonly Blamed[], made: readonly Blamed[]): Blamed[] {
  /** The event that made the file what it is; null: what it was made by is older than the log. */
  let version: number | null = null;
  const versions = new Map<string, number | null>();
  const all = [...moves, ...made].sort((a, b) => timeOf(a.event) - timeOf(b.event));
  return all.filter(({ event: { event, agentvfs: { checkpoint } } }) => {
    if (checkpoint === undefined) version = event.sequence;
    else if (event.action === "checkpoint") versions.set(checkpoint.id, version);
    else if (checkpoint.kind === "rollback") {
      const before = version;
      version = versions.get(checkpoint.id) ?? null;
      return version !== before;
    }
    return false;
  });
}

/** What was done to files by names that they were linked to, which the way backwards did not come by. */
function underOtherNames(directory: string, { links, made }: Backwards, branch: string): Blamed[] {
  if (links.length === 0) return [];
  const known = new Set(made.map(({ event }) => event.event.sequence));
  const files = new Set(links.map(({ file }) => file?.inode));
  const first = Math.min(...links.map(({ event }) => event.sequence));
  const names = new Set<string>();
  const add = (event: LoggedEvent) => {
    const { path, target } = exactPaths(event);
    for (const name of [path, target]) if (name !== undefined) names.add(name);
  };
  links.forEach(add);
  const found: Blamed[] = [];
  const parts = logParts(directory, {
    since: Math.min(...links.map(timeOf)),
    first: FIRST,
    isWanted: (part) => part.rows > 0 && mayTellOf(part, names),
    columns: COLUMNS,
  });
  for (const { file, part } of parts) {
    using reader = new LineReader(file);
    let rows = rowsAbout(part, names).reverse();
    for (let row; (row = rows.pop()) !== undefined;) {
      if (branchAt(part, row) !== branch) continue;
      const blamed = read(part, reader, row);
      if (blamed === null || blamed.event.event.sequence < first) continue;
      const { event: { event, file } } = blamed;
      if (event.outcome === "failure" || !files.has(file?.inode)) continue;
      if (!known.has(event.sequence)) found.push(blamed);
      if (event.action !== "rename" && event.action !== "link") continue;
      add(blamed.event);
      const last = row;
      rows = rowsAbout(part, names).filter((row) => row > last).reverse();
    }
  }
  return found;
}

function read(part: Part, reader: LineReader, row: number): Blamed | null {
  const line = reader.lineAt(part.header.from + part.offset[row]!);
  const event = line === null ? null : parseLoggedEvent(line);
  return event === null ? null : { event, line: line! };
}

function timeAt(part: Part, row: number): number {
  return part.header.firstTime + part.time[row]!;
}

function branchAt(part: Part, row: number): string | undefined {
  return part.actors[part.actor[row]!]!.branch;
}
