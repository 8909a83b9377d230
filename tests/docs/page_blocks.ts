/**
 * The code blocks of a page, and what a comment before one says of it:
 *
 * - `<!-- not run: REASON -->`: it is for other places than a project on this machine.
 * - `<!-- run first: COMMANDS -->`: what a reader of it would have done by then. Of a block of TypeScript: the names it uses.
 *
 * @module
 */

export interface Block {
  /** File and line, for people. */
  readonly place: string;
  /** As the fence says it; empty: something to look at, not to run. */
  readonly language: string;
  readonly code: string;
  readonly first: string;
  readonly notRun: string | null;
}

export function pageBlocks(page: string, text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split("\n");
  let comment = "";
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.startsWith("<!--")) {
      const start = i;
      while (!lines[i]!.endsWith("-->")) i++;
      comment = lines.slice(start, i + 1).join("\n").slice("<!--".length, -"-->".length).trim();
    } else if (line.startsWith("```")) {
      const end = lines.indexOf("```", i + 1);
      if (end < 0) throw new Error(`${page}:${i + 1}: the block does not end`);
      blocks.push({
        place: `${page}:${i + 1}`,
        language: line.slice(3).trim(),
        code: lines.slice(i + 1, end).join("\n"),
        first: after("run first:", comment) ?? "",
        notRun: after("not run:", comment),
      });
      comment = "";
      i = end;
    } else if (line.trim() !== "") comment = "";
  }
  return blocks;
}

function after(mark: string, comment: string): string | null {
  return comment.startsWith(mark) ? comment.slice(mark.length).trim() : null;
}
