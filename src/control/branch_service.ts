/**
 * A daemon as those see it who work on one branch: an agent in its own view.
 *
 * They may checkpoint, roll back, compare and read that branch. Everything else is refused: other branches and what is
 * common to all are not theirs.
 *
 * @module
 */

import * as v from "valibot";
import type { Method } from "./method.ts";
import { loadMethod, METHOD_NAMES, type MethodName } from "./methods.ts";
import type { Service } from "./service.ts";
import { ServiceError } from "./service_error.ts";

type AnyParams = Record<string, unknown>;

/** `service` for `branch` alone. What it refuses rejects with {@linkcode ServiceError} `denied`. */
export function branchService(service: Service, branch: string): Service {
  const calls = METHOD_NAMES.map((name) => {
    const call = (params: AnyParams) => callOwn(service, branch, name, params);
    return [name, call] as const;
  });
  return Object.fromEntries(calls) as unknown as Service;
}

async function callOwn(service: Service, branch: string, name: MethodName, params: AnyParams) {
  const method = await loadMethod(name);
  if (method.who !== "branch") throw denied(name, branch);
  if (params["branch"] !== undefined && params["branch"] !== branch) {
    throw denied(`${name} on ${params["branch"]}`, branch);
  }
  for (const ref of refsOf(method, params)) await checkOwn(service, branch, ref);
  const call = service[name] as (params: AnyParams) => Promise<unknown>;
  // What a method may do beyond the branch is not for those who work on it.
  const limits = "ownOnly" in method.params ? { ownOnly: true } : {};
  return await call.call(service, { ...params, ...limits, branch });
}

/** Refs name checkpoints of any branch, so what another branch did could be read through these. */
function refsOf(method: Method, params: AnyParams): string[] {
  return Object.entries(method.params).flatMap(([name, field]) => {
    const schema = "wrapped" in field ? field.wrapped : field;
    const isRef = v.getMetadata(schema as v.GenericSchema)["ref"] === true;
    const given = params[name];
    return isRef && typeof given === "string" ? [given] : [];
  });
}

async function checkOwn(service: Service, branch: string, ref: string): Promise<void> {
  const { commit } = await service.show({ branch, ref });
  const { entries } = await service.log({ branch, all: true });
  if (!entries.some(({ id }) => id === commit.id)) {
    throw denied(`checkpoint ${ref}, which is not of its history`, branch);
  }
}

function denied(what: string, branch: string): ServiceError {
  const words = what.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return new ServiceError("denied", `Not allowed from inside branch ${branch}: ${words}`, {
    hint: "Ask for it from outside: a terminal that is not in a session or run of that branch",
  });
}
