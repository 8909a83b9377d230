/**
 * What was done to one file, under the names that it had.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import type { Part } from "../../telemetry/index/part.ts";
import { columnsFor, type EventQuestion, selectRows } from "../../telemetry/index/select_rows.ts";
import { LineReader } from "../../telemetry/log/line_reader.ts";
import { logParts } from "../../telemetry/log/log_parts.ts";
import { type LoggedEvent, parseLoggedEvent } from "../../telemetry/logged_event.ts";

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
  const question = { since, actor: (actor: { branch?: string }) => actor.branch === branch };
  const columns = [
    ...columnsFor({ ...question, paths: [path] }),
    "offset" as const,
  ];
  const made: Blamed[] = [];
  let name = path;
  for (const { file, part } of logParts(directory, { since, columns, newestFirst: true })) {
    using reader = new LineReader(file);
    name = blamePart(part, reader, question, name, made);
  }
  return made.reverse();
}

/** Adds to `made`, the newest first. Returns the name that the file had before. */
function blamePart(
  part: Part,
  reader: LineReader,
  question: EventQuestion,
  name: string,
  made: Blamed[],
): string {
  const targets = new Map<number, number>();
  for (let i = 0; i < part.target.length; i += 2) {
    targets.set(part.target[i]!, part.target[i + 1]!);
  }
  let meant = placesOf(part, name);
  const rows = meant === null ? null : selectRows(part, question);
  if (rows === null) return name;
  const { path, offset, header: { from } } = part;
  for (let row = rows.length - 1; row >= 0 && meant !== null; row--) {
    const target = targets.get(row) ?? -1;
    const isMeant = path[row] === meant.self || target >= 0 && meant.all.has(target);
    if (rows[row] === 0 || !isMeant) continue;
    const line = reader.lineAt(from + offset[row]!);
    const event = line === null ? null : parseLoggedEvent(line);
    const before = event === null ? null : nameBefore(event, name);
    if (before === null) continue;
    made.push({ event: event!, line: line! });
    if (before === name) continue;
    name = before;
    meant = placesOf(part, name);
  }
  return name;
}

/** Where the part has the file's name, and where those of the directories above it; null if it has none of them. */
function placesOf(part: Part, name: string): { self: number; all: Set<number> } | null {
  const self = part.placeOf(binaryString(name));
  const all = new Set(self < 0 ? [] : [self]);
  for (let at = name.lastIndexOf("/"); at > 0; at = name.lastIndexOf("/", at - 1)) {
    const place = part.placeOf(binaryString(name.slice(0, at)));
    if (place >= 0) all.add(place);
  }
  return all.size === 0 ? null : { self, all };
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
