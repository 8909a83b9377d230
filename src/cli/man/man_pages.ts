/**
 * Manual pages, made of what commands say of themselves: agentvfs(1), and one for each command and each group.
 *
 * @module
 */

import type { Command, OptionSpecs } from "../command.ts";
import { COMMANDS, groupOf } from "../commands.ts";
import { optionsOf, spelled } from "../help.ts";
import { words } from "../print/format.ts";
import { VERSION } from "../version.ts";
import { laidOut, roff, section, term } from "./roff.ts";

/** Names of the pages, the first of all commands. */
export function manPageNames(): string[] {
  const shown = Object.keys(COMMANDS).filter((name) => COMMANDS[name]!.hidden === undefined);
  return ["agentvfs", ...new Set(shown.map((name) => `agentvfs-${name.split(" ")[0]}`))];
}

/** The page of a name out of {@linkcode manPageNames}. */
export async function manPage(name: string): Promise<string> {
  if (name === "agentvfs") return page(name, BRIEF, await overall());
  const word = name.slice("agentvfs-".length);
  const commands = await Promise.all(
    Object.entries(COMMANDS)
      .filter(([full, row]) => (full === word || full.startsWith(`${word} `)) && !row.hidden)
      .map(async ([, row]) => (await row.load()).command),
  );
  const [first, ...more] = commands;
  if (more.length === 0) return page(name, first!.brief, [synopsis(commands), ...whole(first!)]);
  const names = [...groupOf(word).keys()];
  const brief = first!.name === word ? first!.brief : `${word}: ${names.join(", ")}`;
  return page(name, brief, [synopsis(commands), section("COMMANDS", ...commands.map(part))]);
}

const BRIEF = "give an agent a project it can checkpoint, inspect and roll back";

function page(name: string, brief: string, sections: readonly string[]): string {
  const about = name === "agentvfs"
    ? "Everything else is in the pages of the commands, agentvfs\\-COMMAND(1)."
    : ".BR agentvfs (1)";
  return [
    `.TH ${roff(name.toUpperCase())} 1 "" "agentvfs ${roff(VERSION)}" "agentvfs"`,
    section("NAME", `${roff(name)} \\- ${roff(brief)}`),
    ...sections,
    section("SEE ALSO", about),
  ].join("\n") + "\n";
}

function synopsis(commands: readonly Command[]): string {
  const lines = commands.map(({ name, positionals }) =>
    `.B ${roff(`agentvfs ${name}`)}\n${roff(words("[OPTIONS]", positionals.usage))}`
  );
  return section("SYNOPSIS", lines.join("\n.br\n"));
}

function whole(command: Command): string[] {
  return [
    ...(command.details === undefined
      ? []
      : [section("DESCRIPTION", laidOut(command.details).replace(/^\.PP\n/, ""))]),
    section("OPTIONS", options(optionsOf(command))),
    ...(command.example === undefined
      ? []
      : [section("EXAMPLE", roff(`agentvfs ${command.example}`))]),
  ];
}

/** One command of a group. */
function part(command: Command): string {
  const { name, positionals, brief, details, example } = command;
  return [
    `.SS ${roff(words(name, positionals.usage))}`,
    `${roff(brief[0]!.toUpperCase() + brief.slice(1))}.`,
    ...(details === undefined ? [] : [laidOut(details)]),
    options(optionsOf(command)),
    ...(example === undefined ? [] : [`.PP\nExample: ${roff(`agentvfs ${example}`)}`]),
  ].join("\n");
}

function options(specs: OptionSpecs): string {
  return Object.entries(specs).filter(([, { brief }]) => brief !== undefined)
    .map(([name, spec]) => term(spelled(name, spec), spec.brief!)).join("\n");
}

async function overall(): Promise<string[]> {
  const rows: string[] = [];
  for (const [name, row] of Object.entries(COMMANDS)) {
    if (!row.hidden) rows.push(term(name, (await row.load()).command.brief));
  }
  return [
    section("SYNOPSIS", ".B agentvfs\nCOMMAND [OPTIONS]"),
    section("DESCRIPTION", DESCRIPTION.map(roff).join("\n.PP\n")),
    section("COMMANDS", ...rows),
    section("EXIT STATUS", ...EXITS.map(([code, meaning]) => term(code, meaning))),
    section("ENVIRONMENT", ...ENVIRONMENT.map(([name, meaning]) => term(name, meaning))),
    section("FILES", ...FILES.map(([name, meaning]) => term(name, meaning))),
  ];
}

const DESCRIPTION = [
  "Mounts a project directory so that AI agents can work in it and everything they do can be taken back. " +
  "The project itself is only read, until agentvfs apply brings results into it.",
  "A command means the mount or the project one stands in; --project DIR names another. Every command answers programs with --json.",
] as const;

const EXITS = [
  ["0", "Done."],
  ["1", "Refused."],
  ["2", "The command line is wrong, or names something that is not there."],
  ["3", "The daemon cannot be reached."],
  ["4", "Something is missing on this machine; agentvfs doctor says what."],
] as const;

const ENVIRONMENT = [
  ["AGENTVFS_STATE_DIR", "Where state is kept."],
  ["AGENTVFS_SOCK", "Control socket of the daemon that is meant."],
  ["AGENTVFS_PAGER, PAGER", "What shows long output on a terminal."],
  ["NO_COLOR", "If it is set and not empty, nothing is coloured."],
] as const;

const FILES = [
  [
    "~/.local/state/agentvfs",
    "State of all projects, where neither AGENTVFS_STATE_DIR nor XDG_STATE_HOME says otherwise.",
  ],
  [".agentvfs", "In each mount: status, ctl, branches and checkpoints."],
] as const;
