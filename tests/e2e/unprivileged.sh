# The main job as an account without any rights: $1 is the executable, $2 a directory of the account's.
set -u
cd "$2"
mkdir -p home project/sub
export HOME=$2/home
echo one >project/f
echo two >project/sub/g
echo precious >home/precious
agentvfs=$1

step() { echo "== $*"; }

step run
cd project
"$agentvfs" run --branch plain -- sh -c 'id -u; pwd; echo made >made; cat f; ls; "$0" status --json' "$agentvfs" |
  sed 's/.*"branch":"\([^"]*\)".*/branch \1/'
step code
"$agentvfs" run --branch plain -- sh -c 'exit 9' 2>/dev/null
echo $?
step confine
"$agentvfs" run --branch confined --confine -- bash -c '
  id -u; echo made >made
  rm -rf ~/* 2>/dev/null; touch ~/x 2>/dev/null || echo read-only
  find ~ -name index.sqlite -o -name control.sock; cat /proc/self/status | grep -c "CapEff:.0000000000000000"
  umount "$PWD" 2>/dev/null || echo mounted
  script -qec tty /dev/null | tr -d "\r"
  touch /tmp/x && ls /tmp
  unshare -Urmpf --mount-proc sh -c "touch ~/x || echo sandboxed" 2>/dev/null
  unshare -Urm sh -c "umount -l \"$PWD\"; mount -o remount,rw,bind /; touch ~/x" 2>/dev/null || echo locked
  git init -q . && git -c user.email=a@b -c user.name=n commit -q --allow-empty -m x && git log --format=%s' 2>/dev/null
step outside
cat "$HOME/precious" f
ls -A
step agents
"$agentvfs" run --agents 3 --branch try --test 'grep [23] f' -- sh -c '
  echo $AGENTVFS_AGENT >f; test $AGENTVFS_AGENT != 3' 2>/dev/null
echo $?
step tested
"$agentvfs" merge --best-of try-1 try-3 --strategy theirs --score --test 'id -u >&2; cat f' >/dev/null 2>seen
echo $? && grep -c "^$(id -u)$" seen && rm seen
"$agentvfs" undo >/dev/null; "$agentvfs" undo >/dev/null
step merge
"$agentvfs" merge plain >/dev/null
"$agentvfs" branch list --json | sed 's/"name":"/\n/g' | sed -n 's/".*"dirty":\(true\|false\).*/ \1/p' | sort
"$agentvfs" stop >/dev/null
echo stopped
