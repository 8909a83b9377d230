/**
 * What a process is: its program, arguments and directory, as long as it is there.
 *
 * @module
 */

import * as linux from "./linux/process_details.ts";
import * as macos from "./macos/process_details.ts";
import * as windows from "./windows/process_details.ts";
import { pick } from "./pick.ts";

export type { ProcessDetails } from "./linux/process_details.ts";

export const { argumentsOf, processDetails } = pick<Omit<typeof linux, "readStat">>(linux, {
  macos,
  windows,
});
