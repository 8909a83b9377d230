/**
 * A review on a terminal.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { ReviewItem } from "../../control/service/merge.ts";
import type { CommandInput } from "../command.ts";
import { EDITOR, shellCommand } from "../../host/shell_word.ts";
import { usageError } from "../command_error.ts";
import { onTerminal, print, style } from "../print/output.ts";
import { showPaged } from "../print/pager.ts";
import type { Choices } from "./choices.ts";
import { hunkToEdit } from "./edited_hunk.ts";
import { type Reply, Review } from "./review.ts";
import { helpLines, itemLine, listLines, prompt, questionLines } from "./review_text.ts";
import { TerminalLines } from "./terminal_lines.ts";

/** Throws a usage error unless somebody can be asked. Before anything is done that the answers are needed for. */
export function checkTerminal(option: string): void {
  if (onTerminal() && Deno.stdin.isTerminal()) return;
  throw usageError(
    `${option} asks what to take, which needs a terminal`,
    "Look at it with agentvfs diff, and merge it as a whole with agentvfs merge",
  );
}

/** Asks about each item; null if it was broken off, so that nothing is to be taken. */
export async function reviewOnTerminal(
  input: CommandInput,
  items: readonly ReviewItem[],
): Promise<Choices | null> {
  const review = new Review(items);
  using lines = new TerminalLines();
  let shown: number | null = null;
  let isToShow = true;
  while (!review.isOver) {
    if (isToShow) show(review, shown !== review.current.item);
    shown = review.current.item;
    const line = await lines.ask(prompt(review));
    if (line === "interrupted") return null;
    isToShow = await follow(input, review, lines, line === null ? "q" : line.text);
  }
  return review.choices;
}

function show(review: Review, isNewItem: boolean): void {
  const item = review.items[review.current.item]!;
  if (isNewItem) print(`${review.number === 1 ? "" : "\n"}${itemLine(item)}`);
  for (const line of questionLines(item, review.current, false)) print(line);
}

/** Does what a line asks for. True if something else is to be shown now. */
async function follow(
  input: CommandInput,
  review: Review,
  lines: TerminalLines,
  line: string,
): Promise<boolean> {
  const reply = review.answer(line);
  if ("ask" in reply) {
    if (reply.list) { for (const row of listLines(review)) print(row); }
    const words = await lines.ask(style(`${reply.ask}? `, "bold", "blue"));
    if (words === null || words === "interrupted" || words.text.trim() === "") return false;
    return said(review.answer(`${reply.key} ${words.text}`));
  }
  if (!("open" in reply)) return said(reply);
  switch (reply.open) {
    case "help":
      for (const row of helpLines(review.keys)) print(row);
      return false;
    case "pager": {
      const item = review.items[review.current.item]!;
      const rows = [itemLine(item), ...questionLines(item, review.current, true)];
      await showPaged(input, rows.map((row) => `${row}\n`).join(""));
      return false;
    }
    case "editor":
      return await edit(review, lines);
  }
}

function said(reply: Reply): boolean {
  if ("say" in reply) print(style(reply.say, "red"));
  return "show" in reply;
}

async function edit(review: Review, lines: TerminalLines): Promise<boolean> {
  const file = await Deno.makeTempFile({ prefix: "agentvfs-hunk-", suffix: ".diff" });
  try {
    await Deno.writeFile(file, Buffer.from(hunkToEdit(review.current.hunks[0]!), "latin1"));
    while (true) {
      if (!await runEditor(file)) {
        print(style("The editor failed; the hunk stays as it was", "red"));
        return false;
      }
      const reply = review.edited(Buffer.from(await Deno.readFile(file)).toString("latin1"));
      if (typeof reply !== "string") return said(reply);
      const why = reply === "no hunk" ? "That is no hunk" : "That does not fit the file";
      const again = await lines.ask(style(`${why}. Edit it again [y,n]? `, "bold", "blue"));
      if (again === null || again === "interrupted" || !/^\s*y/i.test(again.text)) return false;
    }
  } finally {
    await Deno.remove(file).catch(() => {});
  }
}

async function runEditor(file: string): Promise<boolean> {
  const editor = Deno.env.get("VISUAL") || Deno.env.get("EDITOR") || EDITOR;
  const { program, ...options } = shellCommand(editor, file);
  return (await new Deno.Command(program, options).spawn().status).success;
}
