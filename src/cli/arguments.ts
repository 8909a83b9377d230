/**
 * Reads a command line against a command's options.
 *
 * It is split as by `parseArgs` of node:util, which would take a millisecond of every start; what comes of that is checked,
 * so that a typo is answered with the option that was probably meant.
 *
 * @module
 */

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
  const tokens = splitArguments(
    command.runsProgram ? beforeProgram(args, specs) : args,
    parserOptions(specs),
  );
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
    checkEmpty(command, positionals, values, specs);
  }
  return { flags, values, positionals, afterDashes };
}

/** What an argument, or a part of one, is. */
export type Token =
  | { readonly kind: "option"; name: string; rawName: string; value: string | undefined }
  | { readonly kind: "positional"; value: string }
  | { readonly kind: "option-terminator" };

/** Options that a parser knows, by their long names. */
export type ParserOptions = Readonly<
  Record<string, { readonly type: "boolean" | "string"; readonly short?: string }>
>;

/** Splits as `parseArgs` of node:util does if it is not strict. */
export function splitArguments(args: readonly string[], options: ParserOptions): Token[] {
  const tokens: Token[] = [];
  const rest = [...args];
  const takesValue = (name: string) => {
    return Object.hasOwn(options, name) && options[name]!.type === "string";
  };
  const longOf = (short: string) => {
    return Object.keys(options).find((name) => options[name]!.short === short) ?? short;
  };
  const addOption = (name: string, rawName: string, inline?: string) => {
    const value = inline ?? (takesValue(name) ? rest.shift() : undefined);
    tokens.push({ kind: "option", name, rawName, value });
  };
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") {
      tokens.push({ kind: "option-terminator" });
      for (const value of rest.splice(0)) tokens.push({ kind: "positional", value });
    } else if (arg.startsWith("--")) {
      const equals = arg.includes("=", 3) ? arg.indexOf("=") : -1;
      if (equals < 0) addOption(arg.slice(2), arg);
      else addOption(arg.slice(2, equals), arg.slice(0, equals), arg.slice(equals + 1));
    } else if (arg.startsWith("-") && arg.length > 1) {
      const name = longOf(arg[1]!);
      if (arg.length === 2) addOption(name, arg);
      else if (takesValue(name)) addOption(name, arg.slice(0, 2), arg.slice(2));
      else {
        // A group: each but one that takes the rest as its value becomes an argument of its own.
        const at = arg.slice(1, -1).split("").findIndex((short) => takesValue(longOf(short)));
        const end = at < 0 ? arg.length : at + 1;
        const group = arg.slice(1, end).split("").map((short) => `-${short}`);
        rest.unshift(...group, ...at < 0 ? [] : [`-${arg.slice(end)}`]);
      }
    } else tokens.push({ kind: "positional", value: arg });
  }
  return tokens;
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

/** What a script was to name and did not is not to be taken for the current directory, or for everything. */
function checkEmpty(
  command: Command,
  positionals: readonly string[],
  values: ReadonlyMap<string, string>,
  specs: OptionSpecs,
): void {
  const hint = "Is a variable not set?";
  for (const [name, value] of values) {
    if (value !== "" || specs[name]!.mayBeEmpty) continue;
    throw usageError(`--${name} was given an empty value`, hint);
  }
  if (command.runsProgram || command.positionals.mayBeEmpty || !positionals.includes("")) return;
  throw usageError(`agentvfs ${command.name} was given an empty argument`, hint);
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

function parserOptions(specs: OptionSpecs): ParserOptions {
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
