import type { MethodName } from "../../control/methods.ts";
import type { Service } from "../../control/service.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { WorkspaceEvents } from "./workspace_events.ts";

/** They change nothing: that something is not there is their answer. */
const LOOKS: ReadonlySet<string> = new Set<MethodName>([
  "compareSource",
  "diff",
  "listBranches",
  "listSessions",
  "log",
  "memory",
  "prepareExport",
  "review",
  "reviewApply",
  "show",
  "showBranch",
  "status",
  "storeStats",
  "subscribe",
  "tasks",
  "verify",
]);

/** `service`, whose refusals are told as events. A request that makes no sense is none, nor is a look at what is not there. */
export function tellingRefusals(service: Service, events: WorkspaceEvents): Service {
  return new Proxy(service, {
    get(target, method) {
      const call = Reflect.get(target, method, target);
      if (typeof call !== "function" || typeof method !== "string") return call;
      return async (params: Record<string, unknown>) => {
        try {
          return await call.call(target, params);
        } catch (error) {
          if (isRefusal(error, method)) {
            const { code, message } = error;
            events.publish({ kind: "refused", branch: branchOf(params), method, code, message });
          }
          throw error;
        }
      };
    },
  });
}

function isRefusal(error: unknown, method: string): error is ServiceError {
  if (!(error instanceof ServiceError) || error.exit !== 1) return false;
  return error.code === "denied" || !LOOKS.has(method);
}

function branchOf({ branch, into, name }: Record<string, unknown>): string | null {
  const named = branch ?? into ?? name;
  return typeof named === "string" ? named : null;
}
