/**
 * Files as memory that outlives the process that wrote it.
 *
 * @module
 */

import * as linux from "./linux/mapping.ts";
import * as macos from "./macos/mapping.ts";
import * as windows from "./windows/mapping.ts";
import { pick } from "./pick.ts";

export type { Mapping } from "./linux/mapping.ts";

export const { mapFile, MAPPING_ALIGNMENT } = pick(linux, { macos, windows });
