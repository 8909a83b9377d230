/**
 * Where a user's programs meet services of theirs that were started before.
 *
 * Such a service runs where it was started. What a program in a view of a branch hands to it is done to the project itself, as
 * the service sees that at the project's path.
 *
 * @module
 */

import { join } from "node:path";
import { isKnown } from "./agent_places.ts";

/** Directories that a program with a view is to have for itself. Those of programs that are there are made. */
export async function meetingPlaces(command: readonly string[]): Promise<string[]> {
  const uid = Deno.uid();
  const candidates = [
    // Claude Code's background service: it has no setting for the place.
    ["claude", `/tmp/cc-daemon-${uid}`],
    ["tmux", join(Deno.env.get("TMUX_TMPDIR") || "/tmp", `tmux-${uid}`)],
  ] as const;
  const found = await Promise.all(candidates.map(async ([program, path]) => {
    if (await isKnown(program, command)) {
      await Deno.mkdir(path, { mode: 0o700 }).catch(() => {});
    }
    // A link in /tmp may be anybody's.
    return await Deno.lstat(path).then(({ isDirectory }) => isDirectory ? path : null, () => null);
  }));
  return found.filter((path) => path !== null);
}
