/**
 * The table in docs/platforms.md of names that one system has and another has not. Each row of it is held to be so.
 *
 * @module
 */

import assert from "node:assert/strict";

export interface NamesRow {
  /** Which names they are, in words. */
  readonly names: string;
  /** Binary strings. */
  readonly stored: readonly string[];
  /** As Windows is shown them, in the order of `stored`: UTF-16. */
  readonly shown: readonly string[];
}

const TABLE = new URL("../../docs/platforms.md", import.meta.url);
const LEAST_ROWS = 15;

/** `%ff` is a byte, or a unit where it has no `u`, and `%uf03a` a unit. */
function plain(text: string): string {
  return text.replace(
    /%u([0-9a-f]{4})|%([0-9a-f]{2})/g,
    (_, unit, byte) => String.fromCharCode(parseInt(unit ?? byte, 16)),
  );
}

/** Words between the first backticks of a cell. */
function words(cell: string): string[] {
  const text = /`([^`]+)`/.exec(cell.replaceAll("\\|", "|"))?.[1] ?? "";
  return text.split(" ").map(plain);
}

export function namesTable(): NamesRow[] {
  const lines = Deno.readTextFileSync(TABLE).split("\n");
  const start = lines.findIndex((line) => /^\| names +\| stored /.test(line));
  assert.ok(start > 0, "There is no such table");
  const end = lines.findIndex((line, i) => i > start && !line.startsWith("|"));
  const rows = lines.slice(start + 2, end).map((line): NamesRow => {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const [stored, shown] = [words(cells[2]!), words(cells[5]!)];
    assert.equal(stored.length, shown.length, line);
    return { names: cells[1]!, stored, shown };
  });
  assert.ok(rows.length >= LEAST_ROWS, `${rows.length} rows`);
  return rows;
}
