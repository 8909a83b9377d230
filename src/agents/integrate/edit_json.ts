/**
 * Puts values into a JSON text and takes them out again. All else stays as it is, to the byte: order, blanks, comments, ends of lines.
 *
 * @module
 */

import { afterTrivia, type JsonNode, memberOf, parseJson, valueOf } from "./json_nodes.ts";

/** A value that is to be in a text. */
export interface JsonEdit {
  /** Names of objects inside each other; what is not there is made. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** True: `path` is an array, and `value` one of its items. Else `path` is where the value is. */
  readonly item?: true;
}

/** A value that was put in, and what is needed to take it out. */
export interface JsonInsertion extends JsonEdit {
  /** How many of the containers, from the inside, were made for it. */
  readonly made: number;
  /** What was between the brackets of the empty container that it, or the outermost made one, was put in; null if that was not empty. */
  readonly inner: string | null;
}

/** The text with the value, and how to take it out; null where something else is there already, or the same. */
export function insert(
  text: string,
  edit: JsonEdit,
): { text: string; insertion: JsonInsertion } | null {
  const root = parseJson(text);
  const keys = [...edit.path];
  let container = root;
  while (keys.length > 0) {
    const next = memberOf(container, keys[0]!);
    if (next === undefined) break;
    if (next.value.kind === "other" || (keys.length === 1 && edit.item === undefined)) return null;
    container = next.value;
    keys.shift();
  }
  if (container.kind === "array" ? keys.length > 0 || !edit.item : keys.length === 0) return null;
  if (keys.length === 0 && has(text, container, edit.value)) return null;
  // From the inside out: the value, in an array if it is an item, in the objects that are not there.
  const wrapped = edit.item && keys.length > 0 ? [edit.value] : edit.value;
  const value = keys.slice(1).reduceRight<unknown>((inside, key) => ({ [key]: inside }), wrapped);
  const made = Math.max(0, keys.length - (edit.item ? 0 : 1));
  const inner = container.members.length === 0
    ? text.slice(container.start + 1, container.end - 1)
    : null;
  return {
    text: append(text, root, container, keys[0] ?? null, value),
    insertion: { ...edit, made, inner },
  };
}

/** The text without the value. Unchanged where it is not there any more, or is another one. */
export function remove(text: string, { path, value, item, made, inner }: JsonInsertion): string {
  const nodes = [parseJson(text)];
  for (const key of path) {
    const next = memberOf(nodes.at(-1)!, key);
    if (next === undefined) return text;
    nodes.push(next.value);
  }
  const target = nodes.at(-1)!;
  if (item) {
    const found = target.members.findLast((member) => same(valueOf(text, member.value), value));
    if (found === undefined) return text;
    nodes.push(found.value);
  } else if (!same(valueOf(text, target), value)) return text;
  // What was made for it goes as well, as long as nothing else came into it.
  let victim = nodes.pop()!;
  for (let left = made; left > 0 && nodes.at(-1)!.members.length === 1; left--) {
    victim = nodes.pop()!;
  }
  return cut(text, nodes.at(-1)!, victim, inner);
}

/** That very value is at its path. */
export function holds(text: string, { path, value }: JsonEdit): boolean {
  let node: JsonNode | undefined = parseJson(text);
  for (const key of path) node = node && memberOf(node, key)?.value;
  return node !== undefined && same(valueOf(text, node), value);
}

function has(text: string, container: JsonNode, value: unknown): boolean {
  return container.members.some((member) => same(valueOf(text, member.value), value));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** With the names of objects in order: a program that wrote a file anew may have changed it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}

function append(
  text: string,
  root: JsonNode,
  container: JsonNode,
  key: string | null,
  value: unknown,
): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const unit = unitOf(text, root);
  const [first] = container.members;
  const own = indentOf(text, container.start);
  const gap = first === undefined ? null : text.slice(container.start + 1, first.start);
  const onLines = gap === null || gap.includes("\n");
  const indent = onLines && first !== undefined && !/[^\s]/.test(lineBefore(text, first.start))
    ? indentOf(text, first.start)
    : own + unit;
  const printed = JSON.stringify(value, null, onLines ? unit : undefined)
    .replaceAll("\n", newline + indent);
  const member = key === null
    ? printed
    : `${JSON.stringify(key)}:${onLines || gap !== "" ? " " : ""}${printed}`;
  const before = onLines ? newline + indent : gap!;

  const last = container.members.at(-1);
  if (last === undefined) {
    const inner = text.slice(container.start + 1, container.end - 1);
    // A comment in there stays before ours.
    const kept = inner.trimEnd();
    return text.slice(0, container.start + 1) + kept + before + member + newline + own +
      text.slice(container.end - 1);
  }
  const comma = commaAfter(text, last.value.end);
  const end = comma === null ? last.value.end : comma + 1;
  const place = end + trimmedEnd(text.slice(end, container.end - 1));
  const trailing = comma === null ? "" : ",";
  return text.slice(0, last.value.end) + (comma === null ? "," : "") +
    text.slice(last.value.end, place) + before + member + trailing + text.slice(place);
}

/** Takes a member out, with the comma that came with it. */
function cut(text: string, container: JsonNode, victim: JsonNode, inner: string | null): string {
  const index = container.members.findIndex(({ value }) => value.start === victim.start);
  const member = container.members[index]!;
  const previous = container.members[index - 1];
  const next = container.members[index + 1];
  const comma = commaAfter(text, victim.end);
  if (previous === undefined && next === undefined) {
    const restored = inner ?? "";
    return text.slice(0, container.start + 1) + restored + text.slice(container.end - 1);
  }
  const from = member.start - blanksBefore(text, member.start);
  const to = comma === null ? victim.end : comma + 1;
  if (comma !== null || previous === undefined) return text.slice(0, from) + text.slice(to);
  const own = commaAfter(text, previous.value.end)!;
  return text.slice(0, own) + text.slice(own + 1, from) + text.slice(to);
}

/** Where the comma after a value is, if there is one. */
function commaAfter(text: string, end: number): number | null {
  const at = afterTrivia(text, end);
  return text[at] === "," ? at : null;
}

/** Length without blanks at the end. */
function trimmedEnd(text: string): number {
  return text.trimEnd().length;
}

function blanksBefore(text: string, at: number): number {
  const before = text.slice(0, at);
  return before.length - before.trimEnd().length;
}

function lineBefore(text: string, at: number): string {
  return text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
}

/** Blanks at the beginning of the line that `at` is on. */
function indentOf(text: string, at: number): string {
  return /^[ \t]*/.exec(lineBefore(text, at).replace(/^\ufeff/, ""))![0];
}

/** By how much a level is indented; two blanks where the text does not tell. */
function unitOf(text: string, root: JsonNode): string {
  const [first] = root.members;
  const indent = first === undefined ? "" : indentOf(text, first.start);
  return indent === "" ? "  " : indent;
}
