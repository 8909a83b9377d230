/**
 * What a subcommand is: its command line, its help, and what it does.
 *
 * @module
 */

import type { MethodName } from "../control/methods.ts";
import type { Schema } from "../control/schema.ts";

/**
 * What a word of a command line may be, so that shells can complete it (`completion/`): something that the daemon or the
 * disk knows, `nothing` that anybody could guess, or one of some words.
 */
export type WordKind =
  | "branch"
  | "changed"
  | "checkpoint"
  | "directory"
  | "file"
  | "filter"
  | "nothing"
  | "program"
  | "workspace"
  | readonly string[];

export interface OptionSpec {
  /** Placeholder of the option's value; a flag has none. */
  readonly value?: string;
  /** The value may be left out, and has to be given with an equals sign: `--option=VALUE`. */
  readonly valueIsOptional?: true;
  /** One letter. */
  readonly short?: string;
  /** Other spellings, accepted and not shown. */
  readonly aliases?: readonly string[];
  /** One line of help; an option without one is accepted and not shown. */
  readonly brief?: string;
  /** It is a text; else an empty value is none. */
  readonly mayBeEmpty?: true;
  /** What its value may be, where the placeholder does not say it. */
  readonly completes?: WordKind;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export interface PositionalSpec {
  /** As in the usage line, for example `[DIR]`. */
  readonly usage: string;
  readonly min: number;
  readonly max: number;
  /** They may be paths of any bytes, see `textOfBytes`; else everything has to be UTF-8. */
  readonly areBytes?: true;
  /** They are texts; else one that is empty is taken for a variable that is not set. */
  readonly mayBeEmpty?: true;
  /** What a placeholder of the usage line stands for, where its name does not say it. */
  readonly completes?: Readonly<Record<string, WordKind>>;
}

/** What a command prints with `--json`, where that is not the result of a method. */
export interface Output {
  /** As that of a method. */
  readonly version: number;
  readonly schema: Schema;
}

export interface Command {
  readonly name: string;
  /** One line; also in the list of commands. */
  readonly brief: string;
  /** What it prints with `--json`: the result of a method, or what a file of `outputs/` declares. Null: nothing of its own. */
  readonly prints: MethodName | (() => Promise<{ output: Output }>) | null;
  readonly positionals: PositionalSpec;
  readonly options: OptionSpecs;
  /** The first word that is no option, and everything after it, is another program's command line. */
  readonly runsProgram?: true;
  /** Further help, 80 columns at most. */
  readonly details?: string;
  /** A command line that shows what the usage line does not, without `agentvfs`. */
  readonly example?: string;
  /** Carries it out; resolves with the exit code. May throw anything: the caller reports it. */
  run(input: CommandInput): Promise<number>;
}

export interface CommandInput {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly positionals: readonly string[];
  /** Positionals after `--`; they are in {@linkcode positionals} too. */
  readonly afterDashes: readonly string[];
  /** True for `agentvfs-ctl`, whose callers expect the original's output. */
  readonly originalClient: boolean;
}

/** Options of every command. */
export const GLOBAL_OPTIONS: OptionSpecs = {
  project: {
    value: "DIR",
    short: "C",
    brief: "project or mount that is meant; else where you stand",
  },
  sock: { value: "PATH", aliases: ["socket"], brief: "control socket of the daemon" },
  json: { brief: "answer in JSON" },
  quiet: { short: "q" },
  help: { short: "h", brief: "this help" },
  root: { value: "DIR" },
};
