/**
 * Long output a page at a time, where people read it.
 *
 * @module
 */

import { PAGER, shellCommand } from "../../host/shell_word.ts";
import type { CommandInput, OptionSpecs } from "../command.ts";
import { usageError } from "../command_error.ts";
import { COLOUR_MODES, onTerminal, printBytes, setColour } from "./output.ts";

/** Options of commands whose output may be long. */
export const DISPLAY_OPTIONS: OptionSpecs = {
  color: {
    value: "WHEN",
    aliases: ["colour"],
    brief: "auto, always or never",
    completes: COLOUR_MODES,
  },
  "no-pager": { brief: "all at once on a terminal, too" },
};

/** Of the terminal, as git takes them where there is none. */
const COLUMNS = 80;

/** Does what {@linkcode DISPLAY_OPTIONS} say about colours. Before anything is coloured. */
export function chooseColour(input: CommandInput): void {
  const given = input.values.get("color") ?? "auto";
  const mode = COLOUR_MODES.find((name) => name === given);
  if (mode === undefined) {
    throw usageError(`--color is one of ${COLOUR_MODES.join(", ")}, not ${JSON.stringify(given)}`);
  }
  setColour(mode);
}

/** How wide lines can be. */
export function outputColumns(): number {
  const told = Number(Deno.env.get("COLUMNS"));
  if (Number.isInteger(told) && told > 0) return told;
  try {
    return onTerminal() ? Deno.consoleSize().columns || COLUMNS : COLUMNS;
  } catch {
    // Some terminals do not say.
    return COLUMNS;
  }
}

/** Prints text, or bytes that are none: by the pager, if people read it. */
export async function showPaged(input: CommandInput, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  if (bytes.length === 0) return;
  const pager = pagerCommand(input);
  if (pager === null || !await runPager(pager, bytes)) printBytes(bytes);
}

function pagerCommand(input: CommandInput): string | null {
  if (!onTerminal() || input.flags.has("no-pager")) return null;
  const pager = Deno.env.get("AGENTVFS_PAGER") ?? Deno.env.get("PAGER") ?? PAGER;
  return pager === "" || pager === "cat" ? null : pager;
}

/** False if there is no such program, or no shell. */
async function runPager(pager: string, bytes: Uint8Array): Promise<boolean> {
  // What is typed while it runs is the pager's, which has to put the terminal in order again.
  const ignore = () => {};
  Deno.addSignalListener("SIGINT", ignore);
  try {
    const env = { LESS: Deno.env.get("LESS") ?? "FRX", LV: Deno.env.get("LV") ?? "-c" };
    const { program, ...options } = shellCommand(pager);
    const child = new Deno.Command(program, { ...options, stdin: "piped", env }).spawn();
    const writer = child.stdin.getWriter();
    // Who has seen enough leaves before the end.
    await writer.write(bytes).then(() => writer.close()).catch(() => {});
    const { code } = await child.status;
    return !NOT_RUN.has(code);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  } finally {
    Deno.removeSignalListener("SIGINT", ignore);
  }
}

/** What a shell ends with where there is no such program, or it cannot be run; the last is cmd.exe's. */
const NOT_RUN: ReadonlySet<number> = new Set([127, 126, 9009]);
