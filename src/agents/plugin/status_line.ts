/**
 * The status line of Claude Code: branch, checkpoint, how many there are, and what changed since. A shell reads two files of the mount;
 * outside of one it says nothing.
 */
export const STATUS_LINE = `#!/bin/sh
# Prints a line such as: agentvfs: main at "tests pass", 12 checkpoints, 3 changed
cat >/dev/null
d=$PWD
until [ -e "$d/.agentvfs/status" ]; do
  [ -n "$d" ] || exit 0
  d=\${d%/*}
done
count=$(ls "$d/.agentvfs/checkpoints" 2>/dev/null | wc -l)
sed -n 's/^  "showing": "\\(.*\\)",\\{0,1\\}$/\\1/p; s/^  "changes": \\([0-9]*\\),\\{0,1\\}$/\\1/p' "$d/.agentvfs/status" | {
  read -r changes || exit 0
  read -r showing || exit 0
  showing=\${showing#branch }
  showing=\${showing% and changes since}
  line="agentvfs: $showing, $((count)) checkpoints"
  [ "$changes" = 0 ] || line="$line, $changes changed"
  printf '%s\\n' "$line" | sed 's/\\\\"/"/g'
}
`;
