/**
 * Patterns of paths, as gitignore has them: a list of components, each matched against one name.
 *
 * `*` and `?` stay inside a name, `**` as a whole component stands for any number of them. A pattern with a slash that is
 * not its last character begins at the root of the tree, any other at every directory. A trailing slash means
 * directories only. Whatever matches covers all that is in it.
 *
 * Names are binary strings; `?` and a class take a whole character of UTF-8 where there is one.
 *
 * @module
 */

import { binaryString } from "../../ffi/binary_string.ts";

/** One step through a name. */
export type Token =
  /** This byte. */
  | { readonly kind: "byte"; readonly byte: string }
  /** One character, of these, or of all but these. */
  | { readonly kind: "class"; readonly has: (character: string) => boolean }
  | { readonly kind: "star" };

export type Component =
  | { readonly kind: "any-depth" }
  | { readonly kind: "any" }
  | { readonly kind: "literal"; readonly name: string }
  /** `*` and then this, which begins with the only dot in it. */
  | { readonly kind: "extension"; readonly extension: string }
  | {
    readonly kind: "tokens";
    readonly tokens: readonly Token[];
    /** As it was written: what is written alike matches alike. */
    readonly text: string;
    /** How every name that matches begins and ends. */
    readonly prefix: string;
    readonly suffix: string;
  };

export interface Glob {
  /** At least one. The last is not `any-depth`. */
  readonly components: readonly Component[];
  /** Only directories, and what is in them. */
  readonly directoryOnly: boolean;
  /** It begins at the root of the tree. */
  readonly isAnchored: boolean;
}

/** So many components fit a word of the automaton, with what stands before and after them. */
const MOST_COMPONENTS = 27;
const LONGEST_PATTERN = 4096;

/** Why a pattern is none, as a sentence's end. */
export class GlobError extends Error {}

export function parseGlob(pattern: string): Glob {
  if (pattern.includes("\0")) throw new GlobError("it has a NUL in it");
  const bytes = binaryString(pattern);
  if (bytes.length > LONGEST_PATTERN) throw new GlobError("it is longer than a path can be");
  if (bytes.startsWith("!")) {
    throw new GlobError(
      "a rule cannot be taken back by `!`; write an `allow` rule before it, or `\\!` for a name that begins so",
    );
  }
  const directoryOnly = bytes.endsWith("/");
  const inner = directoryOnly ? bytes.slice(0, -1) : bytes;
  const isAnchored = inner.includes("/");
  const parts = (inner.startsWith("/") ? inner.slice(1) : inner).split("/");
  if (parts.some((part) => part === "")) {
    throw new GlobError(pattern.replaceAll("/", "") === "" ? "it names nothing" : "it has `//`");
  }
  if (parts.some((part) => part === "." || part === "..")) {
    throw new GlobError("`.` and `..` are no names; paths are from the root of the mount");
  }
  const components = parts.map(parseComponent);
  if (!isAnchored) components.unshift({ kind: "any-depth" });
  const normal = normalize(components);
  if (normal.length > MOST_COMPONENTS) {
    throw new GlobError(`it has more than ${MOST_COMPONENTS - 1} components`);
  }
  return { components: normal, directoryOnly, isAnchored: normal[0]!.kind !== "any-depth" };
}

/** One `**` stands for several; at the end it is whatever is there, and all that is in it. */
function normalize(components: readonly Component[]): Component[] {
  const single = components.filter(({ kind }, i) =>
    kind !== "any-depth" || components[i - 1]?.kind !== "any-depth"
  );
  if (single.at(-1)!.kind === "any-depth") single[single.length - 1] = { kind: "any" };
  // `**/*` at the end would say the same as `*` there, below the first of them.
  return single;
}

function parseComponent(part: string): Component {
  if (part === "**") return { kind: "any-depth" };
  const tokens = tokenize(part);
  const text = tokens.map((token) => token.kind === "byte" ? token.byte : "");
  if (tokens.every(({ kind }) => kind === "byte")) return { kind: "literal", name: text.join("") };
  if (tokens.every(({ kind }) => kind === "star")) return { kind: "any" };
  const [first, ...rest] = tokens;
  if (first!.kind === "star" && rest.every(({ kind }) => kind === "byte")) {
    const extension = text.join("");
    if (extension.lastIndexOf(".") === 0) return { kind: "extension", extension };
  }
  const prefix = leadingBytes(tokens);
  const suffix = [...leadingBytes(tokens.toReversed())].reverse().join("");
  return { kind: "tokens", tokens, text: part, prefix, suffix };
}

function leadingBytes(tokens: readonly Token[]): string {
  const end = tokens.findIndex(({ kind }) => kind !== "byte");
  return tokens.slice(0, end).map((token) => token.kind === "byte" ? token.byte : "").join("");
}

function tokenize(part: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < part.length) {
    const c = part[at]!;
    if (c === "\\") {
      if (at + 1 === part.length) throw new GlobError("it ends in a backslash");
      tokens.push({ kind: "byte", byte: part[at + 1]! });
      at += 2;
    } else if (c === "*") {
      if (tokens.at(-1)?.kind !== "star") tokens.push({ kind: "star" });
      at++;
    } else if (c === "?") {
      tokens.push({ kind: "class", has: () => true });
      at++;
    } else if (c === "[") {
      const { token, end } = parseClass(part, at);
      tokens.push(token);
      at = end;
    } else {
      tokens.push({ kind: "byte", byte: c });
      at++;
    }
  }
  return tokens;
}

const NAMED_CLASSES: ReadonlyMap<string, RegExp> = new Map(Object.entries({
  alnum: /^[0-9A-Za-z]$/,
  alpha: /^[A-Za-z]$/,
  digit: /^[0-9]$/,
  lower: /^[a-z]$/,
  punct: /^[!-/:-@[-`{-~]$/,
  space: /^[\t-\r ]$/,
  upper: /^[A-Z]$/,
  xdigit: /^[0-9A-Fa-f]$/,
}));

function parseClass(part: string, start: number): { token: Token; end: number } {
  let at = start + 1;
  const isNegated = part[at] === "!" || part[at] === "^";
  if (isNegated) at++;
  const tests: ((c: string) => boolean)[] = [];
  for (let isFirst = true; part[at] !== "]" || isFirst; isFirst = false) {
    if (at >= part.length) throw new GlobError("a `[` has no `]`; write `\\[` for the character");
    const named = /^\[:([a-z]+):\]/.exec(part.slice(at));
    if (named !== null) {
      const pattern = NAMED_CLASSES.get(named[1]!);
      if (pattern === undefined) throw new GlobError(`there is no class ${named[0]}`);
      tests.push((c) => pattern.test(c));
      at += named[0].length;
      continue;
    }
    const low = classByte(part, at);
    at = low.end;
    if (part[at] === "-" && part[at + 1] !== "]" && at + 1 < part.length) {
      const high = classByte(part, at + 1);
      at = high.end;
      if (high.byte < low.byte) throw new GlobError(`the range ${low.byte}-${high.byte} is empty`);
      tests.push((c) => c >= low.byte && c <= high.byte);
    } else {
      tests.push((c) => c === low.byte);
    }
  }
  const has = (c: string) => tests.some((test) => test(c)) !== isNegated;
  return { token: { kind: "class", has }, end: at + 1 };
}

function classByte(part: string, at: number): { byte: string; end: number } {
  const isEscaped = part[at] === "\\";
  const byte = part[isEscaped ? at + 1 : at];
  if (byte === undefined) throw new GlobError("a `[` has no `]`; write `\\[` for the character");
  if (byte > "\x7f") throw new GlobError("a class can only have characters of ASCII in it");
  return { byte, end: at + (isEscaped ? 2 : 1) };
}

/** True if the tokens match the whole name. Its time is at most the product of both lengths. */
export function matchesTokens(tokens: readonly Token[], name: string): boolean {
  let [at, token] = [0, 0];
  /** Where the last star stands, and from where on it has taken the name so far. */
  let [star, taken] = [-1, 0];
  while (at < name.length) {
    const next = tokens[token];
    if (next?.kind === "star") {
      star = token++;
      taken = at;
      continue;
    }
    const length = next === undefined ? 0 : stepLength(next, name, at);
    if (length > 0) {
      at += length;
      token++;
    } else if (star >= 0) {
      at = ++taken;
      token = star + 1;
    } else {
      return false;
    }
  }
  while (tokens[token]?.kind === "star") token++;
  return token === tokens.length;
}

/** Bytes that the token takes of the name at `at`; 0: it does not match. */
function stepLength(token: Exclude<Token, { kind: "star" }>, name: string, at: number): number {
  if (token.kind === "byte") return name[at] === token.byte ? 1 : 0;
  const length = characterLength(name, at);
  return token.has(name.slice(at, at + length)) ? length : 0;
}

/** Bytes of the character of UTF-8 that begins there; 1 where none does. */
function characterLength(name: string, at: number): number {
  const lead = name.charCodeAt(at);
  const length = lead >= 0xf0 && lead < 0xf8 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
  if (lead >= 0xf8) return 1;
  for (let i = 1; i < length; i++) {
    if ((name.charCodeAt(at + i) & 0xc0) !== 0x80) return 1;
  }
  return length;
}
