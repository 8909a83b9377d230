/**
 * A daemon as those see it who work on one branch: an agent in its own view.
 *
 * They may checkpoint, roll back, compare and read that branch. Everything else is refused: other branches and what is
 * common to all are not theirs.
 *
 * @module
 */

import type { Service } from "./service.ts";
import type { BranchParams } from "./service/history.ts";
import { ServiceError } from "./service_error.ts";

/** Methods that are about one branch. */
const OWN = [
  "status",
  "checkpoint",
  "rollback",
  "log",
  "show",
  "diff",
  "restore",
  "undo",
  "redo",
  "continueMerge",
  "abortMerge",
] as const satisfies readonly (keyof Service)[];

/** Refs name commits of any branch, so what another branch did could be read through these. */
const REFS = ["ref", "from", "to"] as const;

/** `service` for `branch` alone. What it refuses rejects with {@linkcode ServiceError} `denied`. */
export function branchService(service: Service, branch: string): Service {
  const own: ReadonlySet<string> = new Set(OWN);
  return new Proxy(service, {
    get(target, name) {
      const method = Reflect.get(target, name, target);
      if (typeof method !== "function") return method;
      if (!own.has(String(name))) return () => Promise.reject(denied(String(name), branch));
      return async (params: BranchParams & Record<string, unknown>) => {
        if (params.branch !== undefined && params.branch !== branch) {
          throw denied(`${String(name)} on ${params.branch}`, branch);
        }
        const given = REFS.flatMap((key) => typeof params[key] === "string" ? [params[key]] : []);
        for (const ref of given) await checkOwn(target, branch, ref);
        return await method.call(target, { ...params, branch });
      };
    },
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
