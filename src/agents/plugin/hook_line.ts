import { KEEPS_WRITTEN } from "../../host/mounts.ts";

/**
 * The hook of every event, for every agent: it hands the agent's JSON to the file `.agentvfs/hook` of the mount it is in, and prints
 * what it reads there.
 *
 * No process of ours is started, so it costs as little as a shell; outside of a mount, and where it may not write, it does nothing and
 * ends with 0. `exec 3<>` would not: where that fails, dash ends with 2, which blocks the tool.
 *
 * The text never changes. Codex asks the person to trust a hook by its text, once: what is to change, changes behind the file.
 *
 * `keepsWritten`: what is read from a file is what was written to it, until it is opened anew; so the answer is in another one.
 */
export function hookLine(keepsWritten: boolean): string {
  const find = 'd=$PWD; until [ -e "$d/.agentvfs/hook" ]; do [ -n "$d" ] || exit 0; ' +
    "d=${d%/*}; done; ";
  const tell = keepsWritten
    ? 'f=$d/.agentvfs/hook.$$; cat >"$f" && cat "$f.answer" || exit 0'
    : '{ cat >&3; cat <&3; } 3<>"$d/.agentvfs/hook" || exit 0';
  return find + tell;
}

export const HOOK_LINE = hookLine(KEEPS_WRITTEN);
