/**
 * Where programs are: those of the system, and those that a name stands for.
 *
 * @module
 */

import * as linux from "./linux/system_program.ts";
import * as macos from "./macos/system_program.ts";
import * as windows from "./windows/system_program.ts";
import { pick } from "./pick.ts";

export const { programOnPath, systemProgram } = pick<Omit<typeof linux, "firstReal">>(linux, {
  macos,
  windows,
});
