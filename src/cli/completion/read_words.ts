/**
 * The words of a command line that is not finished: nothing of it is refused.
 *
 * @module
 */

import type { OptionSpecs } from "../command.ts";

export interface GivenWords {
  /** Names of the options that are there. */
  readonly options: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly positionals: readonly string[];
  /** How many of them stand before `--`. */
  readonly beforeDashes: number;
  readonly isAfterDashes: boolean;
  /** The option whose value comes next. */
  readonly awaited: string | null;
  /** Where another program's command line begins, if it has begun. */
  readonly programAt: number | null;
}

export function readWords(
  words: readonly string[],
  specs: OptionSpecs,
  runsProgram: boolean,
): GivenWords {
  const options = new Set<string>();
  const values = new Map<string, string>();
  const positionals: string[] = [];
  let beforeDashes: number | null = null;
  let awaited: string | null = null;
  let programAt: number | null = null;
  for (const [i, word] of words.entries()) {
    if (awaited !== null) {
      values.set(awaited, word);
      awaited = null;
    } else if (beforeDashes === null && word === "--") {
      beforeDashes = positionals.length;
    } else if (beforeDashes === null && word.startsWith("-") && word !== "-") {
      const [spelled, value] = divided(word);
      const name = optionOf(specs, spelled);
      if (name === undefined) continue;
      options.add(name);
      if (value !== undefined) values.set(name, value);
      else if (specs[name]!.value !== undefined && !specs[name]!.valueIsOptional) awaited = name;
    } else if (runsProgram) {
      programAt = i;
      break;
    } else {
      positionals.push(word);
    }
  }
  return {
    options,
    values,
    positionals,
    beforeDashes: beforeDashes ?? positionals.length,
    isAfterDashes: beforeDashes !== null,
    awaited,
    programAt,
  };
}

function divided(word: string): [string, string | undefined] {
  const equals = word.indexOf("=");
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}

function optionOf(specs: OptionSpecs, spelled: string): string | undefined {
  return Object.keys(specs).find((name) => {
    const { short, aliases = [] } = specs[name]!;
    return spelled === `-${short}` || [name, ...aliases].some((long) => spelled === `--${long}`);
  });
}
