/**
 * Asks before a command that would delete or rewrite very many paths.
 *
 * @module
 */

import type { LargeChange } from "../control/service/history.ts";
import { ServiceError } from "../control/service_error.ts";
import type { CommandInput, OptionSpec } from "./command.ts";
import { usageError } from "./command_error.ts";
import { columns, grouped } from "./print/format.ts";
import { printError, safe } from "./print/output.ts";

/** How many paths are very many. */
const SETTING = "AGENTVFS_LARGE_CHANGE";

export const FORCE_LARGE_OPTION: OptionSpec = {
  brief: "even if 1 000 paths or more are lost: docs/undo.md",
};

/** What a request says about it. */
export interface LargeParams {
  forceLarge?: true;
  largest?: number;
}

/** Does what `ask` requests; if that is refused for its size, asks who is at the terminal. */
export async function withLargeAsked<T>(
  input: CommandInput,
  ask: (params: LargeParams) => Promise<T>,
): Promise<T> {
  if (input.flags.has("force-large")) return await ask({ forceLarge: true });
  try {
    return await ask(largest(Deno.env.get(SETTING)));
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== "too_large") throw error;
    if (input.flags.has("json")) throw error;
    const change = error.details as LargeChange;
    listDirectories(change);
    if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) throw error;
    const { deleted, modified } = change;
    const what = `Delete ${grouped(deleted)} and rewrite ${grouped(modified)} paths?`;
    if (!confirm(what)) throw error;
    return await ask({ forceLarge: true });
  }
}

function listDirectories({ directories }: LargeChange): void {
  const rows = directories.map(({ path, deleted, modified }) => [
    safe(path === "." ? "(the root itself)" : `${path}/`),
    deleted === 0 ? "" : `${grouped(deleted)} deleted`,
    modified === 0 ? "" : `${grouped(modified)} modified`,
  ]);
  for (const line of columns(rows)) printError(line);
}

function largest(text: string | undefined): LargeParams {
  if (text === undefined || text === "") return {};
  if (/^[1-9][0-9]{0,8}$/.test(text)) return { largest: Number(text) };
  throw usageError(`${SETTING} is a whole number above 0, not ${JSON.stringify(text)}`);
}
