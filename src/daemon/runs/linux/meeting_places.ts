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

/**
 * Directories that a program with a view is to have for itself. Those of programs that are there are made. `isTmpShared`: they
 * may be in /tmp, which is not the program's own.
 */
export async function meetingPlaces(
  command: readonly string[],
  isTmpShared: boolean,
): Promise<string[]> {
  const uid = Deno.uid();
  // Claude Code's background service listens in /tmp, for which it has no setting, and looks for jobs in its directory.
  const claude = Deno.env.get("CLAUDE_CONFIG_DIR") || join(Deno.env.get("HOME") ?? "/", ".claude");
  const inTmp = [
    ["claude", `/tmp/cc-daemon-${uid}`],
    ["tmux", join(Deno.env.get("TMUX_TMPDIR") || "/tmp", `tmux-${uid}`)],
  ] as const;
  const candidates = [["claude", join(claude, "daemon")], ...(isTmpShared ? inTmp : [])] as const;
  const found = await Promise.all(candidates.map(async ([program, path]) => {
    if (await isKnown(program, command)) {
      await Deno.mkdir(path, { mode: 0o700, recursive: true }).catch(() => {});
    }
    // A link in /tmp may be anybody's.
    return await Deno.lstat(path).then(({ isDirectory }) => isDirectory ? path : null, () => null);
  }));
  return found.filter((path) => path !== null);
}
