/**
 * Running a program on a branch, as the system can.
 *
 * @module
 */

import { load } from "../../host/pick.ts";
import type { RunPlan } from "./run_plan.ts";

export const { checkNamespaces, parseNetworkOption, runInView } = await load<{
  /** Throws where this machine does not let the caller have what is asked for. */
  checkNamespaces(plan: Pick<RunPlan, "confine">): Promise<void>;
  /** What `--net` names. Throws where that makes no sense, or cannot be held. */
  parseNetworkOption(text: string): Promise<RunPlan["network"]>;
  /** Runs the program. Resolves with its exit code; 128 and the signal's number if one ended it. */
  runInView(plan: RunPlan): Promise<number>;
}>({
  linux: async () => ({
    ...await import("./linux/run_view.ts"),
    ...await import("./linux/network_option.ts"),
  }),
  macos: () => import("./run_in_folder.ts"),
  windows: () => import("./run_in_folder.ts"),
});
