/**
 * Who makes a request, as rules and filters ask, on each system.
 *
 * @module
 */

import { pick } from "../../host/pick.ts";
import type { Asker } from "../../mount/asker.ts";
import type { ProgramPaths } from "../../mount/policy/program_paths.ts";
import type { CgroupCallers } from "../../mount/linux/cgroup_callers.ts";
import * as linux from "../../mount/linux/policy_caller.ts";
import * as windows from "../../mount/windows/policy_caller.ts";
import type { Caller } from "../../policy/policy.ts";
import type { TelemetryProcess } from "../../telemetry/event.ts";

export const { PolicyCaller, askingProcess } = pick<{
  PolicyCaller: new (callers: CgroupCallers | null, programs: ProgramPaths) => {
    of(asker: Asker): Caller;
  };
  askingProcess(asker: Asker): TelemetryProcess;
}>(linux, { macos: linux, windows });
