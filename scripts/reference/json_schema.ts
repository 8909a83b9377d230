/**
 * What methods answer with and commands print, as JSON Schema.
 *
 * @module
 */

import { type ConversionConfig, type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { COMMANDS } from "../../src/cli/commands.ts";
import { output as refusal } from "../../src/cli/outputs/refusal.ts";
import { loadMethods } from "../../src/control/methods.ts";
import type { Schema } from "../../src/control/schema.ts";
import { WorkspaceEvent } from "../../src/control/shapes/events.ts";
import { TestedMergeReport } from "../../src/control/shapes/tested_merge.ts";

/** Something declared, and its version. */
export interface Declared {
  readonly version: number;
  readonly schema: JsonSchema;
}

export interface Schemas {
  /** What each method takes and answers with. */
  readonly methods: Readonly<
    Record<string, { version: number; params: JsonSchema; result: JsonSchema }>
  >;
  /** What each command prints with `--json`; those that print nothing of their own are missing. */
  readonly commands: Readonly<Record<string, Declared>>;
  /** What every command prints when it is refused. */
  readonly refusal: Declared;
  /** What has a name, by it. */
  readonly shapes: Readonly<Record<string, JsonSchema>>;
}

/** Shapes that no method answers with: events that are told, and what the library makes of several calls. */
export const ELSEWHERE = [WorkspaceEvent, TestedMergeReport] as const;

/** All that is declared. What has a name is referred to. */
export async function jsonSchemas(): Promise<Schemas> {
  const methods = await loadMethods();
  const outputs = new Map<string, { version: number; schema: Schema }>();
  for (const [name, row] of Object.entries(COMMANDS)) {
    const { prints } = (await row.load()).command;
    if (typeof prints === "function") outputs.set(name, (await prints()).output);
    else if (prints !== null) {
      const { version, result } = methods.get(prints)!;
      outputs.set(name, { version, schema: result });
    }
  }
  const named = new Map<string, Schema>();
  for (const { result } of methods.values()) collect(result, named);
  for (const schema of ELSEWHERE) collect(schema, named);
  for (const { schema } of [...outputs.values(), refusal]) collect(schema, named);

  const config: ConversionConfig = {
    target: "draft-2020-12",
    definitions: Object.fromEntries([...named].toSorted(([a], [b]) => a < b ? -1 : 1)),
    ignoreActions: ["metadata"],
  };
  const convert = (schema: Schema) => {
    const { $schema: _, $defs: __, ...rest } = toJsonSchema(schema, config);
    return rest;
  };
  const declared = ({ version, schema }: { version: number; schema: Schema }) => ({
    version,
    schema: convert(schema),
  });
  return {
    methods: Object.fromEntries([...methods].map(([name, { version, params, result }]) => {
      return [name, {
        version,
        params: convert(v.strictObject(params)),
        result: convert(result),
      }];
    })),
    commands: Object.fromEntries([...outputs].map(([name, output]) => [name, declared(output)])),
    refusal: declared(refusal),
    shapes: toJsonSchema(v.strictObject({}), config).$defs as Record<string, JsonSchema>,
  };
}

/** Finds what has a name in a schema. */
function collect(schema: Schema, named: Map<string, Schema>): void {
  const title = v.getTitle(schema);
  if (title !== undefined) named.set(title, schema);
  for (const part of partsOf(schema)) collect(part, named);
}

/** The schemas that a schema is made of. */
function partsOf(schema: Schema): Schema[] {
  const { entries, options, item, wrapped, value } = schema as Partial<{
    entries: Record<string, Schema>;
    options: unknown[];
    item: Schema;
    wrapped: Schema;
    value: Schema;
  }>;
  return [...Object.values(entries ?? {}), ...(options ?? []), item, wrapped, value]
    .filter((part): part is Schema => typeof part === "object");
}
