import assert from "node:assert/strict";
import * as v from "valibot";
import type { ControlClient } from "./client.ts";
import { verbOf } from "./plain_words.ts";
import { loadMethods, type Params, type Result } from "./methods.ts";
import type { Schema } from "./schema.ts";
import type { StatusReport } from "./service/daemon.ts";

const methods = await loadMethods();

Deno.test("every parameter and every field says what it means", () => {
  for (const [name, { brief, params, result }] of methods) {
    assert.match(brief, /^[A-Z].*[^.]$/s, name);
    for (const [key, field] of Object.entries(params)) {
      assertMeans(field as Schema, `${name} ${key}`);
    }
    assertMeans(result, name);
  }
});

function assertMeans(schema: Schema, where: string): void {
  const { wrapped, entries, item, options } = schema as Partial<{
    wrapped: Schema;
    entries: Record<string, Schema>;
    item: Schema;
    options: unknown[];
  }>;
  if (schema.type === "exact_optional") return assertMeans(wrapped!, where);
  if (schema.type !== "union") assert.notEqual(v.getDescription(schema) ?? "", "", where);
  for (const [key, field] of Object.entries(entries ?? {})) assertMeans(field, `${where}.${key}`);
  const isParameters = schema.type === "array" &&
    ["string", "number", "picklist"].includes(item?.type ?? "");
  if (item?.type === "strict_object") {
    const { entries } = item as unknown as { entries: Record<string, Schema> };
    for (const [key, field] of Object.entries(entries)) assertMeans(field, `${where}[].${key}`);
  } else if (item !== undefined && !isParameters) assertMeans(item, `${where}[]`);
  if (schema.type === "union") { for (const of of options!) assertMeans(of as Schema, where); }
}

Deno.test("no two methods have one verb", () => {
  const verbs = [...methods.values()].flatMap(({ plain, words }) =>
    [plain, words].flatMap((form) => form === undefined ? [] : verbOf(form))
  );
  assert.deepEqual(verbs, [...new Set(verbs)]);
});

Deno.test("who works on a branch may ask for what is about one branch", () => {
  const own = [...methods].filter(([, { who }]) => who === "branch").map(([name]) => name);
  assert.deepEqual(own.toSorted(), [
    "abortMerge",
    "audit",
    "checkpoint",
    "continueMerge",
    "diff",
    "log",
    "prepareExport",
    "redo",
    "restore",
    "rollback",
    "show",
    "status",
    "subscribe",
    "undo",
  ]);
  const family = [...methods].filter(([, { who }]) => who === "family").map(([name]) => name);
  assert.deepEqual(family.toSorted(), [
    "createBranch",
    "deleteBranch",
    "listBranches",
    "merge",
    "showBranch",
  ]);
});

/** Compiled, not run: the types of the client follow from the declarations. */
export async function typesOf(client: ControlClient): Promise<void> {
  const status: StatusReport = await client.status();
  const same: Result<"status"> = status;
  const count: number = same.restarts;
  const { compacted }: { compacted?: true } = (await client.log({ limit: count })).entries[0]!;
  // @ts-expect-error a checkpoint has to be named
  await client.rollback({ dryRun: compacted === true });
  // @ts-expect-error there is no such parameter
  await client.rollback({ ref: "HEAD", force: true });
  // @ts-expect-error there is no such strategy
  const strategy: Params<"merge">["strategy"] = "mine";
  // @ts-expect-error what is undefined is not left out
  await client.checkpoint({ label: undefined });
  // @ts-expect-error there is no such method
  await client.call("frobnicate", { strategy });
}
