/**
 * Help texts. They fit 80 columns; the overview fits 24 lines too.
 *
 * @module
 */

import { type Command, GLOBAL_OPTIONS, type OptionSpec, type OptionSpecs } from "./command.ts";
import { COMMANDS, groupOf } from "./commands.ts";
import { columns, words } from "./print/format.ts";

export function overview(): string {
  return `agentvfs: give an agent a project it can checkpoint, inspect and roll back
Usage: agentvfs COMMAND [OPTIONS]

  quickstart [DIR]     mount a project and say where; harmless when repeated
  status [DIR]         what is mounted, what it shows, how the import is going
  stop, restart [DIR]  unmount and end the daemon; replace its server only

  checkpoint, auto     record the mount as it is now; when by itself
  log, show, diff      list checkpoints; what one changed; what differs
  rollback REF         make the mount what a checkpoint recorded
  undo, redo, restore  take back the last thing, or one; do it again; some paths
  apply, refresh       bring a branch into the project; changes there into it
  run [--] PROGRAM…    run an agent on a branch, at the project's own path
  branch, session …    a tree of its own for each agent; who works where
  audit, telemetry     who did what in the mount; what sees it, and filters it
  policy …             what may be done there; what was refused
  merge, review        bring branches' work together; some of it, hunk by hunk
  integrate, mcp       make your agents know all this; serve it to them as tools
  verify, gc, store    check what is stored; free what is not needed; its size
  doctor, ctl, daemon  check this machine; also: upgrade, uninstall, completions
  export, workspace    write a checkpoint out of the mount; mounts with a name

Options: -C, --project DIR  --sock PATH  --json  -q, --quiet  --version  --help
Without them: where you stand. Details: agentvfs COMMAND --help, man COMMAND`;
}

export function controlOverview(): string {
  return `Usage: agentvfs ctl COMMAND [OPTIONS]

Commands: status, stop, restart, checkpoint, rollback, log, show, diff,
restore, undo, redo, apply, refresh, branch, merge, review, export, session,
audit, policy, verify, gc, store, and raw, which sends its words to the control
socket as they are. Each is the same as without ctl. Details: COMMAND --help

Exit codes: 0 done, 1 refused, 2 usage, 3 cannot reach the daemon,
4 something is missing on this machine.`;
}

/** The commands of a group. */
export async function groupHelp(name: string): Promise<string> {
  const rows: string[][] = [];
  for (const [second, row] of groupOf(name)) {
    if (row.hidden) continue;
    const { positionals, brief } = (await row.load()).command;
    rows.push([words(second, positionals.usage), brief]);
  }
  return `Usage: agentvfs ${name} COMMAND [OPTIONS]

${columns(rows).map((line) => `  ${line}`).join("\n")}

Details: agentvfs ${name} COMMAND --help`;
}

export function commandHelp(command: Command): string {
  const { name, positionals, brief } = command;
  const parts = [
    capitalized(brief),
    `Usage: ${words("agentvfs", name, "[OPTIONS]", positionals.usage)}`,
    columns(optionRows(optionsOf(command)))
      .map((line) => `  ${line}`).join("\n"),
    ...paragraph(command),
  ];
  return parts.join("\n\n");
}

function paragraph({ details, example }: Command): string[] {
  const lines = [
    ...(details === undefined ? [] : [details]),
    ...(example === undefined ? [] : [`Example: agentvfs ${example}`]),
  ];
  return lines.length === 0 ? [] : [lines.join("\n")];
}

/** Its own, then those of every command. */
export function optionsOf(command: Command): OptionSpecs {
  return { ...command.options, ...globalOptions(command) };
}

/** An option as it is typed, with the placeholder of its value. */
export function spelled(name: string, { short, value, valueIsOptional }: OptionSpec): string {
  const long = `--${name}${
    value === undefined ? "" : valueIsOptional ? `[=${value}]` : ` ${value}`
  }`;
  return short === undefined ? long : `-${short}, ${long}`;
}

/** Those that mean something here and that the command does not define itself. */
function globalOptions({ name, options }: Command): OptionSpecs {
  const local = COMMANDS[name]?.control === undefined;
  return Object.fromEntries(
    Object.entries(GLOBAL_OPTIONS).filter(([option]) =>
      !(option in options) && !(local && (option === "project" || option === "sock"))
    ),
  );
}

function optionRows(options: OptionSpecs): string[][] {
  return Object.entries(options)
    .filter(([, { brief }]) => brief !== undefined)
    .map(([name, spec]) => [
      `${spec.short === undefined ? "    " : ""}${spelled(name, spec)}`,
      spec.brief!,
    ]);
}

function capitalized(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
