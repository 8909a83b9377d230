/**
 * What of a file system other processes have mounted something over.
 *
 * @module
 */

import * as linux from "./linux/covered_paths.ts";
import * as macos from "./macos/covered_paths.ts";
import * as windows from "./windows/covered_paths.ts";
import { pick } from "./pick.ts";

export const { coveredPaths } = pick(linux, { macos, windows });
