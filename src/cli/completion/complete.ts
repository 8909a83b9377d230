/**
 * Completes a command line by the table of commands that also reads it and prints its help.
 *
 * @module
 */

import { type Command, GLOBAL_OPTIONS, type OptionSpecs, type WordKind } from "../command.ts";
import { COMMANDS } from "../commands.ts";
import { knownWords } from "./known_words.ts";
import { meantCommand, nextWords } from "./meant_command.ts";
import { readWords } from "./read_words.ts";
import { NOTHING, startingWith, type Suggestions } from "./suggestion.ts";
import { kindOfOption, kindOfPositional } from "./word_kinds.ts";

/**
 * @param program name the program was called by
 * @param words those before the one that is being typed
 * @param current as much of that one as is there
 */
export async function complete(
  program: string,
  words: readonly string[],
  current: string,
): Promise<Suggestions> {
  const meant = meantCommand(program, words);
  if (meant.awaited !== null) {
    const kind = kindOfOption(GLOBAL_OPTIONS[meant.awaited]!);
    return await knownWords(kind, readWords([], {}, false), current, "");
  }
  const isValue = words.at(-1)?.startsWith("-") && meant.name !== "";
  const names = meant.isOver || isValue ? [] : await nextWords(meant, current);
  const row = COMMANDS[meant.name];
  if (row === undefined || meant.isHelp) {
    const options = current.startsWith("-") ? optionWords({ ...GLOBAL_OPTIONS, ...TOP }) : [];
    return { words: startingWith(current, [...names, ...options]), also: "nothing" };
  }
  const { command } = await row.load();
  const values = await valuesOf(command, meant.rest, current, words.length);
  return { ...values, words: startingWith(current, [...names, ...values.words]) };
}

/** Options where there is no command. */
const TOP: OptionSpecs = { version: { brief: "print the version" } };

async function valuesOf(
  command: Command,
  rest: readonly string[],
  current: string,
  count: number,
): Promise<Suggestions> {
  const specs: OptionSpecs = { ...GLOBAL_OPTIONS, ...command.options };
  const given = readWords(rest, specs, command.runsProgram ?? false);
  if (given.programAt !== null) {
    return { words: [], also: "program", programAt: count - rest.length + given.programAt };
  }
  const ask = (kind: WordKind, start: string, joined = "") =>
    knownWords(kind, given, start, joined);
  if (given.awaited !== null) return await ask(kindOfOption(specs[given.awaited]!), current);
  if (current.startsWith("-") && !given.isAfterDashes) {
    const equals = current.indexOf("=");
    if (equals < 0) return { words: optionWords(specs, given.options), also: "nothing" };
    const spec = specs[current.slice(2, equals)];
    if (spec?.value === undefined) return NOTHING;
    const before = current.slice(0, equals + 1);
    const values = await ask(kindOfOption(spec), current.slice(equals + 1));
    const words = values.words.map(({ word, ...rest }) => ({ word: before + word, ...rest }));
    return { ...values, words };
  }
  const { kind, isJoined } = kindOfPositional(command.positionals, given);
  if (command.positionals.max === 0) {
    return { words: optionWords(specs, given.options), also: "nothing" };
  }
  if (command.runsProgram) return { words: [], also: "program", programAt: count };
  return await ask(kind, current, isJoined ? given.positionals.join(" ") : "");
}

function optionWords(specs: OptionSpecs, given: ReadonlySet<string> = new Set()) {
  return Object.entries(specs)
    .filter(([name, { brief }]) => brief !== undefined && !given.has(name))
    .map(([name, { brief }]) => ({ word: `--${name}`, brief: brief! }));
}
