/**
 * Puts lines between two marks at the end of a text, and takes them out again, to the byte.
 *
 * @module
 */

/** What begins and ends a block, a line each. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

export const HASH_MARKS: Marks = { begin: "# agentvfs:begin", end: "# agentvfs:end" };
/** The original's, in Markdown. */
export const COMMENT_MARKS: Marks = {
  begin: "<!-- agentvfs:begin -->",
  end: "<!-- agentvfs:end -->",
};

/** Where a block is in a text, its marks included; null if it has none. */
export function findBlock(text: string, marks: Marks): { start: number; end: number } | null {
  const start = text.indexOf(marks.begin);
  const last = start < 0 ? -1 : text.indexOf(marks.end, start);
  return last < 0 ? null : { start, end: last + marks.end.length };
}

/** The text with the block at its end, and what was put between them. */
export function appendBlock(
  text: string,
  marks: Marks,
  body: string,
): { text: string; glue: string } {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const isEmpty = text === "" || text === "\ufeff";
  const glue = isEmpty ? "" : (text.endsWith("\n") ? "" : newline) + newline;
  const block = [marks.begin, ...body.trimEnd().split("\n"), marks.end, ""].join(newline);
  return { text: text + glue + block, glue };
}

/** The text without the block, and without what was put before it. */
export function removeBlock(text: string, marks: Marks, glue: string): string {
  const found = findBlock(text, marks);
  if (found === null) return text;
  const before = text.slice(0, found.start);
  const after = text.slice(found.end).replace(/^\r?\n/, "");
  return (before.endsWith(glue) ? before.slice(0, before.length - glue.length) : before) + after;
}
