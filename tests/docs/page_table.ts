/**
 * Tables of the documentation's pages.
 *
 * @module
 */

const ROOT = new URL("../../docs/", import.meta.url);

export async function pageText(page: string): Promise<string> {
  return await Deno.readTextFile(new URL(page, ROOT));
}

/** Cells of each row of the first table below a heading, or other line, that begins so. */
export function tableBelow(text: string, line: string): string[][] {
  const from = text.indexOf(`\n${line}`);
  if (from < 0) throw new Error(`There is no line ${line}`);
  const rows = /\n(?:\|.*\n)+/.exec(text.slice(from))?.[0].trim().split("\n") ?? [];
  return rows.slice(2).map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
}

/** What stands in it as code. */
export function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}

/** True if a page says it, however its lines are broken. */
export function says(text: string, sentence: string): boolean {
  return text.replaceAll(/\s+/g, " ").includes(sentence);
}
