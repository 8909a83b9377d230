import { meantLog, OF_OPTION, questionOf, SINCE_OPTION } from "../../telemetry/meant_log.ts";
import { TELLS_CALLERS } from "../../../host/mounts.ts";
import { MOST_FILES, processForest, type ProcessNode } from "../../telemetry/process_forest.ts";
import type { Command } from "../../command.ts";
import { grouped, several } from "../../print/format.ts";
import { print, printError, safe } from "../../print/output.ts";

/** Of a command line, characters that are shown. */
const SHOWN_ARGS = 60;

export const command: Command = {
  name: "audit tree",
  brief: "show the processes, and what each did",
  prints: null,
  positionals: { usage: "[PATH…]", min: 0, max: Infinity },
  options: { since: SINCE_OPTION, of: OF_OPTION },
  details: `Each stands below the one that started it, if that did something, too. With
--json: one process a line, and who started it; of its files the first ${MOST_FILES},
and how many there are.`,
  example: "audit tree --since 10m",
  async run(input) {
    const log = await meantLog(input);
    const json = input.flags.has("json");
    const forest = processForest(log.directory, questionOf(log), json);
    if (forest.length === 0 && !TELLS_CALLERS) {
      printError(
        "agentvfs: no process is known, as no request tells here who asks: agentvfs audit",
      );
    }
    for (const root of forest) {
      if (json) printLines(root, null);
      else printTree(root, "");
    }
    return 0;
  },
};

function printTree({ pid, name, args, actions, fileCount, children }: ProcessNode, indent: string) {
  const line = args.length === 0 ? name : args.join(" ");
  const shown = line.length > SHOWN_ARGS ? `${line.slice(0, SHOWN_ARGS - 1)}…` : line;
  const did = [...actions].map(([action, count]) => `${grouped(count)} ${action}`).join(", ");
  print(safe(`${indent}${pid} ${shown}: ${did}; ${several(fileCount, "file")}`));
  for (const child of children) printTree(child, `${indent}  `);
}

function printLines(
  { pid, name, args, actions, fileCount, files, children }: ProcessNode,
  parent: number | null,
) {
  print(JSON.stringify({
    pid,
    parent,
    name,
    args,
    actions: Object.fromEntries(actions),
    files: [...files],
    fileCount,
  }));
  for (const child of children) printLines(child, pid);
}
