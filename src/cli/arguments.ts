/**
 * Reads a command line against a command's options.
 *
 * Node's own parser splits it (Deno ships it, so it costs no start-up time); this checks the result, so that a typo
 * is answered with the option that was probably meant.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { isForeign } from "../../ffi/binary_string.ts";
import type { Command, CommandInput, OptionSpecs } from "./command.ts";
import { GLOBAL_OPTIONS } from "./command.ts";
import { usageError } from "./command_error.ts";
import { nearest } from "./nearest.ts";
import { safe } from "./print/output.ts";

/** Throws a usage error (exit 2) for anything the command does not take. */
export function readArguments(
  command: Command,
  args: readonly string[],
): Omit<CommandInput, "originalClient"> {
  const specs: OptionSpecs = { ...GLOBAL_OPTIONS, ...command.options };
  const { tokens } = parseArgs({
    args: command.runsProgram ? beforeProgram(args, specs) : [...args],
    options: parserOptions(specs),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const names = canonicalNames(specs);
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const positionals: string[] = [];
  const afterDashes: string[] = [];
  let dashes = false;
  for (const token of tokens) {
    if (token.kind === "option-terminator") dashes = true;
    else if (token.kind === "positional") {
      positionals.push(token.value);
      if (dashes) afterDashes.push(token.value);
    } else {
      const name = names.get(token.name);
      if (name === undefined) throw unknownOption(command, token.rawName, specs);
      if (flags.has(name) || values.has(name)) throw usageError(`--${name} is given twice`);
      const { value, valueIsOptional } = specs[name]!;
      if (value === undefined || valueIsOptional) {
        if (token.value !== undefined) {
          if (value === undefined) throw usageError(`--${name} takes no value`);
          values.set(name, token.value);
        }
        flags.add(name);
      } else {
        if (token.value === undefined) {
          throw usageError(`--${name} needs a value: ${specs[name]!.value}`);
        }
        values.set(name, token.value);
      }
    }
  }
  if (!flags.has("help")) {
    const texts = command.positionals.areBytes ? [] : positionals;
    checkUtf8(command, [...texts, ...values.values()]);
    checkCount(command, positionals);
  }
  return { flags, values, positionals, afterDashes };
}

/** With `--` before another program's command line, where the caller left it out. */
function beforeProgram(args: readonly string[], specs: OptionSpecs): string[] {
  const takesValue = new Set<string>();
  for (const [name, { value, valueIsOptional, short, aliases = [] }] of Object.entries(specs)) {
    if (value === undefined || valueIsOptional) continue;
    for (const long of [name, ...aliases]) takesValue.add(`--${long}`);
    if (short !== undefined) takesValue.add(`-${short}`);
  }
  let i = 0;
  while (i < args.length && args[i]!.startsWith("-") && args[i] !== "--") {
    i += takesValue.has(args[i]!) ? 2 : 1;
  }
  return args[i] === "--" ? [...args] : [...args.slice(0, i), "--", ...args.slice(i)];
}

function checkUtf8(command: Command, texts: readonly string[]): void {
  const foreign = texts.find(isForeign);
  if (foreign === undefined) return;
  throw usageError(
    `agentvfs ${command.name} takes no argument that is not UTF-8: ${safe(foreign)}`,
    "Stand in a directory instead of naming it; restore and diff take paths of any bytes",
  );
}

function checkCount(command: Command, positionals: string[]): void {
  const { usage, min, max } = command.positionals;
  const help = `See agentvfs ${command.name} --help`;
  if (positionals.length < min) {
    throw usageError(`agentvfs ${command.name} needs ${usage}`, help);
  }
  if (positionals.length > max) {
    const extra = JSON.stringify(positionals[max]);
    throw usageError(`agentvfs ${command.name} cannot make sense of ${extra}`, help);
  }
}

/** Every accepted long name and what it stands for. */
function canonicalNames(specs: OptionSpecs): Map<string, string> {
  const names = new Map<string, string>();
  for (const [name, spec] of Object.entries(specs)) {
    names.set(name, name);
    for (const alias of spec.aliases ?? []) names.set(alias, name);
  }
  return names;
}

function parserOptions(specs: OptionSpecs) {
  const options: Record<string, { type: "boolean" | "string"; short?: string }> = {};
  for (const [name, { value, valueIsOptional, short, aliases = [] }] of Object.entries(specs)) {
    const type = value === undefined || valueIsOptional ? "boolean" : "string";
    options[name] = short === undefined ? { type } : { type, short };
    for (const alias of aliases) options[alias] = { type };
  }
  return options;
}

function unknownOption(command: Command, given: string, specs: OptionSpecs) {
  const shown = Object.entries(specs).filter(([, spec]) => spec.brief !== undefined);
  const close = nearest(given.replace(/^-+/, ""), shown.map(([name]) => name));
  return usageError(
    `agentvfs ${command.name} has no option ${given}`,
    close === null ? `See agentvfs ${command.name} --help` : `Did you mean --${close}?`,
  );
}
