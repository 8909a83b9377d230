/**
 * A daemon as those see it who work on one branch: an agent in its own view.
 *
 * They may checkpoint, roll back, compare and read that branch. They may make branches of it, which are theirs as well: list
 * them, merge them into it, delete them. Everything else is refused: other branches and what is common to all are not theirs.
 *
 * @module
 */

import * as v from "valibot";
import { descendantsOf } from "./descendants.ts";
import type { Method } from "./method.ts";
import { loadMethod, METHOD_NAMES, type MethodName, type Params } from "./methods.ts";
import type { BranchReport } from "./service/branches.ts";
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

async function callOwn(service: Service, own: string, name: MethodName, params: AnyParams) {
  const method = await loadMethod(name);
  if (method.who === "outside") throw denied(name, own);
  const family = new Family(service, own);
  if (method.who === "family") return await OF_FAMILY[name]!(family, params);
  const { branch = own } = params as { branch?: string };
  await family.check(branch, `${name} on ${branch}`);
  if ("project" in params && params.project === true) throw denied(`${name} with the project`, own);
  for (const ref of refsOf(method, params)) await family.checkRef(branch, ref);
  const call = service[name] as (params: AnyParams) => Promise<unknown>;
  // What a method may do beyond the branch is not for those who work on it.
  const limits = "ownOnly" in method.params ? { ownOnly: true } : {};
  return await call.call(service, { ...params, ...limits, branch });
}

/** A branch, and those that were made from it. */
class Family {
  #branches: Promise<readonly BranchReport[]> | undefined;

  constructor(readonly service: Service, readonly own: string) {}

  /** Throws unless it is one of the family. */
  async check(branch: string, what: string): Promise<void> {
    if (!await this.has(branch)) throw denied(what, this.own);
  }

  async has(branch: string): Promise<boolean> {
    return branch === this.own || (await this.children()).includes(branch);
  }

  async children(): Promise<string[]> {
    return descendantsOf(this.own, await this.#all());
  }

  #all(): Promise<readonly BranchReport[]> {
    return this.#branches ??= this.service.listBranches({}).then(({ branches }) => branches);
  }

  /** Throws unless the checkpoint is of the history of `branch`. */
  async checkRef(branch: string, ref: string): Promise<void> {
    const { commit } = await this.service.show({ branch, ref });
    const { entries } = await this.service.log({ branch, all: true });
    if (!entries.some(({ id }) => id === commit.id)) {
      throw denied(`checkpoint ${ref}, which is not of its history`, this.own);
    }
  }

  /** Throws unless it is a branch of the family, or a checkpoint of the history of `branch` or of one made from the own one. */
  async checkSource(branch: string, source: string): Promise<void> {
    if (await this.has(source)) return;
    // Of a branch what is not recorded would be taken too.
    const isOther = (await this.#all()).some(({ name }) => name === source);
    if (isOther) throw denied(`work of ${source}`, this.own);
    for (const child of await this.children()) {
      if (await this.checkRef(child, source).then(() => true, () => false)) return;
    }
    await this.checkRef(branch, source);
  }
}

/** What those who work on a branch may do with its children. */
const OF_FAMILY: { readonly [M in MethodName]?: (f: Family, p: AnyParams) => Promise<unknown> } = {
  async createBranch(family, params) {
    const { service, own } = family;
    const { from = own, parent = own, ...rest } = params as Params<"createBranch">;
    await family.check(parent, `createBranch of ${parent}`);
    await family.checkSource(parent, from);
    // A branch that starts with another's tree is that one's child.
    const isBranch = await family.has(from);
    return await service.createBranch({ ...rest, from, parent: isBranch ? from : parent });
  },
  async deleteBranch(family, params) {
    const { name } = params as Params<"deleteBranch">;
    if (!(await family.children()).includes(name)) throw denied(`deleteBranch ${name}`, family.own);
    return await family.service.deleteBranch(params as Params<"deleteBranch">);
  },
  async listBranches(family) {
    const { branches } = await family.service.listBranches({});
    const known = new Set([family.own, ...descendantsOf(family.own, branches)]);
    return { branches: branches.filter(({ name }) => known.has(name)) };
  },
  async showBranch(family, params) {
    const { name } = params as Params<"showBranch">;
    await family.check(name, `showBranch ${name}`);
    return await family.service.showBranch({ name });
  },
  async merge(family, params) {
    const { into = family.own, sources, ...rest } = params as Params<"merge">;
    await family.check(into, `merge into ${into}`);
    for (const source of sources) await family.checkSource(into, source);
    return await family.service.merge({ ...rest, sources, into });
  },
};

/** Refs name checkpoints of any branch, so what another branch did could be read through these. */
function refsOf(method: Method, params: AnyParams): string[] {
  return Object.entries(method.params).flatMap(([name, field]) => {
    const schema = "wrapped" in field ? field.wrapped : field;
    const isRef = v.getMetadata(schema as v.GenericSchema)["ref"] === true;
    const given = params[name];
    return isRef && typeof given === "string" ? [given] : [];
  });
}

function denied(what: string, branch: string): ServiceError {
  const words = what.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return new ServiceError("denied", `Not allowed from inside branch ${branch}: ${words}`, {
    hint: "Ask for it from outside: a terminal that is not in a session or run of that branch",
  });
}
