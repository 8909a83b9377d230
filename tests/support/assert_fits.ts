/**
 * Holds what is answered and printed to what is declared: docs/schema.json.
 *
 * @module
 */

import assert from "node:assert/strict";
import * as v from "valibot";
import { COMMANDS } from "../../src/cli/commands.ts";
import type { ControlClient } from "../../src/control/client.ts";
import { loadMethod, METHOD_NAMES, type MethodName } from "../../src/control/methods.ts";
import type { Schema } from "../../src/control/schema.ts";
import type { Service } from "../../src/control/service.ts";
import { output as refusal } from "../../src/cli/outputs/refusal.ts";

/** Fails unless `value` is what `schema` says, with no field that it does not have. */
export function assertFits(schema: Schema, value: unknown, what: string): void {
  const { success, issues, output } = v.safeParse(schema, value);
  const wrong = issues?.map((issue) => `${v.getDotPath(issue) ?? what}: ${issue.message}`);
  assert.ok(success, `${what} is not what is declared\n${wrong?.join("\n")}`);
  assert.deepEqual(value, output, `${what} has a field that is not declared`);
}

/** Fails unless a method may answer with `result`. */
export async function assertResult(method: MethodName, result: unknown): Promise<void> {
  assertFits((await loadMethod(method)).result, result, `The result of ${method}`);
}

/** `service`, all of whose results are held to what is declared. */
export function checkedService(service: Service): Service {
  const checked = METHOD_NAMES.map((name) => {
    const call = async (params: never) => {
      const result = await service[name](params);
      await assertResult(name, result);
      return result;
    };
    return [name, call];
  });
  return Object.fromEntries(checked);
}

/** Holds all that `client` is answered to what is declared. */
export function checkClient(client: ControlClient): ControlClient {
  const call = client.call.bind(client);
  client.call = async (method, params, options) => {
    const result = await call(method, params, options);
    await assertResult(method, result);
    return result;
  };
  return client;
}

/**
 * Fails unless a command that was called with `--json` printed what it declares, or a refusal. Resolves with the name of the
 * command whose output it was.
 */
export async function assertPrinted(
  args: readonly string[],
  { code, stdout }: { code: number; stdout: string },
): Promise<string | null> {
  if (stdout === "") return null;
  const value = JSON.parse(stdout);
  if (value.ok === false && "error" in value) {
    assert.equal(code, value.error.exit, "The exit code is not that of the error");
    assertFits(refusal.schema, value, "The refusal");
    return null;
  }
  const name = commandOf(args);
  const { prints } = (await COMMANDS[name]!.load()).command;
  assert.notEqual(prints, null, `agentvfs ${name} does not declare what it prints`);
  const schema = typeof prints === "string"
    ? (await loadMethod(prints)).result
    : (await prints!()).output.schema;
  assertFits(schema, value, `What agentvfs ${name} --json prints`);
  return name;
}

const WITH_VALUE = ["-C", "--project", "--sock", "--socket", "--root"];

/** The command that a command line is about. */
function commandOf(args: readonly string[]): string {
  const words = args.filter((arg, i) => !arg.startsWith("-") && !WITH_VALUE.includes(args[i - 1]!));
  const own = words.filter((word, i) => word !== "ctl" || i > 0);
  const names = [3, 2].map((count) => own.slice(0, count).join(" "));
  return names.find((name) => name in COMMANDS) ?? own[0]!;
}
