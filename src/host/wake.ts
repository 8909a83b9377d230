/**
 * Waking a thread that waits for the kernel and never returns to its event loop.
 *
 * A wake is a descriptor that can be waited for with others; it is shared between threads by its number.
 *
 * @module
 */

import * as linux from "./linux/wake.ts";
import * as macos from "./macos/wake.ts";
import { pick } from "./pick.ts";

export const { createWake, rest, wake } = pick(linux, { macos });
