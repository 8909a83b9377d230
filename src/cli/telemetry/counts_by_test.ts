import assert from "node:assert/strict";
import type { TelemetryEvent } from "../../telemetry/event.ts";
import { EventLog } from "../../telemetry/log/event_log.ts";
import { readLogLines } from "../../telemetry/log/log_reader.ts";
import { LOG_LIMITS } from "../../telemetry/log/log_limits.ts";
import { LogWriter } from "../../telemetry/log/log_writer.ts";
import { type LoggedEvent, parseLoggedEvent, timeOf } from "../../telemetry/logged_event.ts";
import { countsBy, type Group, GROUPS } from "./counts_by.ts";
import { processForest, type ProcessNode } from "./process_forest.ts";

const ACTIONS = ["create", "write", "unlink"] as const;

function eventAt(i: number): TelemetryEvent {
  const pid = 10 + i % 5;
  return {
    provider: i % 20 === 0 ? "agentvfs" : "mount",
    action: ACTIONS[i % 3]!,
    time: i,
    error: i % 7 === 0 ? "EACCES" : 0,
    path: `/m/d${i % 4}/f${i % 50}`,
    branch: i % 11 === 0 ? "b" : "main",
    ...(i % 3 === 1 ? { bytes: i } : {}),
    ...(i % 6 === 0
      ? {}
      : { process: { pid, name: `p${pid % 3}`, parent: pid === 10 ? 14 : pid - 1 } }),
    ...(i % 4 === 0 ? { call: `c${i % 8}`, tool: "Bash" } : {}),
  };
}

function withLog(body: (directory: string, events: readonly LoggedEvent[]) => void): void {
  const directory = Deno.makeTempDirSync();
  try {
    const log = new EventLog(new LogWriter(directory, { ...LOG_LIMITS, fileBytes: 64 * 1024 }));
    for (let i = 0; i < 900; i++) log.write(eventAt(i));
    log.close();
    body(directory, [...readLogLines(directory)].map((line) => parseLoggedEvent(line)!));
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

/** Of each group: events, files, bytes, failures, by reading each line. */
function expected(events: readonly LoggedEvent[], group: Group) {
  const names: Record<Group, (event: LoggedEvent) => string> = {
    pid: ({ process }) => process === undefined ? "" : `${process.name}[${process.pid}]`,
    program: ({ process }) => process?.name ?? "",
    branch: ({ agentvfs }) => agentvfs.branch ?? "",
    tool: ({ agentvfs: { call, tool } }) => call === undefined ? "" : `${tool} ${call}`,
  };
  const theirs = events.filter(({ event }) => event.provider !== "agentvfs");
  return [...Map.groupBy(theirs, names[group])].map(([name, of]) => ({
    name,
    events: of.length,
    files: new Set(of.map(({ file }) => file!.path)).size,
    areFilesAbout: false,
    bytes: of.reduce((sum, { agentvfs }) => sum + (agentvfs.bytes ?? 0), 0),
    failures: of.filter(({ event }) => event.outcome === "failure").length,
    last: of.at(-1)!["@timestamp"],
  })).sort((a, b) => a.name < b.name ? -1 : 1);
}

Deno.test("what is counted by the index is what every line says", () =>
  withLog((directory, events) => {
    const ordered = (counts: ReturnType<typeof countsBy>) =>
      counts.sort((a, b) => a.name < b.name ? -1 : 1);
    for (const group of GROUPS) {
      assert.deepEqual(ordered(countsBy(directory, {}, group)), expected(events, group), group);
      const since = timeOf(events[500]!);
      const later = events.filter((event) => timeOf(event) >= since);
      assert.deepEqual(ordered(countsBy(directory, { since }, group)), expected(later, group));
      const below = events.filter(({ file }) => file!.path!.startsWith("/m/d2/"));
      assert.deepEqual(
        ordered(countsBy(directory, { paths: ["/m/d2"] }, group)),
        expected(below, group),
      );
    }
  }));

Deno.test("each process is in the tree once, also where numbers were used again in a circle", () =>
  withLog((directory, events) => {
    const all = (nodes: readonly ProcessNode[]): ProcessNode[] =>
      nodes.flatMap((node) => [node, ...all(node.children)]);
    const nodes = all(processForest(directory, {}, true));
    assert.deepEqual(nodes.map(({ pid }) => pid).sort(), [10, 11, 12, 13, 14]);
    for (const { pid, actions, files, fileCount } of nodes) {
      const theirs = events.filter(({ process }) => process?.pid === pid);
      assert.equal([...actions.values()].reduce((sum, count) => sum + count, 0), theirs.length);
      assert.deepEqual(files, new Set(theirs.map(({ file }) => file!.path)));
      assert.equal(fileCount, files.size);
    }
  }));
