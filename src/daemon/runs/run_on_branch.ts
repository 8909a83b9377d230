/**
 * Running a program on a branch, as the system can.
 *
 * @module
 */

import { pick } from "../../host/pick.ts";
import * as folder from "./run_in_folder.ts";
import { checkNamespaces as checkView, runInView as runView, type RunPlan } from "./run_view.ts";

export type { RunPlan };

export const { checkNamespaces, runInView } = pick<{
  /** Throws where this machine does not let the caller have what is asked for. */
  checkNamespaces(plan: Pick<RunPlan, "confine">): Promise<void>;
  /** Runs the program. Resolves with its exit code; 128 and the signal's number if one ended it. */
  runInView(plan: RunPlan): Promise<number>;
}>({ checkNamespaces: checkView, runInView: runView }, { macos: folder, windows: folder });
