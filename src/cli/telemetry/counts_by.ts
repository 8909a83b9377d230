/**
 * How much each process, program, branch or tool call has done.
 *
 * @module
 */

import type { LoggedEvent } from "../../telemetry/logged_event.ts";

export const GROUPS = ["pid", "program", "branch", "tool"] as const;
export type Group = typeof GROUPS[number];

export interface GroupCount {
  /** "" where it is not known. */
  readonly name: string;
  readonly events: number;
  readonly files: number;
  readonly bytes: number;
  readonly failures: number;
  readonly last: string;
}

/** Those with most events first. */
export function countsBy(events: Iterable<LoggedEvent>, group: Group): GroupCount[] {
  const counts = new Map<string, { -readonly [K in keyof GroupCount]: GroupCount[K] }>();
  const files = new Map<string, Set<string>>();
  for (const { event, file, process, agentvfs, "@timestamp": last } of events) {
    if (event.provider === "agentvfs") continue;
    const name = {
      pid: process?.pid === undefined ? "" : `${process.name ?? "?"}[${process.pid}]`,
      program: process?.name ?? "",
      branch: agentvfs.branch ?? "",
      tool: agentvfs.call === undefined ? "" : `${agentvfs.tool ?? "?"} ${agentvfs.call}`,
    }[group];
    const count = counts.get(name) ?? { name, events: 0, files: 0, bytes: 0, failures: 0, last };
    const paths = files.get(name) ?? new Set();
    if (file?.path !== undefined) paths.add(file.path);
    files.set(name, paths);
    count.events++;
    count.files = paths.size;
    count.bytes += event.action === "write" ? agentvfs.bytes ?? 0 : 0;
    count.failures += event.outcome === "failure" ? 1 : 0;
    count.last = last;
    counts.set(name, count);
  }
  return [...counts.values()].sort((a, b) => b.events - a.events);
}
