/**
 * Where the system keeps its programs.
 *
 * @module
 */

import * as linux from "./linux/system_program.ts";
import * as macos from "./macos/system_program.ts";
import * as windows from "./windows/system_program.ts";
import { pick } from "./pick.ts";

export const { systemProgram } = pick(linux, { macos, windows });
