/**
 * What the placeholders of usage lines and options stand for. A command says it itself where one name has several meanings.
 *
 * @module
 */

import type { OptionSpec, PositionalSpec, WordKind } from "../command.ts";
import type { GivenWords } from "./read_words.ts";

const OPTION_KINDS: Readonly<Record<string, WordKind>> = {
  B: "branch",
  REF: "checkpoint",
  DIR: "directory",
  "DIR|URL": "directory",
  FILE: "file",
  LOG: "file",
  PATH: "file",
};

const POSITIONAL_KINDS: Readonly<Record<string, WordKind>> = {
  A: "checkpoint",
  B: "checkpoint",
  REF: "checkpoint",
  "N|REF": "checkpoint",
  BRANCH: "branch",
  SRC: "branch",
  DIR: "directory",
  FILE: "file",
  "FILE|NAME": "file",
  PATH: "file",
};

export function kindOfOption({ value, completes }: OptionSpec): WordKind {
  return completes ?? OPTION_KINDS[value ?? ""] ?? "nothing";
}

/** Of the positional that comes next. `isJoined`: all of them together are one name. */
export function kindOfPositional(
  { usage, completes }: PositionalSpec,
  given: GivenWords,
): { kind: WordKind; isJoined: boolean } {
  const placeholders = usage.replace(/[[\]]/g, "").split(" ");
  const dashes = placeholders.indexOf("--");
  const [part, at] = dashes >= 0 && given.isAfterDashes
    ? [placeholders.slice(dashes + 1), given.positionals.length - given.beforeDashes]
    : [dashes < 0 ? placeholders : placeholders.slice(0, dashes), given.positionals.length];
  const last = part.at(-1) ?? "";
  const placeholder = part[at] ?? (last.endsWith("…") ? last : "");
  const name = placeholder.replace("…", "");
  return {
    kind: completes?.[name] ?? POSITIONAL_KINDS[name] ?? "nothing",
    isJoined: placeholder === "REF…" || placeholder === "N|REF…",
  };
}
