/**
 * The places of the XDG Base Directory Specification.
 *
 * @module
 */

import { join } from "node:path";

/** `$XDG_STATE_HOME/NAME`, else `~/.local/state/NAME`; null where there is no home. */
export function statePlace(name: string): string | null {
  const state = Deno.env.get("XDG_STATE_HOME");
  // A relative value is to be ignored.
  if (state?.startsWith("/")) return join(state, name);
  const home = Deno.env.get("HOME");
  return home ? join(home, ".local/state", name) : null;
}

/** `$XDG_RUNTIME_DIR/NAME` if there is one, then `/tmp/NAME-<uid>`, whose path is short. */
export function runtimePlaces(name: string): string[] {
  const short = `/tmp/${name}-${Deno.uid() ?? 0}`;
  const runtime = Deno.env.get("XDG_RUNTIME_DIR");
  return runtime?.startsWith("/") ? [join(runtime, name), short] : [short];
}

/** Says where the user is at home, and so where state is. */
export const HOME_VARIABLE = "HOME";
export const STATE_VARIABLE = HOME_VARIABLE;

/** Null where nobody says. */
export function homePlace(): string | null {
  return Deno.env.get(HOME_VARIABLE) || null;
}

/** Where programs with windows keep a user's settings. */
export function settingsPlace(home: string): string {
  return Deno.env.get("XDG_CONFIG_HOME") || join(home, ".config");
}
