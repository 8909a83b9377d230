/**
 * Calls a method with what was sent. What does not fit its declaration is answered with a typed error before the service sees it.
 *
 * @module
 */

import * as v from "valibot";
import { isMethodName, loadMethod, METHOD_NAMES, type MethodName } from "./methods.ts";
import type { Fields } from "./schema.ts";
import type { Service } from "./service.ts";
import { ServiceError } from "./service_error.ts";

/** Calls `method` with `params` if both fit. Throws {@linkcode ServiceError} if they do not. */
export async function callMethod(
  service: Service,
  method: unknown,
  params: unknown,
): Promise<unknown> {
  if (!isMethodName(method)) {
    throw new ServiceError("unknown_method", `There is no method ${quote(method)}`, {
      exit: 2,
      details: { methods: METHOD_NAMES },
    });
  }
  const checked = checkParams(method, (await loadMethod(method)).params, params);
  const call = service[method] as (p: Record<string, unknown>) => Promise<unknown>;
  return await call.call(service, checked);
}

function checkParams(
  method: MethodName,
  fields: Fields,
  params: unknown,
): Record<string, unknown> {
  if (params === undefined) params = {};
  if (typeof params !== "object" || params === null || Array.isArray(params)) {
    throw badParams(`Parameters of ${method} must be one JSON object`);
  }
  const given = params as Record<string, unknown>;
  for (const [name, value] of Object.entries(given)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      const known = Object.keys(fields).join(", ") || "none";
      throw badParams(`${method} has no parameter ${quote(name)} (it takes: ${known})`, name);
    }
    const result = v.safeParse(field as v.GenericSchema, value, { abortEarly: true });
    if (!result.success) {
      const [{ message }] = result.issues;
      throw badParams(`Parameter ${name} of ${method} must be ${message}`, name);
    }
  }
  for (const [name, field] of Object.entries(fields)) {
    if (field.type !== "exact_optional" && !Object.hasOwn(given, name)) {
      throw badParams(`${method} needs the parameter ${name}`, name);
    }
  }
  return { ...given };
}

function badParams(message: string, parameter?: string): ServiceError {
  return new ServiceError("bad_params", message, {
    exit: 2,
    ...(parameter === undefined ? {} : { details: { parameter } }),
  });
}

function quote(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "undefined";
  return JSON.stringify(text.length > 64 ? text.slice(0, 64) + "…" : text);
}
