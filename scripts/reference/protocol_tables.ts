/**
 * The tables of docs/protocol.md that follow from the methods.
 *
 * @module
 */

import { loadMethods } from "../../src/control/methods.ts";
import type { Schema } from "../../src/control/schema.ts";
import * as v from "valibot";

/** `text`, docs/protocol.md, with its tables as the methods are. */
export async function protocolPage(text: string): Promise<string> {
  const withMethods = between(text, "methods", await methodTable());
  return between(withMethods, "plain words", await plainTable());
}

/** Puts `content` between the comments that mark the place `name`. */
function between(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}: written by scripts/write_cli_docs.ts -->`, "<!-- end -->"];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`docs/protocol.md has no place for its ${name}`);
  return `${text.slice(0, from)}${begin}\n\n${content}\n\n${text.slice(to)}`;
}

async function methodTable(): Promise<string> {
  const rows = [["method", "parameters", "result", "what it does"]];
  for (const [name, { params, result, brief, version, who }] of await loadMethods()) {
    const taken = Object.entries(params).map(([key, field]) => {
      return `\`${key}${field.type === "exact_optional" ? "?" : ""}\``;
    });
    const mark = { branch: " \\*", family: " \\*\\*", outside: "" }[who];
    const answer = `\`${v.getTitle(result as Schema)}\` ${version}`;
    rows.push([`\`${name}\`${mark}`, taken.join(", "), answer, brief]);
  }
  return table(rows);
}

async function plainTable(): Promise<string> {
  const rows = [["line", "reply"]];
  for (const [name, { plain, words }] of await loadMethods()) {
    for (const form of [plain, words]) {
      if (form === undefined) continue;
      const begins = form.adds === undefined ? "" : `${form.adds}, then `;
      rows.push([`\`${form.usage}\``, `${begins}the fields of \`${name}\``]);
    }
  }
  return table(rows);
}

function table(rows: readonly string[][]): string {
  const [head, ...body] = rows.map((cells) => `| ${cells.join(" | ")} |`);
  return [head, `|${" --- |".repeat(rows[0]!.length)}`, ...body].join("\n");
}
