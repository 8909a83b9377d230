/**
 * Daemons of other users. Their workspaces are closed to this one; that they run, and for what, every user can see.
 *
 * @module
 */

import { isWithin, keptMounts } from "../../host/mounts.ts";

export interface OthersDaemon {
  /** Name of the user, or the number where it has none. */
  readonly user: string;
  readonly source: string;
  readonly mount: string;
}

/** The one whose project or mount `directory` is, or is in; null if there is none. */
export async function othersDaemon(directory: string): Promise<OthersDaemon | null> {
  for (const { uid, source, mount } of await keptMounts()) {
    if (uid === Deno.uid() || !isWithin(directory, source) && !isWithin(directory, mount)) continue;
    return { user: await nameOf(uid), source, mount };
  }
  return null;
}

/** What who runs into it can do. */
export function asOther({ user, source, mount }: OthersDaemon): string {
  const how = Deno.uid() !== 0 ? `as ${user}` : `as ${user}, without sudo`;
  return `The one of user ${user} is at ${mount}: do this ${how}; for a mount of your own, with its own history: ` +
    `agentvfs quickstart ${source}`;
}

async function nameOf(uid: number): Promise<string> {
  const users = await Deno.readTextFile("/etc/passwd").catch(() => "");
  const line = users.split("\n").map((line) => line.split(":")).find(([, , id]) =>
    id === String(uid)
  );
  return line?.[0] ?? String(uid);
}
