import { basename } from "node:path";
import { FilterError, filterKind } from "../../../filters/filter.ts";
import { reason } from "../../../daemon/workspaces/workspace.ts";
import type { Command } from "../../command.ts";
import { CommandError, usageError } from "../../command_error.ts";
import { withDaemon } from "../../daemon_client.ts";
import { printFilters } from "../../telemetry/filter_output.ts";

/** In base64 it has to fit a line of the control protocol. */
const MOST_BYTES = 700 * 1024;

export const command: Command = {
  name: "telemetry filter add",
  brief: "have a Wasm or Lua filter see the events of this workspace",
  prints: "addFilter",
  positionals: { usage: "NAME FILE", min: 2, max: 2 },
  options: {},
  details: `FILE is a Wasm module, or a Lua 5.4 script that is named .lua. It is copied:
later changes of FILE change nothing. The filter drops, tags and enriches what
goes into the log; a rule of the policy with "ask": "NAME" asks it for a
verdict. It runs in a process of its own that can only compute, and goes on
after a restart.`,
  example: "telemetry filter add tests docs/examples/filters/tag_tests.lua",
  async run(input) {
    const [name, file] = input.positionals as [string, string];
    const { kind, bytes } = await readFilter(file);
    const report = await withDaemon(
      input,
      (client) => client.addFilter({ name, kind, content: bytes.toBase64() }),
    );
    printFilters(input, report);
    return 0;
  },
};

/** The bytes of a filter's file, and what it is. Throws what tells the user what is wrong with it. */
export async function readFilter(file: string) {
  let bytes;
  try {
    bytes = await Deno.readFile(file);
  } catch (error) {
    throw usageError(`Cannot read ${file}: ${reason(error)}`, "Name a filter's file");
  }
  if (bytes.length > MOST_BYTES) {
    throw new CommandError("not_a_filter", 1, `${file} is larger than 700 KiB`, {
      hint: "Strip it: wasm-strip, or a release build that optimizes for size",
    });
  }
  try {
    return { kind: filterKind(basename(file), bytes), bytes };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new CommandError(error.code, 1, error.message, { hint: "See docs/filters.md" });
  }
}
