/**
 * Which command the words before the cursor name, and which words may come next in a command's name.
 *
 * @module
 */

import { GLOBAL_OPTIONS } from "../command.ts";
import { COMMANDS, groupOf } from "../commands.ts";
import type { Suggestion } from "./suggestion.ts";

export interface MeantCommand {
  /** Words of a command or a group; empty at the beginning. */
  readonly name: string;
  /** The words after it. */
  readonly rest: readonly string[];
  /** Its name is complete: what comes is an argument. */
  readonly isOver: boolean;
  /** The option of every command whose value comes next. */
  readonly awaited: string | null;
  /** Only those that talk to a daemon. */
  readonly isControl: boolean;
  /** After `help`: only names of commands come. */
  readonly isHelp: boolean;
}

export function meantCommand(program: string, words: readonly string[]): MeantCommand {
  if (program === "agentvfs-quickstart") {
    return {
      name: "quickstart",
      rest: words,
      isOver: true,
      awaited: null,
      isControl: false,
      isHelp: false,
    };
  }
  let isControl = program === "agentvfs-ctl";
  let isHelp = false;
  let name = "";
  const options: string[] = [];
  let awaited: string | null = null;
  let i = 0;
  for (; i < words.length; i++) {
    const word = words[i]!;
    if (word.startsWith("-")) {
      options.push(word);
      awaited = optionBeforeWord(word);
      if (awaited === null) continue;
      if (i + 1 === words.length) break;
      awaited = null;
      options.push(words[++i]!);
      continue;
    }
    if (name === "" && !isHelp && (word === "help" || word === "man" || word === "ctl")) {
      if (word === "ctl") isControl = true;
      else isHelp = true;
      continue;
    }
    const longer = name === "" ? word : `${name} ${word}`;
    if (!Object.hasOwn(COMMANDS, longer) && groupOf(longer).size === 0) break;
    name = longer;
  }
  const isOver = awaited === null && i < words.length;
  const rest = [...options, ...isOver ? words.slice(i) : []];
  return { name, rest, isOver, awaited, isControl, isHelp };
}

/** The option of every command whose value is the word after `word`; null if it is none. */
function optionBeforeWord(word: string): string | null {
  const found = Object.entries(GLOBAL_OPTIONS).find(([name, { value, short, aliases = [] }]) =>
    value !== undefined &&
    (word === `-${short}` || [name, ...aliases].some((long) => word === `--${long}`))
  );
  return found?.[0] ?? null;
}

/** The next words of the names of commands that begin so, with what they do. */
export async function nextWords(meant: MeantCommand, current: string): Promise<Suggestion[]> {
  const prefix = meant.name === "" ? "" : `${meant.name} `;
  const next = new Map<string, string[]>();
  for (const [name, row] of Object.entries(COMMANDS)) {
    if (!name.startsWith(prefix) || row.hidden || meant.isControl && !row.control) continue;
    const [word, ...more] = name.slice(prefix.length).split(" ");
    if (!word!.startsWith(current)) continue;
    next.set(word!, [...next.get(word!) ?? [], ...more.slice(0, 1)]);
  }
  const suggestions = await Promise.all([...next].map(async ([word, more]) => {
    const row = COMMANDS[prefix + word];
    const brief = row === undefined
      ? [...new Set(more)].join(", ")
      : (await row.load()).command.brief;
    return { word, brief };
  }));
  if (prefix !== "" || meant.isHelp || meant.isControl) return suggestions;
  return [...suggestions, ...OTHERS.filter(({ word }) => word.startsWith(current))];
}

/** Words of the beginning that are in no table. */
const OTHERS: readonly Suggestion[] = [
  { word: "ctl", brief: "a command by its name for the original's clients" },
  { word: "help", brief: "what a command does, and its options" },
  { word: "man", brief: "the manual page of a command" },
];
