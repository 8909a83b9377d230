/**
 * The hook of every event, for every agent: it hands the agent's JSON to the file `.agentvfs/hook` of the mount it is in, and prints
 * what it reads there.
 *
 * No process of ours is started, so it costs as little as a shell; outside of a mount, and where it may not write, it does nothing and
 * ends with 0. `exec 3<>` would not: where that fails, dash ends with 2, which blocks the tool.
 *
 * The text never changes. Codex asks the person to trust a hook by its text, once: what is to change, changes behind the file.
 */
export const HOOK_LINE = 'd=$PWD; until [ -e "$d/.agentvfs/hook" ]; do [ -n "$d" ] || exit 0; ' +
  'd=${d%/*}; done; { cat >&3; cat <&3; } 3<>"$d/.agentvfs/hook" || exit 0';
