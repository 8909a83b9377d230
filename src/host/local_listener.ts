/**
 * Taking connections of other processes of this machine.
 *
 * @module
 */

import * as linux from "./linux/local_listener.ts";
import * as macos from "./macos/local_listener.ts";
import * as windows from "./windows/local_listener.ts";
import { pick } from "./pick.ts";

export type { LocalListener } from "./linux/local_listener.ts";

export const { listenLocal } = pick(linux, { macos, windows });
