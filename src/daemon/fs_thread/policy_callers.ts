/**
 * Who makes a request, as rules and filters ask, on each system.
 *
 * @module
 */

import { load } from "../../host/pick.ts";
import type { Asker } from "../../mount/asker.ts";
import type { CgroupCallers } from "../../mount/linux/cgroup_callers.ts";
import type { ProgramPaths } from "../../mount/policy/program_paths.ts";
import { type Caller, UNKNOWN_CALLER } from "../../policy/policy.ts";
import type { TelemetryProcess } from "../../telemetry/event.ts";

export interface PolicyCallers {
  /** `callers`: null where the mount is not routed by cgroup. */
  readonly PolicyCaller: new (callers: CgroupCallers | null, programs: ProgramPaths) => {
    of(asker: Asker): Caller;
  };
  askingProcess(asker: Asker): TelemetryProcess;
}

/** The server of fuse-t does not tell who asks. */
const UNKNOWN: PolicyCallers = {
  PolicyCaller: class {
    of(): Caller {
      return UNKNOWN_CALLER;
    }
  },
  askingProcess: () => ({}),
};

export function policyCallers(): Promise<PolicyCallers> {
  return load<PolicyCallers>({
    linux: () => import("../../mount/linux/policy_caller.ts"),
    macos: () => Promise.resolve(UNKNOWN),
    windows: () => import("../../mount/windows/policy_caller.ts"),
  });
}
