/**
 * Where programs of a user keep what is to last, and what lasts as long as the machine runs.
 *
 * @module
 */

import * as linux from "./linux/state_places.ts";
import * as macos from "./macos/state_places.ts";
import * as windows from "./windows/state_places.ts";
import { pick } from "./pick.ts";

export const { runtimePlaces, statePlace } = pick(linux, { macos, windows });
