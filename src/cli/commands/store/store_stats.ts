import type { StoreStatsReport } from "../../../control/service/store.ts";
import { statsOffline } from "../../../daemon/offline_store.ts";
import type { Command } from "../../command.ts";
import {
  byteSize,
  columns,
  grouped,
  joined,
  localTime,
  quoted,
  several,
  shortId,
  words,
} from "../../print/format.ts";
import { print, printJson, safe } from "../../print/output.ts";
import { STORE_OPTION, withStore } from "../../store_client.ts";

/** Checkpoints that are shown; the rest is counted. */
const SHOWN = 10;

export const command: Command = {
  name: "store stats",
  brief: "say what holds the space of the store",
  prints: "storeStats",
  positionals: { usage: "", min: 0, max: 0 },
  options: { store: STORE_OPTION },
  details: `Tells what packs, index and journals take, how much of the packs is needed and
how much gc could free, and which checkpoints have most that nothing else needs.
Works while the daemon runs and without one.`,
  async run(input) {
    const report = await withStore(input, {
      name: "stats",
      online: (client) => client.storeStats({}),
      offline: (store, onProgress) => statsOffline(store, onProgress),
    });
    if (input.flags.has("json")) printJson(report);
    else for (const line of lines(report)) print(line);
    return 0;
  },
};

function lines(report: StoreStatsReport): string[] {
  const { packs, journals, checkpoints, checkpointCount } = report;
  const journalBytes = journals.reduce((sum, { bytes }) => sum + bytes, 0);
  const shown = columns([
    ["store", safe(report.store)],
    ["total", byteSize(report.total)],
    ["packs", joined(byteSize(packs.bytes), `${grouped(packs.objects)} objects`)],
    ["  live", byteSize(packs.live)],
    ["    shared", byteSize(report.shared)],
    ["    working trees", byteSize(report.working)],
    ["  dead", joined(byteSize(packs.dead), `${grouped(packs.deadObjects)} objects`)],
    ["index", byteSize(report.index)],
    ["journals", byteSize(journalBytes)],
    ["other", byteSize(report.other)],
  ]);
  const own = checkpoints.filter(({ unique }) => unique > 0).slice(0, SHOWN);
  if (own.length === 0) return shown;
  const count = several(checkpointCount, "checkpoint");
  shown.push(`of ${count}, these have most that nothing else needs:`);
  shown.push(...columns(own.map(({ unique, id, branch, label, time }) => [
    `  ${byteSize(unique)}`,
    words(shortId(id), quoted(label)),
    safe(branch),
    localTime(time),
  ])));
  return shown;
}
