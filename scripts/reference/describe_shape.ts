/**
 * A JSON Schema in the notation of TypeScript, for people.
 *
 * @module
 */

import type { JsonSchema } from "@valibot/to-json-schema";

const WIDTH = 100;
const HEX_ID = "^[0-9a-f]{64}$";

/** `{ id: Id; … }` with what each field means, one field a line. */
export function describeShape(schema: JsonSchema): string {
  return typeOf(schema, "");
}

/** The name by which a schema refers to another. */
export function nameOf({ $ref }: JsonSchema): string {
  return $ref!.split("/").at(-1)!;
}

/** Writes the fields of an object; `type` writes the type of one of them. */
export type WriteFields = (
  schema: JsonSchema,
  indent: string,
  type: (schema: JsonSchema, indent: string) => string,
) => string;

/** The type that a schema says. */
export function typeOf(schema: JsonSchema, indent: string, fields: WriteFields = fieldsOf): string {
  if (schema.$ref !== undefined) return nameOf(schema);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) {
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  }
  if (schema.anyOf !== undefined) {
    return (schema.anyOf as JsonSchema[]).map((option) => typeOf(option, indent, fields)).join(
      " | ",
    );
  }
  switch (schema.type) {
    case "array": {
      const item = typeOf(schema.items as JsonSchema, indent, fields);
      return item.includes(" | ") && !item.startsWith("{") ? `(${item})[]` : `${item}[]`;
    }
    case "object":
      return schema.properties === undefined
        ? `{ [name: string]: ${typeOf(schema.additionalProperties as JsonSchema, indent, fields)} }`
        : fields(schema, indent, (field, at) => typeOf(field, at, fields));
    case "string":
      return schema.pattern === HEX_ID ? "Id" : schema.format === "date-time" ? "Time" : "string";
    case "integer":
      return "number";
    case undefined:
      return "unknown";
    default:
      return String(schema.type);
  }
}

function fieldsOf(
  { properties, required = [] }: JsonSchema,
  indent: string,
  type: (schema: JsonSchema, indent: string) => string,
): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties as Record<string, JsonSchema>).flatMap(
    ([name, field]) => {
      const mark = required.includes(name) ? "" : "?";
      const line = `${inner}${name}${mark}: ${type(field, inner)};`;
      const means = meaningOf(field);
      if (means === "") return [line];
      const beside = `${line} // ${means}`;
      if (!line.includes("\n") && beside.length <= WIDTH) return [beside];
      return [...wrapped(means, `${inner}// `), line];
    },
  );
  return ["{", ...lines, `${indent}}`].join("\n");
}

/** What a field means, and then what null means in it. */
export function meaningOf({ description = "", anyOf }: JsonSchema): string {
  const [of] = (anyOf ?? []) as JsonSchema[];
  const first = of?.description;
  if (first === undefined || first === "") return description;
  return `${first}; ${description[0]!.toLowerCase()}${description.slice(1)}`;
}

function wrapped(text: string, prefix: string): string[] {
  const lines = [prefix];
  for (const word of text.split(" ")) {
    const last = lines.at(-1)!;
    if (last === prefix) lines[lines.length - 1] += word;
    else if (`${last} ${word}`.length <= WIDTH) lines[lines.length - 1] += ` ${word}`;
    else lines.push(prefix + word);
  }
  return lines;
}
