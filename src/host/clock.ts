/**
 * The time, to the nanosecond, without making an object.
 *
 * @module
 */

import * as linux from "./linux/clock.ts";
import * as macos from "./macos/clock.ts";
import * as windows from "./windows/clock.ts";
import { pick } from "./pick.ts";

export type { Timestamp } from "./linux/clock.ts";

export const { monotonicTime, readClock } = pick(linux, { macos, windows });
