/**
 * Where macOS keeps what programs of a user have.
 *
 * @module
 */

import { join } from "node:path";

export { HOME_VARIABLE, homePlace, STATE_VARIABLE } from "../linux/state_places.ts";

/** `~/Library/Application Support/NAME`; null where there is no home. */
export function statePlace(name: string): string | null {
  const home = Deno.env.get("HOME");
  return home ? join(home, "Library/Application Support", name) : null;
}

/** `$TMPDIR/NAME`, which is the user's own, then `/tmp/NAME-<uid>`, whose path is short. */
export function runtimePlaces(name: string): string[] {
  const short = `/tmp/${name}-${Deno.uid() ?? 0}`;
  const temporary = Deno.env.get("TMPDIR");
  return temporary?.startsWith("/") ? [join(temporary, name), short] : [short];
}

/** Where programs with windows keep a user's settings. */
export function settingsPlace(home: string): string {
  return join(home, "Library/Application Support");
}
