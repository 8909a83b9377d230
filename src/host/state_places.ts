/**
 * Where a user is at home, and where programs keep what is to last, settings, and what lasts as long as the machine runs.
 *
 * @module
 */

import * as linux from "./linux/state_places.ts";
import * as macos from "./macos/state_places.ts";
import * as windows from "./windows/state_places.ts";
import { pick } from "./pick.ts";

export const {
  HOME_VARIABLE,
  homePlace,
  runtimePlaces,
  settingsPlace,
  STATE_VARIABLE,
  statePlace,
} = pick(linux, { macos, windows });
