/**
 * Reading a policy's file.
 *
 * It is the original's, widened: what that accepts means the same. The original has one verdict, `soft_watch`, and finds the
 * names of operations anywhere in its text. Everything else is strict: a key or a word that is not known is an error that
 * says which rule, where, and what there is.
 *
 * @module
 */

import { type Glob, GlobError, parseGlob } from "./glob.ts";
import { ALL_OPERATIONS, OPERATION_NAMES, operationNamed } from "./operation.ts";
import { isRelativeProgram } from "./program.ts";
import { PolicyError } from "./policy_error.ts";
import type { BranchPattern, Rule, RuleVerdict } from "./rule.ts";
import { ruleLines } from "./rule_lines.ts";

/** More than anybody writes; a state of all globs still is some hundred words. */
const MOST_RULES = 1_000;
/** Bytes of a file. */
const LARGEST_POLICY = 1024 * 1024;
const FORMAT = 1;

const VERDICTS: Readonly<Record<string, RuleVerdict>> = {
  soft_watch: "watch",
  watch: "watch",
  allow: "allow",
  deny: "deny",
  ask: "ask",
  checkpoint: "checkpoint",
};
const CONDITIONS = ["branch", "program", "uid", "session"] as const;
const KEYS: ReadonlySet<string> = new Set([
  "name",
  "comment",
  "path_pattern",
  "outside",
  ...Object.keys(VERDICTS),
  "ops",
  "otherwise",
  ...CONDITIONS,
]);

/** Throws {@linkcode PolicyError}. */
export function parsePolicy(text: string): Rule[] {
  if (text.length > LARGEST_POLICY) {
    throw new PolicyError(
      "policy_too_large",
      "The policy has more than a mebibyte",
      "Join rules by patterns that say the same in fewer",
    );
  }
  const entries = rulesOf(parseJson(text));
  if (entries.length > MOST_RULES) {
    throw new PolicyError(
      "policy_too_large",
      `The policy has ${entries.length} rules; ${MOST_RULES} are the most`,
      "Join rules by patterns that say the same in fewer",
    );
  }
  const lines = ruleLines(text);
  const rules = entries.map((entry, i) => new RuleReader(entry, i, lines[i] ?? 1).read());
  const seen = new Map<string, Rule>();
  for (const rule of rules) {
    const other = seen.get(rule.name);
    if (other !== undefined) {
      throw new PolicyError(
        "policy_rule",
        `Two rules have the name ${
          JSON.stringify(rule.name)
        }: lines ${other.line} and ${rule.line}`,
        "Give one of them another name: it is told to who is refused something",
        rule.line,
      );
    }
    seen.set(rule.name, rule);
  }
  return rules;
}

/** The rules of a text that could be parsed, as they stand there. */
export function rulesIn(text: string): unknown[] {
  return rulesOf(parseJson(text));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const line = /\(line (\d+) column/.exec(message)?.[1];
    const position = /at position (\d+)/.exec(message)?.[1];
    const at = line !== undefined
      ? Number(line)
      : position === undefined
      ? text.split("\n").length
      : text.slice(0, Number(position)).split("\n").length;
    throw new PolicyError(
      "policy_syntax",
      `The policy is no JSON: line ${at}: ${message.replace(/ \(line.*\)$/s, "")}`,
      `It looks like {"rules": [{"path_pattern": "src/**", "deny": "write"}]}`,
      at,
    );
  }
}

function rulesOf(json: unknown): unknown[] {
  if (Array.isArray(json)) return json;
  const wrong = (why: string, hint: string) => new PolicyError("policy_syntax", why, hint, 1);
  const shape = `It looks like {"rules": [{"path_pattern": "src/**", "deny": "write"}]}`;
  if (typeof json !== "object" || json === null) throw wrong("The policy is no object", shape);
  const { rules, version = FORMAT, comment: _, ...others } = json as Record<string, unknown>;
  // The original takes a rule that stands alone.
  if (rules === undefined && "path_pattern" in json) return [json];
  if (!Array.isArray(rules)) throw wrong("The policy has no array `rules`", shape);
  if (version !== FORMAT) {
    throw wrong(
      `The policy is of version ${JSON.stringify(version)}; this program reads ${FORMAT}`,
      "Use a newer agentvfs, or write `version: 1`",
    );
  }
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) {
    throw wrong(
      `The policy has a key ${JSON.stringify(unknown)}`,
      "There are rules, version, comment",
    );
  }
  return rules;
}

class RuleReader {
  readonly #entry: Record<string, unknown>;
  #name: string;

  constructor(entry: unknown, readonly index: number, readonly line: number) {
    this.#name = `rule ${index + 1}`;
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
      throw this.#wrong(
        "is no object",
        `A rule looks like {"path_pattern": "src/**", "deny": "write"}`,
      );
    }
    this.#entry = entry as Record<string, unknown>;
  }

  read(): Rule {
    const { name } = this.#entry;
    if (name !== undefined) this.#name = this.#text("name", name);
    const unknown = Object.keys(this.#entry).find((key) => !KEYS.has(key));
    if (unknown !== undefined) {
      throw this.#wrong(
        `has a key ${JSON.stringify(unknown)}`,
        `There are ${[...KEYS].join(", ")}`,
      );
    }
    const pattern = this.#text("path_pattern", this.#entry["path_pattern"]);
    const { verdict, operations, filter, deletions } = this.#verdict();
    if (verdict === "checkpoint") this.#checkWhole(pattern);
    const outside = this.#outside(verdict);
    return {
      outside,
      name: this.#name,
      pattern,
      glob: this.#glob("path_pattern", pattern),
      verdict,
      operations,
      filter,
      otherwise: this.#otherwise(verdict),
      deletions,
      branches: this.#list("branch", (value) => this.#branch(value)),
      programs: this.#list("program", (value) => this.#program(value)),
      uids: this.#list("uid", (value) => this.#uid(value)),
      sessions: this.#list("session", (value) => this.#session(value)),
      line: this.line,
    };
  }

  #verdict(): Pick<Rule, "verdict" | "operations" | "filter" | "deletions"> {
    const given = Object.keys(VERDICTS).filter((key) => key in this.#entry);
    const [key, second] = given;
    if (key === undefined) {
      throw this.#wrong(
        "says nothing",
        "Give it one of deny, allow, soft_watch, ask or checkpoint",
      );
    }
    if (second !== undefined) {
      throw this.#wrong(
        `has both ${key} and ${second}`,
        "Make two rules: the first that matches holds",
      );
    }
    const verdict = VERDICTS[key]!;
    const value = this.#entry[key];
    if (verdict === "ask") {
      const operations = this.#operations("ops", this.#entry["ops"] ?? "all", false);
      return { verdict, operations, filter: this.#text("ask", value), deletions: null };
    }
    if ("ops" in this.#entry) {
      throw this.#wrong("has ops", `These are what ask is about; say ${key}: "write,unlink"`);
    }
    if (verdict === "checkpoint") {
      return { verdict, operations: 0, filter: null, deletions: this.#deletions(value) };
    }
    const operations = this.#operations(key, value, key === "soft_watch");
    return { verdict, operations, filter: null, deletions: null };
  }

  /** The library that holds to such a rule knows paths, and nothing else. */
  #outside(verdict: RuleVerdict): boolean {
    const value = this.#entry["outside"] ?? false;
    if (typeof value !== "boolean") throw this.#wrong("has outside that is neither", "Write true");
    if (!value) return false;
    if (verdict !== "deny" && verdict !== "allow") {
      throw this.#wrong(`has outside and ${verdict}`, "Outside the mount there are deny and allow");
    }
    const key = CONDITIONS.find((key) => key in this.#entry);
    if (key !== undefined) {
      throw this.#wrong(
        `has outside and ${key}`,
        `Leave ${key} out: it is for the programs of all runs`,
      );
    }
    return true;
  }

  #deletions(value: unknown): number {
    if (typeof value === "number" && Number.isInteger(value) && value > 0 && value < 2 ** 31) {
      return value;
    }
    throw this.#wrong(
      "has checkpoint that is no number",
      "Write how many names may be deleted before what is there is recorded: 50",
    );
  }

  /** What is recorded is a branch, whoever deletes. */
  #checkWhole(pattern: string): void {
    if (pattern !== "**") {
      throw this.#wrong(
        "has checkpoint for some paths",
        'Write path_pattern "**": all is recorded',
      );
    }
    const key = CONDITIONS.find((key) => key !== "branch" && key in this.#entry);
    if (key !== undefined) {
      throw this.#wrong(
        `has checkpoint and ${key}`,
        `Leave ${key} out: whoever deletes, it counts`,
      );
    }
  }

  /** `lenient`: as the original reads it, names anywhere in the text. */
  #operations(key: string, value: unknown, lenient: boolean): number {
    const words = Array.isArray(value) && value.every((word) => typeof word === "string")
      ? value as string[]
      : typeof value === "string"
      ? value.split(/[\s,|;+]+/).filter((word) => word !== "")
      : null;
    const names = Object.keys(OPERATION_NAMES);
    const remedy = `There are ${names.join(", ")}, all`;
    if (words === null) throw this.#wrong(`has ${key} that is no text`, remedy);
    let operations = 0;
    for (const word of words) {
      const named = word === "all" ? ALL_OPERATIONS : operationNamed(word);
      const found = named === 0 && lenient ? operationsIn(word) : named;
      if (found === 0) {
        throw this.#wrong(`has ${key} of ${JSON.stringify(word)}, which is no operation`, remedy);
      }
      operations |= found;
    }
    if (operations === 0) throw this.#wrong(`has ${key} of nothing`, remedy);
    return operations;
  }

  #otherwise(verdict: RuleVerdict): "allow" | "deny" {
    const value = this.#entry["otherwise"];
    if (value === undefined) return "deny";
    if (verdict !== "ask") {
      throw this.#wrong("has otherwise", "It is for ask: what holds where there is no answer");
    }
    if (value !== "allow" && value !== "deny") {
      throw this.#wrong("has otherwise that is neither", "Write allow or deny");
    }
    return value;
  }

  #glob(key: string, pattern: string): Glob {
    try {
      return parseGlob(pattern);
    } catch (error) {
      if (!(error instanceof GlobError)) throw error;
      const what = `has ${key} ${JSON.stringify(pattern)} that cannot be: ${error.message}`;
      throw this.#wrong(what, "Patterns are those of gitignore: src/**, **/*.key, /dist/");
    }
  }

  #branch(value: unknown): BranchPattern {
    const text = this.#text("branch", value);
    // A name without a slash is that one branch.
    const pattern = text.startsWith("/") || text.startsWith("**") ? text : `/${text}`;
    return { text, glob: this.#glob("branch", pattern) };
  }

  /** A name as the kernel has it has at most 15 bytes; with a slash it is a file. */
  #program(value: unknown): string {
    const text = this.#text("program", value);
    if (isRelativeProgram(text)) {
      throw this.#wrong("has program with a relative path", "Write a name, or an absolute path");
    }
    return text;
  }

  /** Numbers of sessions have up to 64 bits, so they may be text. */
  #session(value: unknown): string {
    if (Number.isSafeInteger(value) && (value as number) >= 0) return String(value);
    if (typeof value === "string" && /^[0-9]{1,20}$/.test(value)) return String(BigInt(value));
    throw this.#wrong(
      "has session that is no session's number",
      "Write a number, as agentvfs session list prints it",
    );
  }

  #uid(value: unknown): number {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 32) {
      return value;
    }
    throw this.#wrong("has uid that is no user's number", "Write a number, as id -u prints it");
  }

  #list<T>(key: typeof CONDITIONS[number], read: (value: unknown) => T): T[] | null {
    const value = this.#entry[key];
    if (value === undefined) return null;
    const values = Array.isArray(value) ? value : [value];
    if (values.length === 0) {
      throw this.#wrong(`has ${key} of nobody`, `Leave ${key} out if the rule is for all`);
    }
    return values.map(read);
  }

  #text(key: string, value: unknown): string {
    if (typeof value === "string" && value !== "" && !value.includes("\0")) return value;
    throw this.#wrong(
      value === undefined ? `has no ${key}` : `has ${key} that is no text`,
      key === "path_pattern" ? "Write path_pattern: src/**, **/*.key, /dist/" : `Write some text`,
    );
  }

  #wrong(what: string, hint: string): PolicyError {
    const name = this.#name === `rule ${this.index + 1}` ? "" : ` (${JSON.stringify(this.#name)})`;
    const message = `Rule ${this.index + 1}${name}, line ${this.line}, ${what}`;
    return new PolicyError("policy_rule", message, hint, this.line);
  }
}

/** What the original would find in the text. */
function operationsIn(text: string): number {
  return Object.entries(OPERATION_NAMES)
    .filter(([name]) => text.includes(name))
    .reduce((all, [, bit]) => all | bit, 0);
}
