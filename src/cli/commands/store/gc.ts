import type { Params } from "../../../control/methods.ts";
import type { GcReport } from "../../../control/service/store.ts";
import { gcOffline } from "../../../daemon/offline_store.ts";
import type { Command, CommandInput } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { milliseconds } from "../../options/duration_option.ts";
import {
  byteSize,
  columns,
  duration,
  grouped,
  joined,
  localTime,
  quoted,
  several,
  shortId,
} from "../../print/format.ts";
import { print, printJson } from "../../print/output.ts";
import { STORE_OPTION, withStore } from "../../store_client.ts";

/** Checkpoints that are listed; the rest is counted. */
const SHOWN = 50;

export const command: Command = {
  name: "gc",
  brief: "give up old checkpoints and the space they take",
  prints: "gc",
  positionals: { usage: "", min: 0, max: 0 },
  options: {
    "dry-run": { short: "n", brief: "only say what would happen" },
    keep: { value: "N", brief: "keep the newest N" },
    "keep-for": { value: "TIME", brief: "keep those made within 7d, 12h, 30m, …" },
    "keep-hourly": { value: "N", brief: "keep one of each of the last N hours" },
    "keep-daily": { value: "N", brief: "keep one of each of the last N days" },
    "keep-prompts": { value: "TIME", brief: "keep the states before prompts within 28d, …" },
    "keep-labelled": { brief: "keep those with a label" },
    store: STORE_OPTION,
  },
  details: `A checkpoint that any rule keeps is kept; without a rule those of the last 7
days, before prompts of 28, and those with a label. Heads, imports, what
branches have in common and what undo needs stay anyway. Safety checkpoints stay
for a day, those of a quiet moment or a timer for two. The log goes on to show
what was given up.`,
  example: "gc --keep 20 --keep-labelled --dry-run",
  async run(input) {
    const params = rules(input);
    const report = await withStore(input, {
      name: "gc",
      online: (client) => client.gc(params),
      offline: (store, onProgress) => gcOffline(store, params, onProgress),
    });
    if (input.flags.has("json")) printJson(report);
    else for (const line of lines(report)) print(line);
    return 0;
  },
};

function rules(input: CommandInput): Params<"gc"> {
  const time = (option: string, parameter: "keepForMs" | "keepPromptsForMs") => {
    const text = input.values.get(option);
    return text === undefined ? {} : { [parameter]: milliseconds(option, text) };
  };
  return {
    ...(input.flags.has("dry-run") ? { dryRun: true } : {}),
    ...count(input, "keep", "keep"),
    ...time("keep-for", "keepForMs"),
    ...time("keep-prompts", "keepPromptsForMs"),
    ...count(input, "keep-hourly", "keepHourly"),
    ...count(input, "keep-daily", "keepDaily"),
    ...(input.flags.has("keep-labelled") ? { keepLabelled: true } : {}),
  };
}

function count(input: CommandInput, option: string, parameter: keyof Params<"gc">): Params<"gc"> {
  const text = input.values.get(option);
  if (text === undefined) return {};
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw usageError(`--${option} needs a whole number above 0, not ${JSON.stringify(text)}`);
  }
  return { [parameter]: value };
}

function lines(report: GcReport): string[] {
  const { dryRun, compacted, compactedCount, kept, bytesBefore, bytesAfter, ms } = report;
  const freed = `${byteSize(bytesBefore - bytesAfter)} of ${byteSize(bytesBefore)}`;
  const shown = [joined(
    `${dryRun ? "would free" : "freed"} ${freed}`,
    checkpoints(compactedCount, kept, dryRun),
    duration(ms),
  )];
  if (!dryRun) return shown;
  const rows = compacted.slice(0, SHOWN).map(({ id, time, kind, label }) => [
    `  ${shortId(id)}`,
    localTime(time),
    kind,
    quoted(label),
  ]);
  shown.push(...columns(rows));
  const more = compactedCount - rows.length;
  if (more > 0) shown.push(`  and ${grouped(more)} more (agentvfs gc --dry-run --json)`);
  return shown;
}

function checkpoints(gone: number, kept: number, dryRun: boolean): string {
  if (gone === 0) return `all ${grouped(kept)} checkpoints are kept`;
  const some = several(gone, "checkpoint");
  if (dryRun) return `${some} would not be kept, ${grouped(kept)} would`;
  return `${some} ${gone === 1 ? "is" : "are"} not kept, ${grouped(kept)} ${
    kept === 1 ? "is" : "are"
  }`;
}
