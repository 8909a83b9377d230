/**
 * Where Windows keeps what programs of a user have: only that user may read it, because the profile's folder says so.
 *
 * @module
 */

import { join } from "node:path";

/** `%LOCALAPPDATA%\NAME`; null where there is no profile. */
export function statePlace(name: string): string | null {
  const local = Deno.env.get("LOCALAPPDATA");
  return local ? join(local, name) : null;
}

/** What lasts as long as the machine runs has no place of its own there. */
export function runtimePlaces(name: string): string[] {
  const local = Deno.env.get("LOCALAPPDATA");
  return local ? [join(local, "Temp", name)] : [];
}

/** Says where the user is at home; and where state is. */
export const HOME_VARIABLE = "USERPROFILE";
export const STATE_VARIABLE = "LOCALAPPDATA";

/** Null where nobody says. */
export function homePlace(): string | null {
  return Deno.env.get(HOME_VARIABLE) || null;
}

/** Where programs with windows keep a user's settings: those that go with the user to other machines. */
export function settingsPlace(home: string): string {
  return Deno.env.get("APPDATA") || join(home, "AppData", "Roaming");
}
