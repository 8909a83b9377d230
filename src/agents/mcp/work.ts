import type { Details } from "../../control/service/history.ts";
import { shown } from "./words.ts";

/** Of a command or a prompt, characters. */
const LONGEST = 120;

/** What of an agent's work a checkpoint records, in a few words each. */
export function workOf(details: Details | undefined): string[] {
  if (details === undefined) return [];
  const { moment, tool, command, call, said, exit } = details;
  return [
    moment === undefined || moment === "call" ? "" : moment,
    tool === undefined ? "" : command === undefined ? tool : `${tool}: ${short(command)}`,
    call === undefined ? "" : `call ${shown(call)}`,
    exit === undefined || exit === 0 ? "" : `exit ${exit}`,
    said === undefined || moment === "call" ? "" : `prompt ${JSON.stringify(short(said))}`,
  ].filter((part) => part !== "");
}

function short(text: string): string {
  return shown(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}
