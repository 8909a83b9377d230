/**
 * What each rule of a policy says, in words, and what about it may surprise.
 *
 * @module
 */

import { binaryString } from "../../ffi/binary_string.ts";
import type { Component } from "./glob.ts";
import { ALL_OPERATIONS, Operation, operationsText } from "./operation.ts";
import { PathAutomaton, type PathState } from "./path_automaton.ts";
import { isAboutProcesses, type Rule } from "./rule.ts";
import { needsOpens } from "./unheld_rules.ts";
import { withoutCallers } from "./without_callers.ts";

export interface CheckedRule {
  readonly rule: Rule;
  /** A sentence. */
  readonly means: string;
  /** Sentences. */
  readonly warnings: readonly string[];
}

/** What differs between systems. */
interface Surroundings {
  /** A mount is told who asks. */
  readonly callers: boolean;
  /** Programs can be had to hold to rules outside the mount. */
  readonly preload: boolean;
}

export function checkPolicy(
  rules: readonly Rule[],
  { callers, preload }: Surroundings = { callers: true, preload: true },
): CheckedRule[] {
  return rules.map((rule, i) => ({
    rule,
    means: meaningOf(rule),
    warnings: [
      ...reachWarnings(rule, rules.slice(0, i).filter(({ outside }) => outside === rule.outside)),
      ...holeWarnings(rule),
      ...callers ? callerWarnings(rule) : [withoutCallers(rule)].filter((why) => why !== null),
      ...outsideWarnings(rule, preload),
    ],
  }));
}

const VERBS = {
  allow: "allows",
  watch: "allows, and notes,",
  deny: "refuses",
  ask: "asks a filter about",
} as const;

function meaningOf(rule: Rule): string {
  if (rule.verdict === "checkpoint") {
    return `has what is there recorded before ${rule.deletions} names are deleted one soon after the other` +
      whom(rule);
  }
  const { verdict, operations, pattern, glob } = rule;
  const what = operations === ALL_OPERATIONS
    ? "everything"
    : operationsText(operations).replaceAll(",", ", ");
  const root = rule.outside ? "from the root of the machine, outside the mount" : "from the root";
  const place = glob.isAnchored
    ? root
    : rule.outside
    ? "at any depth, outside the mount"
    : "at any depth";
  const kind = glob.directoryOnly ? "directories that" : "whatever";
  const filter = verdict === "ask" ? ` (${rule.filter}, otherwise ${rule.otherwise})` : "";
  return `${
    VERBS[verdict as keyof typeof VERBS]
  } ${what}${filter}: ${kind} ${pattern} matches ${place}, and what is in ${
    glob.directoryOnly ? "them" : "it"
  }` +
    whom(rule);
}

function whom({ branches, programs, uids, sessions }: Rule): string {
  const of = (what: string, values: readonly (string | number)[] | null) =>
    values === null ? "" : `; only ${what} ${values.join(" or ")}`;
  return of("on branch", branches?.map(({ text }) => text) ?? null) + of("for program", programs) +
    of("for user", uids) + of("for session", sessions);
}

/** Whether rules before it leave anything to it. */
function reachWarnings(rule: Rule, before: readonly Rule[]): string[] {
  const covering = before.filter((other) => isForAllOf(other, rule) && covers(other, rule));
  const taken = covering.reduce((all, { operations }) => all | operations, 0) & rule.operations;
  if (taken === 0) return [];
  const names = covering.filter(({ operations }) => (operations & taken) !== 0)
    .map(({ name }) => JSON.stringify(name)).join(" and ");
  if (taken === rule.operations) {
    return [`It is never reached: ${names} before it decides all of it`];
  }
  return [`${names} before it decides ${operationsText(taken)}`];
}

/** True if a rule applies to all to whom another one does. */
function isForAllOf(rule: Rule, other: Rule): boolean {
  const within = (all: readonly unknown[] | null, some: readonly unknown[] | null) =>
    all === null || (some !== null && some.every((one) => all.includes(one)));
  const texts = ({ branches }: Rule) => branches?.map(({ text }) => text) ?? null;
  return within(texts(rule), texts(other)) && within(rule.programs, other.programs) &&
    within(rule.uids, other.uids) && within(rule.sessions, other.sessions);
}

/** Names that stand for any name: what matches all of them matches whatever there may be. */
const WITNESSES = ["\x01\x02\xc3\xa9~", "a", "Z9", ".x.y", "-"];

/** True if a rule matches all that another one does, as far as examples can show. */
function covers({ glob }: Rule, other: Rule): boolean {
  const { root } = new PathAutomaton([glob]);
  const isCovered = (state: PathState) =>
    (other.glob.directoryOnly ? state.directoryMatches : state.matches).length > 0;
  return WITNESSES.every((witness) =>
    [0, 1, 2].every((depth) =>
      isCovered(root.walk(exampleOf(other.glob.components, witness, depth)))
    )
  );
}

/** A path that the components match, in which `witness` stands for what they leave open. */
function exampleOf(components: readonly Component[], witness: string, depth: number): string[] {
  return components.flatMap((component) => {
    switch (component.kind) {
      case "any-depth":
        return new Array<string>(depth).fill(witness);
      case "any":
        return [witness];
      case "literal":
        return [component.name];
      case "extension":
        return [witness + component.extension];
      case "tokens":
        return [
          component.tokens.map((token) =>
            token.kind === "byte" ? token.byte : token.kind === "star" ? witness : memberOf(token)
          ).join(""),
        ];
    }
  });
}

function memberOf({ has }: { readonly has: (character: string) => boolean }): string {
  for (let code = 0x21; code < 0x7f; code++) {
    if (has(String.fromCharCode(code))) return String.fromCharCode(code);
  }
  return binaryString("é");
}

/** What a rule that refuses leaves open. */
function holeWarnings(rule: Rule): string[] {
  const { verdict, operations } = rule;
  const warnings: string[] = [];
  const has = (operation: number) => (operations & operation) !== 0;
  const missing = (wanted: number) => operationsText(wanted & ~operations);
  if (verdict === "deny") {
    const replacing = Operation.UNLINK | Operation.RENAME | Operation.CREATE;
    if (has(Operation.WRITE) && missing(replacing) !== "") {
      warnings.push(
        `A file can be replaced by another one, as editors do: to refuse that, add ${
          missing(replacing)
        }`,
      );
    }
    if (has(Operation.TRUNCATE) && !has(Operation.WRITE)) {
      warnings.push("Bytes can still be overwritten: to refuse that, add write");
    }
    if (has(Operation.EXEC) && !has(Operation.READ)) {
      warnings.push(
        "A script or program that can be read can be run by its interpreter, or as a copy: to refuse that, add read",
      );
    }
  }
  return warnings;
}

/** How far it can be believed who asks. */
function callerWarnings(rule: Rule): string[] {
  const { verdict, programs, uids } = rule;
  const warnings = programs === null ? [] : programWarnings(rule);
  if (uids !== null && verdict === "deny" && !uids.includes(0)) {
    warnings.push("Who may become another user, as root may, is then not refused");
  }
  if ((isAboutProcesses(rule) || verdict === "ask") && needsOpens(rule)) {
    warnings.push(
      "It holds altogether where the mount is asked for opens: that of the next agentvfs quickstart will be",
    );
  }
  return warnings;
}

/** Who holds to what a rule says about paths outside the mount. */
function outsideWarnings({ outside, verdict, pattern }: Rule, preload: boolean): string[] {
  if (!outside) return [];
  const warnings = [
    ...pattern.startsWith("~") ? ["`~` is a name like any other: write the whole path"] : [],
    ...pattern.includes("/") && !pattern.startsWith("/") && !pattern.startsWith("**")
      ? [`It begins at the root: /${pattern}`]
      : [],
  ];
  if (verdict !== "deny") return warnings;
  if (!preload) return [...warnings, "Nobody holds to it: only Linux has what does"];
  return [
    ...warnings,
    "Only programs of agentvfs run hold to it, where the mount has --telemetry ldpreload, and only by their leave: " +
    "static programs and those in Go, system calls made directly, setuid programs and `env -i` do not; " +
    "agentvfs run --confine holds for all",
  ];
}

function programWarnings({ programs, verdict }: Rule): string[] {
  const named = programs!.filter((program) => !program.startsWith("/"));
  const long = named.filter((program) => binaryString(program).length > 15);
  const warnings = long.map((program) =>
    `The kernel keeps 15 bytes of a name: ${JSON.stringify(program)} is never found`
  );
  if (named.length > 0) {
    warnings.push(
      "A program's name is what it says it is: any program can take it, or another one",
    );
  } else if (verdict === "deny") {
    warnings.push("A copy of the program is not that program");
  } else {
    warnings.push("Whoever can start the program can make it do what it can do");
  }
  return warnings;
}
