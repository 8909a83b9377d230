/**
 * What is to be in one file of a person's, and how it was put there.
 *
 * @module
 */

import { appendBlock, findBlock, HASH_MARKS, type Marks, removeBlock } from "./edit_block.ts";
import { holds, insert, type JsonEdit, type JsonInsertion, remove } from "./edit_json.ts";
import { parseJson } from "./json_nodes.ts";

/** A file, and what is to be in it. */
export type Target =
  & { readonly path: string }
  & (
    /** All of it is ours. */
    | { readonly kind: "file"; readonly text: string; readonly mode?: number }
    | { readonly kind: "json"; readonly edits: readonly JsonEdit[] }
    /** Lines at the end of a TOML file. `tables`: those that it may not have already. */
    | { readonly kind: "toml"; readonly text: string; readonly tables: readonly string[] }
    /** A file that the original wrote: ours instead, where it is there. */
    | { readonly kind: "original-file"; readonly text: string }
    /** Lines that the original wrote between its marks: ours instead, where they are there. */
    | { readonly kind: "original-block"; readonly marks: Marks; readonly text: string }
  );

/** How a target was put into its file. */
export type Applied =
  /** `replaced`: what the original had there. */
  | { readonly kind: "file"; readonly text: string; readonly replaced?: string }
  /** `before`: the whole text, where it was missing (null) or had nothing but blanks. */
  | {
    readonly kind: "json";
    readonly insertions: readonly JsonInsertion[];
    readonly before?: string | null;
  }
  | { readonly kind: "toml"; readonly glue: string; readonly before?: null }
  | {
    readonly kind: "block";
    readonly marks: Marks;
    readonly text: string;
    readonly replaced: string;
  };

export interface Outcome {
  /** Null: there is to be no file. */
  readonly text: string | null;
  /** Null: nothing was put there. */
  readonly applied: Applied | null;
  /** Sentences on what was left as it is. */
  readonly kept: readonly string[];
}

/** A file that cannot be edited; the message says why. */
export class TargetError extends Error {
  constructor(readonly path: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "TargetError";
  }
}

/** Puts a target into a text, which is null where there is no file. */
export function apply(target: Target, text: string | null): Outcome {
  switch (target.kind) {
    case "file":
      return text === null || text === target.text
        ? { text: target.text, applied: { kind: "file", text: target.text }, kept: [] }
        : { text, applied: null, kept: ["there is another file of this name"] };
    case "original-file":
      return text === null || text === target.text ? { text, applied: null, kept: [] } : {
        text: target.text,
        applied: { kind: "file", text: target.text, replaced: text },
        kept: [],
      };
    case "original-block":
      return applyBlock(target, text);
    case "toml":
      return applyToml(target, text);
    case "json":
      return applyJson(target, text);
  }
}

/** The text as it was before, but for what others changed since. */
export function revert(applied: Applied, text: string | null): Outcome {
  if (text === null) return { text, applied: null, kept: [] };
  switch (applied.kind) {
    case "file":
      if (text === applied.text) return { text: applied.replaced ?? null, applied: null, kept: [] };
      return { text, applied, kept: ["it was changed since"] };
    case "block": {
      const found = findBlock(text, applied.marks);
      if (found === null) return { text, applied: null, kept: [] };
      const reverted = text.slice(0, found.start) + applied.replaced + text.slice(found.end);
      return { text: reverted, applied: null, kept: [] };
    }
    case "toml": {
      const reverted = removeBlock(text, HASH_MARKS, applied.glue);
      const isOurs = applied.before === null && reverted.trim() === "";
      return { text: isOurs ? null : reverted, applied: null, kept: [] };
    }
    case "json": {
      const reverted = applied.insertions.toReversed().reduce(remove, text);
      const isOurs = applied.before !== undefined && /^\s*(\{\s*\}\s*)?$/.test(reverted);
      return { text: isOurs ? applied.before! : reverted, applied: null, kept: [] };
    }
  }
}

function applyJson(
  { path, edits }: Target & { kind: "json" },
  text: string | null,
): Outcome {
  const isBlank = text === null || text.trim() === "";
  let edited = isBlank ? "{}\n" : text;
  try {
    parseJson(edited);
  } catch (cause) {
    throw new TargetError(path, `It is no JSON (${(cause as Error).message})`, { cause });
  }
  const insertions: JsonInsertion[] = [];
  const kept: string[] = [];
  for (const edit of edits) {
    const done = insert(edited, edit);
    if (done === null) {
      if (!holds(edited, edit)) kept.push(`it has ${edit.path.join(".")} already`);
      continue;
    }
    edited = done.text;
    insertions.push(done.insertion);
  }
  if (insertions.length === 0) return { text, applied: null, kept };
  const before = isBlank ? { before: text } : {};
  return { text: edited, applied: { kind: "json", insertions, ...before }, kept };
}

function applyToml(
  { path, text: body, tables }: Target & { kind: "toml" },
  text: string | null,
): Outcome {
  const own = text === null ? null : findBlock(text, HASH_MARKS);
  if (own !== null) {
    throw new TargetError(
      path,
      `It has lines between ${HASH_MARKS.begin} and ${HASH_MARKS.end} that are not known here`,
    );
  }
  const there = tables.find((table) => hasTable(text ?? "", table));
  if (there !== undefined) return { text, applied: null, kept: [`it has ${there} already`] };
  const { text: edited, glue } = appendBlock(text ?? "", HASH_MARKS, body);
  return {
    text: edited,
    applied: { kind: "toml", glue, ...(text === null ? { before: null } : {}) },
    kept: [],
  };
}

/** True if a TOML text has a table, written as a table or as values of the one it is in. */
function hasTable(text: string, table: string): boolean {
  const [parent, name] = table.split(".");
  const header = new RegExp(`^\\s*\\[+\\s*${parent}\\s*\\.\\s*["']?${name}["']?\\s*[.\\]]`, "m");
  const inline = new RegExp(`^\\s*${parent}\\s*(=|\\.\\s*["']?${name}["']?\\s*[.=])`, "m");
  return header.test(text) || inline.test(text);
}

function applyBlock(
  { marks, text: body }: Target & { kind: "original-block" },
  text: string | null,
): Outcome {
  const found = text === null ? null : findBlock(text, marks);
  if (text === null || found === null) return { text, applied: null, kept: [] };
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const replaced = text.slice(found.start, found.end);
  const block = [marks.begin, ...body.trimEnd().split("\n"), marks.end].join(newline);
  if (replaced === block) return { text, applied: null, kept: [] };
  return {
    text: text.slice(0, found.start) + block + text.slice(found.end),
    applied: { kind: "block", marks, text: block, replaced },
    kept: [],
  };
}
