/**
 * The methods of the protocol: one row each, with the parameters it takes.
 *
 * A row is all the server needs to know of a method; anything that does not fit its row is answered with a
 * typed error before the service sees it.
 *
 * @module
 */

import type { Service } from "./service.ts";
import { ServiceError } from "./service_error.ts";

export type MethodName = keyof Service;

interface ParameterType {
  /** As an error message names it. */
  readonly name: string;
  accepts(value: unknown): boolean;
}

const TEXT: ParameterType = {
  name: "a string without NUL",
  accepts: (value) => typeof value === "string" && !value.includes("\0"),
};
const NAME: ParameterType = {
  name: "a string that is not empty",
  accepts: (value) => TEXT.accepts(value) && value !== "",
};
const FLAG: ParameterType = { name: "true or false", accepts: (v) => typeof v === "boolean" };
const COUNT: ParameterType = {
  name: "a whole number from 1 to 2^31",
  accepts: (value) => Number.isInteger(value) && value as number >= 1 && value as number <= 2 ** 31,
};
const DURATION: ParameterType = {
  name: "a number of milliseconds above 0",
  accepts: (value) => typeof value === "number" && value > 0 && Number.isFinite(value),
};
const STRATEGIES: readonly string[] = ["conflict", "ours", "theirs", "union", "markers"];
const STRATEGY: ParameterType = {
  name: `one of ${STRATEGIES.join(", ")}`,
  accepts: (value) => STRATEGIES.includes(value as string),
};
const NAMES: ParameterType = {
  name: "an array of one or more names",
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(NAME.accepts),
};
const PATHS: ParameterType = {
  name: "an array of one or more paths",
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(NAME.accepts),
};

interface Parameter {
  readonly type: ParameterType;
  readonly required?: true;
}

/** Every parameter of a method needs its row; `status` takes none. */
type Rows<M extends MethodName> = {
  readonly [K in ParamName<Parameters<Service[M]>[0]>]: Parameter;
};
type ParamName<P> = string extends keyof P ? never : keyof P;

/** Parameters by method. The compiler holds each row to the interface it describes. */
export const METHODS: { readonly [M in MethodName]: Rows<M> } = {
  status: { branch: { type: NAME } },
  checkpoint: {
    label: { type: TEXT },
    message: { type: TEXT },
    branch: { type: NAME },
    agent: { type: TEXT },
  },
  rollback: {
    ref: { type: NAME, required: true },
    branch: { type: NAME },
    dryRun: { type: FLAG },
  },
  log: { branch: { type: NAME }, limit: { type: COUNT }, all: { type: FLAG } },
  show: { ref: { type: NAME, required: true }, branch: { type: NAME } },
  diff: {
    from: { type: NAME },
    to: { type: NAME },
    branch: { type: NAME },
    patch: { type: FLAG },
    paths: { type: PATHS },
  },
  restore: {
    paths: { type: PATHS, required: true },
    from: { type: NAME, required: true },
    branch: { type: NAME },
    dryRun: { type: FLAG },
  },
  undo: { branch: { type: NAME } },
  redo: { branch: { type: NAME } },
  createBranch: { name: { type: NAME, required: true }, from: { type: NAME } },
  deleteBranch: { name: { type: NAME, required: true }, force: { type: FLAG } },
  renameBranch: { name: { type: NAME, required: true }, to: { type: NAME, required: true } },
  listBranches: {},
  showBranch: { name: { type: NAME, required: true } },
  merge: {
    sources: { type: NAMES, required: true },
    into: { type: NAME },
    strategy: { type: STRATEGY },
    label: { type: TEXT },
    message: { type: TEXT },
    paths: { type: PATHS },
    dryRun: { type: FLAG },
  },
  continueMerge: { branch: { type: NAME } },
  abortMerge: { branch: { type: NAME } },
  registerRun: { branch: { type: NAME, required: true } },
  registerSession: {
    cgroup: { type: NAME, required: true },
    branch: { type: NAME, required: true },
    id: { type: COUNT },
  },
  unregisterSession: { cgroup: { type: NAME }, id: { type: COUNT } },
  switchSession: {
    branch: { type: NAME, required: true },
    cgroup: { type: NAME },
    id: { type: COUNT },
  },
  listSessions: {},
  verify: { repair: { type: FLAG } },
  gc: {
    dryRun: { type: FLAG },
    keep: { type: COUNT },
    keepForMs: { type: DURATION },
    keepHourly: { type: COUNT },
    keepDaily: { type: COUNT },
    keepLabelled: { type: FLAG },
  },
  storeStats: {},
  memory: { collect: { type: FLAG } },
  compareSource: {},
  tasks: {},
  restart: {},
  stop: { force: { type: FLAG } },
};

/** Calls `method` with `params` if both fit the table. Throws {@linkcode ServiceError} if they do not. */
export async function callMethod(
  service: Service,
  method: unknown,
  params: unknown,
): Promise<unknown> {
  if (typeof method !== "string" || !Object.hasOwn(METHODS, method)) {
    throw new ServiceError("unknown_method", `There is no method ${quote(method)}`, {
      exit: 2,
      details: { methods: Object.keys(METHODS) },
    });
  }
  const name = method as MethodName;
  const checked = checkParams(name, params);
  const call = service[name] as (p: Record<string, unknown>) => Promise<unknown>;
  return await call.call(service, checked);
}

function checkParams(method: MethodName, params: unknown): Record<string, unknown> {
  const rows: Record<string, Parameter> = METHODS[method];
  if (params === undefined) params = {};
  if (typeof params !== "object" || params === null || Array.isArray(params)) {
    throw badParams(`Parameters of ${method} must be one JSON object`);
  }
  const given = params as Record<string, unknown>;
  for (const [name, value] of Object.entries(given)) {
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (row === undefined) {
      const known = Object.keys(rows).join(", ") || "none";
      throw badParams(`${method} has no parameter ${quote(name)} (it takes: ${known})`, name);
    }
    if (!row.type.accepts(value)) {
      throw badParams(`Parameter ${name} of ${method} must be ${row.type.name}`, name);
    }
  }
  for (const [name, row] of Object.entries(rows)) {
    if (row.required && !Object.hasOwn(given, name)) {
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
