/**
 * The line of shell that is every agent's hook: docs/agents.md.
 *
 * @module
 */

export const HOOK_LINE =
  `d=$PWD; until [ -e "$d/.agentvfs/hook" ]; do [ -n "$d" ] || exit 0; d=\${d%/*}; done; ` +
  `{ cat >&3; cat <&3; } 3<>"$d/.agentvfs/hook" || exit 0`;
