/**
 * Signals that the runtime does not know.
 *
 * @module
 */

import * as linux from "./linux/signals.ts";
import * as macos from "./macos/signals.ts";
import * as windows from "./windows/signals.ts";
import { pick } from "./pick.ts";

export const { ignoreFileSizeLimit } = pick(linux, { macos, windows });
