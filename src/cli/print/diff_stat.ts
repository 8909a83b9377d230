/**
 * What changed as a bar for each file, laid out as git does it.
 *
 * @module
 */

import type { Change } from "../../control/service/history.ts";
import { style } from "./output.ts";
import { listedChanges, renamedName, shownPath } from "./shown_path.ts";

/** Narrower bars and names say nothing. */
const GRAPH_MIN = 6;
const NAME_MIN = 16;

interface Row {
  readonly name: string;
  readonly added: number;
  readonly deleted: number;
  /** Of what has no lines. */
  readonly binary: { readonly from: number; readonly to: number } | null;
}

/** Lines of at most `columns`, the last of them the sum. */
export function diffStat(changes: readonly Change[], columns: number): string[] {
  const rows = listedChanges(changes).map(rowOf);
  if (rows.length === 0) return [];
  const widths = layout(rows, columns);
  return [...rows.map((row) => rowLine(row, widths)), sumLine(rows)];
}

function rowOf(change: Change): Row {
  const { lines = null, oldSize = 0, size = 0 } = change;
  return {
    name: change.oldPath === undefined ? shownPath(change) : renamedName(change),
    added: lines?.added ?? 0,
    deleted: lines?.deleted ?? 0,
    binary: lines === null ? { from: oldSize, to: size } : null,
  };
}

interface Widths {
  readonly name: number;
  readonly number: number;
  readonly graph: number;
  /** The most lines that a file has changed. */
  readonly most: number;
}

function layout(rows: readonly Row[], columns: number): Widths {
  const most = Math.max(...rows.map(({ added, deleted }) => added + deleted));
  const binaries = rows.flatMap(({ binary }) => binary === null ? [] : [binary]);
  const sizes = binaries.map(({ from, to }) => `${from}${to}`.length + "Bin  ->  bytes".length);
  const number = Math.max(String(most).length, binaries.length > 0 ? "Bin".length : 0);
  const width = Math.max(columns, NAME_MIN + GRAPH_MIN + number);
  let graph = Math.max(most, Math.max(0, ...sizes) - 4);
  let name = Math.max(...rows.map(({ name }) => textWidth(name)));
  const left = width - number - 6;
  if (name + graph > left) {
    graph = Math.min(graph, Math.max(GRAPH_MIN, Math.floor(width * 3 / 8) - number - 6));
    if (name > left - graph) name = left - graph;
    else graph = left - name;
  }
  return { name, number, graph, most };
}

function rowLine({ name, added, deleted, binary }: Row, widths: Widths): string {
  const shown = shortened(name, widths.name);
  const head = ` ${shown}${" ".repeat(Math.max(0, widths.name - textWidth(shown)))} | `;
  if (binary !== null) {
    const { from, to } = binary;
    const sizes = `${style(String(from), "red")} -> ${style(String(to), "green")} bytes`;
    return `${head}${"Bin".padStart(widths.number)} ${sizes}`;
  }
  const count = String(added + deleted).padStart(widths.number);
  const [plus, minus] = bar(added, deleted, widths);
  const graph = style("+".repeat(plus), "green") + style("-".repeat(minus), "red");
  return `${head}${count}${graph === "" ? "" : ` ${graph}`}`;
}

function bar(added: number, deleted: number, { graph, most }: Widths): [number, number] {
  if (graph > most) return [added, deleted];
  const scaled = (count: number) => count === 0 ? 0 : 1 + Math.floor(count * (graph - 1) / most);
  let total = scaled(added + deleted);
  if (total < 2 && added > 0 && deleted > 0) total = 2;
  const fewer = scaled(Math.min(added, deleted));
  return added < deleted ? [fewer, total - fewer] : [total - fewer, fewer];
}

/** The end of a name that is too long, from a slash on if there is one. */
function shortened(name: string, width: number): string {
  if (textWidth(name) <= width) return name;
  const characters = [...name];
  while (textWidth(characters.join("")) > Math.max(0, width - 3)) characters.shift();
  const slash = characters.indexOf("/");
  return `...${characters.slice(Math.max(0, slash)).join("")}`;
}

function sumLine(rows: readonly Row[]): string {
  const sum = (count: (row: Row) => number) => rows.reduce((total, row) => total + count(row), 0);
  const [added, deleted] = [sum((row) => row.added), sum((row) => row.deleted)];
  const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
  return [
    ` ${plural(rows.length, "file")} changed`,
    ...(added > 0 || deleted === 0 ? [`${plural(added, "insertion")}(+)`] : []),
    ...(deleted > 0 || added === 0 ? [`${plural(deleted, "deletion")}(-)`] : []),
  ].join(", ");
}

/** East Asian wide characters and emoji take two columns, what is put over others none. */
function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
