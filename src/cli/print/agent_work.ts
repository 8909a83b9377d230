import type { Details } from "../../control/service/history.ts";
import { duration } from "./format.ts";
import { safe } from "./output.ts";

/** Longest piece of what an agent did, columns. */
const LONGEST = 60;

/** What a checkpoint holds that is of no call. */
const MOMENTS = {
  prompt: "before the prompt",
  "before-call": "between calls",
  turn: "end of the turn",
  deletion: "very much was being deleted",
  quiet: "after a quiet moment",
  timer: "by timer",
  call: "",
} as const;

/** When what a checkpoint holds was found; empty for a call's. */
export function momentOf({ moment = "turn" }: Details): string {
  return MOMENTS[moment];
}

/** What of an agent's work a checkpoint records, in a line. */
export function workOf(details: Details | undefined): string {
  if (details === undefined) return "";
  const { moment, tool, command, said } = details;
  const parts = moment === "call"
    ? [tool, command]
    : [momentOf(details), moment === "prompt" ? said : undefined];
  const line = safe(parts.filter((part) => part !== undefined).join(": ").replaceAll(/\s+/g, " "));
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}

/** The same in full, as rows of a table. */
export function workRows(details: Details | undefined): string[][] {
  if (details === undefined) return [];
  const { tool, command, exit, durationMs, alongside = [] } = details;
  return [
    ["moment", momentOf(details)],
    ["tool", tool],
    ["command", command],
    ["exit", exit?.toString()],
    ["took", durationMs === undefined ? undefined : duration(durationMs)],
    ["call", details.call],
    ["alongside", alongside.join(" ")],
    ["told by", details.by],
    ["said", details.said],
    ["prompt", details.prompt],
    ["session", details.session],
    ["subagent", details.subagent],
    ["started", details.started],
    ["transcript", details.transcript],
    ["of bytes", details.transcriptBytes?.toString()],
  ].flatMap(([name, value]) => value === undefined || value === "" ? [] : [[name!, safe(value)]]);
}
