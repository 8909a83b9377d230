/**
 * What methods take and answer with, as types for who uses the library: each with its name, each field with what it means.
 *
 * @module
 */

import type { JsonSchema } from "@valibot/to-json-schema";
import { getTitle } from "valibot";
import { loadMethods } from "../../src/control/methods.ts";
import { meaningOf, nameOf, typeOf } from "./describe_shape.ts";
import { ELSEWHERE, jsonSchemas } from "./json_schema.ts";

const HEADER = `/**
 * The types of what a daemon can be asked, and of what it answers, written from the declarations in \`../methods/\` by
 * scripts/write_cli_docs.ts.
 *
 * @module
 */

import type { CallOptions } from "./call_options.ts";

/** Id of a checkpoint or an object: 64 hex digits. */
export type Id = string;

/** A time, ISO 8601 in UTC. */
export type Time = string;
`;

/** The whole of src/control/api/types.ts, not formatted. */
export async function apiTypes(): Promise<string> {
  const { methods, shapes } = await jsonSchemas();
  const briefs = await loadMethods();
  const parts = [HEADER];
  const used = new Set<string>();
  const mark = (schema: unknown): void => {
    if (typeof schema !== "object" || schema === null) return;
    const { $ref } = schema as JsonSchema;
    if ($ref !== undefined && !used.has(nameOf(schema as JsonSchema))) {
      const name = nameOf(schema as JsonSchema);
      used.add(name);
      mark(shapes[name]);
    }
    for (const part of Object.values(schema)) mark(part);
  };
  mark(methods);
  for (const schema of ELSEWHERE) mark({ $ref: `#/$defs/${getTitle(schema)}` });
  for (const [name, schema] of Object.entries(shapes)) {
    if (used.has(name)) parts.push(declared(name, schema.description ?? "", schema));
  }
  const rows: string[] = [];
  const calls: string[] = [];
  for (const [name, { params, result }] of Object.entries(methods)) {
    const brief = sentence(briefs.get(name as never)!.brief);
    const taken = `${name[0]!.toUpperCase()}${name.slice(1)}Params`;
    parts.push(declared(taken, `What \`${name}\` takes.`, params));
    const answer = typed(result, "    ");
    rows.push(`  /** ${brief} */
  readonly ${name}: {
    /** What it takes. */
    readonly params: ${taken};
    /** What it answers with. */
    readonly result: ${answer};
  };`);
    if (name === "subscribe") continue;
    const mark = (params.required as string[] | undefined ?? []).length > 0 ? "" : "?";
    calls.push(
      `  /** ${brief} */\n  ${name}(params${mark}: ${taken}, options?: CallOptions): Promise<${answer}>;`,
    );
  }
  parts.push(
    `/** The methods, each with what it takes and answers with. */\nexport interface Methods {\n${
      rows.join("\n")
    }\n}\n`,
    `/** Name of a method. */\nexport type MethodName = keyof Methods;\n`,
    `/** What a method takes, by its name: \`Params<"checkpoint">\`. */\nexport type Params<M extends MethodName> = Methods[M]["params"];\n`,
    `/** What a method answers with, by its name: \`Result<"checkpoint">\`. */\nexport type Result<M extends MethodName> = Methods[M]["result"];\n`,
    `/** The methods as functions. They reject with \`ServiceError\` and \`ControlError\`. */\nexport interface Calls {\n${
      calls.join("\n")
    }\n}\n`,
  );
  return parts.join("\n");
}

function declared(name: string, means: string, schema: JsonSchema): string {
  const doc = `/** ${sentence(means)} */\n`;
  if (schema.type === "object" && schema.properties !== undefined) {
    if (Object.keys(schema.properties).length === 0) {
      return `${doc}export type ${name} = Record<never, never>;\n`;
    }
    return `${doc}export interface ${name} ${typed(schema, "")}\n`;
  }
  return `${doc}export type ${name} = ${typed(schema, "")};\n`;
}

/** As in `describeShape`, with what a field means before it, where tools look for it. */
function typed(schema: JsonSchema, indent: string): string {
  return typeOf(schema, indent, ({ properties, required = [] }, at, type) => {
    const inner = `${at}  `;
    const fields = Object.entries(properties as Record<string, JsonSchema>).map(([name, field]) => {
      const mark = required.includes(name) ? "" : "?";
      const means = meaningOf(field);
      const doc = `${inner}/** ${sentence(means === "" ? about(field, name) : means)} */\n`;
      return `${doc}${inner}${name}${mark}: ${type(field, inner)};`;
    });
    return `{\n${fields.join("\n")}\n${at}}`;
  });
}

/** Where nothing is said of a field its type says it. */
function about(field: JsonSchema, name: string): string {
  return field.$ref === undefined ? name : `See \`${nameOf(field)}\``;
}

function sentence(text: string): string {
  const whole = text.replaceAll("*/", "* /").replace(/\s+/g, " ").trim();
  return /[.:?!`]$/.test(whole) ? whole : `${whole}.`;
}
