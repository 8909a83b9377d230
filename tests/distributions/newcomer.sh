# What a newcomer does, with what the docs say and nothing else: newcomer.sh install | use
# Prints ":: STEP MILLISECONDS" for each step.
set -eu
cd "$HOME"

now() { echo $(($(date +%s%N) / 1000000)); }
# step NAME COMMAND…: runs it, and says how long it took.
step() {
  name=$1
  shift
  start=$(now)
  "$@"
  echo ":: $name $(($(now) - start))"
}
fail() { echo "newcomer: $*" >&2; exit 1; }

case $1 in
  install)
    step install sh /release/install.sh
    ;;
  use)
    agentvfs doctor >doctor.out || { cat doctor.out; fail "the doctor is not content"; }
    mkdir -p shop/src
    for i in 1 2 3 4 5 6 7 8 9; do echo "file $i" >"shop/src/$i.txt"; done
    ln -s 1.txt shop/src/link
    chmod 750 shop/src/9.txt
    step quickstart agentvfs quickstart shop >quickstart.out
    cat quickstart.out
    mount=$(sed -n 's/^mount=//p' quickstart.out)
    diff -r shop "$mount" || fail "the mount is not what the project is"
    echo "by an agent" >"$mount/src/new.txt"
    cp -a "$mount/src" kept
    step checkpoint agentvfs -C shop checkpoint before
    rm -rf "$mount/src"
    [ ! -e "$mount/src" ] || fail "what was deleted is there"
    step rollback agentvfs -C shop rollback before
    diff -r kept "$mount/src" || fail "the rollback did not bring back what was there"
    [ "$(stat -c %a "$mount/src/9.txt")" = 750 ] || fail "the rollback did not bring back a mode"
    [ "$(ls shop/src | wc -l)" = 10 ] || fail "the project was changed"
    step apply agentvfs -C shop apply
    [ "$(cat shop/src/new.txt)" = "by an agent" ] || fail "apply did not bring what was made"
    step uninstall agentvfs uninstall --purge --yes
    [ -z "$(find .local ! -type d)" ] || fail "uninstall left $(find .local ! -type d)"
    ;;
esac
