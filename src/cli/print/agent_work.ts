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
  call: "",
} as const;

/** What of an agent's work a checkpoint records, in a line. */
export function workOf(details: Details | undefined): string {
  if (details === undefined) return "";
  const { moment = "turn", tool, command, said } = details;
  const parts = moment === "call" ? [tool, command] : [MOMENTS[moment], said];
  const line = safe(parts.filter((part) => part !== undefined).join(": ").replaceAll(/\s+/g, " "));
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}

/** The same in full, as rows of a table. */
export function workRows(details: Details | undefined): string[][] {
  if (details === undefined) return [];
  const { moment = "turn", tool, command, exit, durationMs, alongside = [] } = details;
  return [
    ["moment", MOMENTS[moment]],
    ["tool", tool],
    ["command", command],
    ["exit", exit?.toString()],
    ["took", durationMs === undefined ? undefined : duration(durationMs)],
    ["call", details.call],
    ["alongside", alongside.join(" ")],
    ["said", details.said],
    ["prompt", details.prompt],
    ["session", details.session],
    ["subagent", details.subagent],
    ["transcript", details.transcript],
  ].flatMap(([name, value]) => value === undefined ? [] : [[name!, safe(value)]]);
}
