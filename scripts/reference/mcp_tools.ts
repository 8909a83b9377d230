/**
 * The tools of `agentvfs mcp` as clients are told of them, with schemas from the declarations of the methods.
 *
 * @module
 */

import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import type { Tool } from "../../src/agents/mcp/tool.ts";
import { TOOLS } from "../../src/agents/mcp/tools.ts";
import { loadMethod } from "../../src/control/methods.ts";
import { optional, type Schema, text } from "../../src/control/schema.ts";

const NOTE = optional(text("What else is to be known, and how to get what was cut"));

/** What `tools/list` answers. */
export async function listedTools(): Promise<{ tools: object[] }> {
  return { tools: await Promise.all(TOOLS.map(listed)) };
}

async function listed(tool: Tool): Promise<object> {
  const { params, result } = await loadMethod(tool.method);
  const { entries } = result as unknown as { entries: Record<string, Schema> };
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: withoutPatterns(
      schema(v.strictObject(pick(params as Record<string, Schema>, tool.params))),
    ),
    outputSchema: schema(v.object({ ...pick(entries, tool.fields), note: NOTE })),
    annotations: { title: tool.title, ...tool.hints },
    ...(tool.meta === undefined ? {} : { _meta: tool.meta }),
  };
}

function pick(entries: Record<string, Schema>, names: readonly string[]): Record<string, Schema> {
  return Object.fromEntries(names.map((name) => {
    const entry = entries[name];
    if (entry === undefined) throw new Error(`The method has no ${name}`);
    return [name, entry];
  }));
}

/** Whole, without references: not every client follows them. */
function schema(of: Schema): object {
  const { $schema: _, ...rest } = toJsonSchema(of, {
    target: "draft-2020-12",
    ignoreActions: ["metadata"],
  });
  return rest;
}

/** Arguments are checked by the daemon. A pattern would only have to be understood by every client's engine. */
function withoutPatterns(schema: object): object {
  return JSON.parse(JSON.stringify(schema, (key, value) => key === "pattern" ? undefined : value));
}
