/**
 * Files as memory that outlives the process that wrote it, and as code of this one.
 *
 * @module
 */

import * as linuxAddon from "./linux/addon.ts";
import * as linux from "./linux/mapping.ts";
import * as macosAddon from "./macos/addon.ts";
import * as macos from "./macos/mapping.ts";
import * as windowsAddon from "./windows/addon.ts";
import * as windows from "./windows/mapping.ts";
import { pick } from "./pick.ts";

export type { Mapping } from "./linux/mapping.ts";

export const { mapFile, MAPPING_ALIGNMENT } = pick(linux, { macos, windows });

export const { loadAddon } = pick(linuxAddon, { macos: macosAddon, windows: windowsAddon });
