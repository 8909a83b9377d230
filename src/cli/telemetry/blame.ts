/**
 * What was done to one file, under the names that it had.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import type { Part } from "../../telemetry/index/part.ts";
import { EMPTY_HASH, hashOn } from "../../telemetry/index/path_hash.ts";
import { LineReader } from "../../telemetry/log/line_reader.ts";
import { logParts } from "../../telemetry/log/log_parts.ts";
import { type LoggedEvent, parseLoggedEvent } from "../../telemetry/logged_event.ts";

const COLUMNS = [
  ...["pathHash2", "parent", "nameEnd", "names", "actors"] as const,
  ...["offset", "actor", "time", "path"] as const,
];

export interface Blamed {
  readonly event: LoggedEvent;
  readonly line: string;
}

/** Of the log's events those that made the file at `path` what it is in `branch`, the oldest first. */
export function blame(
  directory: string,
  path: string,
  branch: string,
  since = -Infinity,
): Blamed[] {
  const made: Blamed[] = [];
  let name = path;
  const parts = logParts(directory, {
    since,
    newestFirst: true,
    first: ["pathHash", "target"],
    isWanted: (part) => part.header.rows > 0 && mayTellOf(part, name),
    columns: COLUMNS,
  });
  for (const { file, part } of parts) {
    using reader = new LineReader(file);
    name = blamePart(part, reader, { since, branch }, name, made);
  }
  return made.reverse();
}

/** Adds to `made`, the newest first. Returns the name that the file had before. */
function blamePart(
  part: Part,
  reader: LineReader,
  { since, branch }: { since: number; branch: string },
  name: string,
  made: Blamed[],
): string {
  const { offset, time, actor, header: { from, firstTime } } = part;
  let rows = rowsOf(part, name);
  for (let row; (row = rows.pop()) !== undefined;) {
    if (firstTime + time[row]! < since || part.actors[actor[row]!]!.branch !== branch) continue;
    const line = reader.lineAt(from + offset[row]!);
    const event = line === null ? null : parseLoggedEvent(line);
    const before = event === null ? null : nameBefore(event, name);
    if (before === null) continue;
    made.push({ event: event!, line: line! });
    if (before === name) continue;
    name = before;
    const last = row;
    rows = rowsOf(part, name).filter((row) => row < last);
  }
  return name;
}

/** By the hashes alone: of the file, and of what was given a name that it or a directory above it has. */
function mayTellOf(part: Part, name: string): boolean {
  if (part.mayHave([binaryString(name)])) return true;
  const { target, pathHash } = part;
  if (target.length === 0) return false;
  const above = new Set(
    directoriesAbove(name).map((path) => hashOn(EMPTY_HASH, binaryString(path))),
  );
  for (let i = 1; i < target.length; i += 2) if (above.has(pathHash[target[i]!]!)) return true;
  return false;
}

function directoriesAbove(name: string): string[] {
  const above: string[] = [];
  for (let at = name.lastIndexOf("/"); at > 0; at = name.lastIndexOf("/", at - 1)) {
    above.push(name.slice(0, at));
  }
  return above;
}

/** Rows about the file, or with a name that it or a directory above it was given, the oldest first. */
function rowsOf(part: Part, name: string): number[] {
  const rows: number[] = [];
  const self = part.placeOf(binaryString(name));
  const places = new Set(self < 0 ? [] : [self]);
  if (part.target.length > 0) {
    for (const path of directoriesAbove(name)) {
      const place = part.placeOf(binaryString(path));
      if (place >= 0) places.add(place);
    }
  }
  if (self >= 0) {
    const { path } = part;
    for (let row = path.indexOf(self); row >= 0; row = path.indexOf(self, row + 1)) rows.push(row);
  }
  for (let i = 0; i < part.target.length; i += 2) {
    if (places.has(part.target[i + 1]!)) rows.push(part.target[i]!);
  }
  return [...new Set(rows)].sort((a, b) => a - b);
}

/** What the file was called before the event, if that made it what it is; null: that was not about it. */
function nameBefore({ event, file }: LoggedEvent, name: string): string | null {
  if (event.outcome === "failure" || file === undefined) return null;
  const { path: from, target_path: to } = file;
  if (event.action !== "rename" || to === undefined || from === undefined) {
    return from === name || event.action === "link" && to === name ? name : null;
  }
  if (name === to) return from;
  if (name.startsWith(`${to}/`)) return from + name.slice(to.length);
  return from === name ? name : null;
}
