import type { Command } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { given, withDaemon } from "../../daemon_client.ts";
import { changeLine } from "../../print/format.ts";
import { BRANCH_OPTION, REF_HELP } from "../../history_options.ts";
import { onTerminal, print, printJson, type Style, style } from "../../print/output.ts";
import { pathArguments, PATHS_FROM_OPTION } from "../../path_arguments.ts";

export const command: Command = {
  name: "diff",
  brief: "show what differs between checkpoints, or from the mount",
  prints: "diff",
  positionals: { usage: "[A [B]] [-- PATH…]", min: 0, max: Infinity, areBytes: true },
  options: {
    patch: { short: "p", brief: "show the changed lines of text files" },
    "paths-from": PATHS_FROM_OPTION,
    branch: BRANCH_OPTION,
  },
  details: `Without A: HEAD against the mount as it is. With A only: that against the mount.
${REF_HELP}
Quote a label with spaces.`,
  example: "diff HEAD~2 --patch -- src",
  async run(input) {
    const refs = input.positionals.slice(0, input.positionals.length - input.afterDashes.length);
    const [from, to, extra] = refs;
    if (extra !== undefined) {
      throw usageError("agentvfs diff compares two checkpoints at most", "Put paths after --");
    }
    const { paths, inside } = await pathArguments(input, input.afterDashes);
    const report = await withDaemon(input, async (client) => {
      return await client.diff({
        ...(paths.length === 0 ? {} : { paths: inside(await client.status()) }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(input.flags.has("patch") ? { patch: true } : {}),
        ...given(input, "branch", "branch"),
      });
    });
    if (input.flags.has("json")) printJson(report);
    else if (report.patch !== undefined) print(coloured(report.patch.replace(/\n$/, "")));
    else {
      for (const change of report.changes) print(changeLine(change));
      if (report.changes.length === 0 && onTerminal()) print(style("no differences", "dim"));
    }
    return 0;
  },
};

const LINE_STYLES: [RegExp, Style[]][] = [
  [/^(diff |index |--- |\+\+\+ )/, ["bold"]],
  [/^@@/, ["cyan"]],
  [/^\+/, ["green"]],
  [/^-/, ["red"]],
];

function coloured(patch: string): string {
  return patch.split("\n").map((line) => {
    const styles = LINE_STYLES.find(([pattern]) => pattern.test(line))?.[1] ?? [];
    return style(line, ...styles);
  }).join("\n");
}
