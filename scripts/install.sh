#!/bin/sh
# Installs agentvfs for one user, brings it up to date, or takes it away. docs/install.md has the options.
#
#   sh install.sh --from DIR|URL [--version V] [--prefix DIR] [--restart] [--require-signature]
#   sh install.sh --uninstall [--prefix DIR] [--purge]
#
# FROM is a release: a directory with an executable for each system, SHA256SUMS, VERSION and this script. Nothing is done
# before the last line, so a script that was cut off while it came does nothing.
set -eu

# Where releases are if --from does not say it. Filled in where a release is published.
RELEASES=${AGENTVFS_RELEASES:-}
# Whose signature a release has to have. Filled in where a release is made; what was made from the sources has none.
SIGNER=''

# After so many seconds in which nothing comes a server is given up.
STALLED_S=${AGENTVFS_STALLED_S:-60}

usage() {
  cat <<'END'
Usage: install.sh [--from DIR|URL] [--version V] [--prefix DIR] [--restart]
                  [--require-signature]
       install.sh --uninstall [--prefix DIR] [--purge [--yes]]

  --from DIR|URL  the release; else $AGENTVFS_RELEASES, else the directory of this script
  --version V     that version, also if it is older than the one that is there
  --prefix DIR    the program goes to DIR/bin (default: ~/.local)
  --restart       running mounts are served by the new program at once
  --require-signature
                  refuse where nothing can verify the release's signature
  --uninstall     stop the mounts and take the program away; what was recorded stays
  --purge         with --uninstall: what was recorded goes, too
END
}

say() { printf '%s\n' "$*"; }
hint() { printf 'hint: %s\n' "$*" >&2; }

# fail CODE MESSAGE [HINT]: exit codes are those of the program: 1 refused, 2 the command line, 4 the machine.
fail() {
  printf 'install.sh: %s\n' "$2" >&2
  if [ $# -gt 2 ]; then hint "$3"; fi
  exit "$1"
}

value_of() {
  if [ "$2" -lt 2 ]; then fail 2 "$1 needs a value"; fi
}

parse() {
  from=$RELEASES version= prefix=${HOME:+$HOME/.local} restart=false action=install purge= yes= strict=false
  while [ $# -gt 0 ]; do
    case $1 in
      --from) value_of "$1" $#; from=$2; shift ;;
      --version) value_of "$1" $#; version=${2#v}; shift ;;
      --prefix) value_of "$1" $#; prefix=$2; shift ;;
      --restart) restart=true ;;
      --require-signature) strict=true ;;
      --uninstall) action=uninstall ;;
      --purge) purge=--purge ;;
      --yes) yes=--yes ;;
      --help | -h) usage; exit 0 ;;
      *) usage >&2; fail 2 "Unknown option $1" ;;
    esac
    shift
  done
  if [ -z "$prefix" ]; then fail 2 "There is no home directory" "Say where to install: --prefix DIR"; fi
  case $prefix in /*) ;; *) prefix=$(pwd)/$prefix ;; esac
  bin=$prefix/bin
  share=$prefix/share/agentvfs
  program=$bin/agentvfs
}

# The system and the processor, as they stand in the name of an executable.
platform() {
  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=macos ;;
    *) fail 4 "There is no agentvfs for $(uname -s)" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) fail 4 "There is no agentvfs for the processor $(uname -m)" ;;
  esac
  say "$system-$machine"
}

# What the executables need of the C library. Where it is another one than glibc they say so themselves.
check_libc() {
  libc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || return 0
  case $libc in 'glibc '*) ;; *) return 0 ;; esac
  if is_older "${libc#glibc }" 2.28; then
    fail 4 "agentvfs needs glibc 2.28 or later, and this system has ${libc#glibc }" "Nothing was changed. A newer release of the distribution has it"
  fi
}

# A file of the release, to a path. Returns not 0 if it cannot be had.
fetch() {
  case $from in
    http://* | https://*)
      if command -v curl >/dev/null 2>&1; then
        curl -fsSL --connect-timeout "$STALLED_S" --speed-limit 1 --speed-time "$STALLED_S" --output "$2" "$from/$1"
      elif command -v wget >/dev/null 2>&1; then wget -q -T "$STALLED_S" -O "$2" "$from/$1"
      else fail 4 "There is neither curl nor wget" "Install one of them, or download the release and say --from DIR"; fi
      ;;
    *) cp -- "$from/$1" "$2" ;;
  esac
}

sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"
  elif command -v shasum >/dev/null 2>&1; then shasum -a 256 <"$1"
  elif command -v openssl >/dev/null 2>&1; then openssl dgst -sha256 -r <"$1"
  else fail 4 "Nothing here computes SHA-256" "Install coreutils, perl or openssl"; fi | cut -c 1-64
}

# A file of the release, to a path, with the checksum that the release says.
fetch_checked() {
  expected=$(awk -v name="$1" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
  if [ -z "$expected" ]; then
    fail 1 "The release in $from has no $1" "What it has is in $from/SHA256SUMS"
  fi
  if ! fetch "$1" "$2"; then
    fail 1 "Cannot get $from/$1 into $(dirname "$2")" "Is there space left? Nothing was changed"
  fi
  actual=$(sha256 "$2")
  if [ "$actual" != "$expected" ]; then
    fail 1 "$from/$1 is not what it should be: its checksum is $actual, $expected was expected" \
      "Nothing was changed. It may have been cut off while it came: try again"
  fi
}

# Whether SHA256SUMS is of who made this installer: so is then all that has the checksums in it.
check_signature() {
  if [ -z "$SIGNER" ]; then
    if $strict; then fail 1 "This installer does not know whose signature to expect" "Take the installer of a release"; fi
    return
  fi
  if ! fetch SHA256SUMS.sig "$work/SHA256SUMS.sig" 2>/dev/null; then
    fail 1 "The release in $from is not signed" "Nothing was changed. This installer is of releases that are"
  fi
  verified=unknown
  if command -v ssh-keygen >/dev/null 2>&1; then verify_with_ssh; fi
  if [ $verified = unknown ] && command -v openssl >/dev/null 2>&1; then verify_with_openssl; fi
  case $verified in
    yes) ;;
    no)
      fail 1 "The release in $from is not signed by who made this installer" \
        "Nothing was changed. Somebody may have tampered with it: do not install it, and tell who publishes it"
      ;;
    *)
      if $strict; then fail 4 "Nothing here verifies signatures" "Install openssh-client, or openssl 3"; fi
      hint "the release's signature was not verified: there is neither ssh-keygen (OpenSSH 8.1) nor openssl 3 here"
      ;;
  esac
}

verify_with_ssh() {
  printf 'agentvfs namespaces="agentvfs-release" %s\n' "$SIGNER" >"$work/signers"
  if ssh-keygen -Y verify -f "$work/signers" -I agentvfs -n agentvfs-release -s "$work/SHA256SUMS.sig" \
    <"$work/SHA256SUMS" >"$work/said" 2>&1; then
    verified=yes
  # Before 8.1 it has no -Y.
  elif ! grep -qiE 'unknown option|illegal option|usage:' "$work/said"; then verified=no; fi
}

# What OpenSSH signs is a header with the SHA-512 of the file; key and signature are the last bytes of what holds them.
verify_with_openssl() {
  case $(openssl version) in 'OpenSSL '[3-9]*) ;; *) return 0 ;; esac
  if ! command -v base64 >/dev/null 2>&1; then return 0; fi
  {
    printf '\060\052\060\005\006\003\053\145\160\003\041\000'
    printf '%s' "${SIGNER#* }" | base64 -d | tail -c 32
  } >"$work/key"
  {
    printf 'SSHSIG\0\0\0\020agentvfs-release\0\0\0\0\0\0\0\006sha512\0\0\0\100'
    openssl dgst -sha512 -binary "$work/SHA256SUMS"
  } >"$work/signed"
  sed '/^-----/d' "$work/SHA256SUMS.sig" | base64 -d 2>/dev/null | tail -c 64 >"$work/signature"
  if openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key" -rawin -in "$work/signed" \
    -sigfile "$work/signature" >/dev/null 2>&1; then verified=yes; else verified=no; fi
}

# is_older A B: version A comes before version B.
is_older() {
  [ "$1" != "$2" ] && printf '%s\n%s\n' "$1" "$2" | awk -F'[.+-]' '
    NR == 1 { for (i = 1; i <= 3; i++) first[i] = $i }
    NR == 2 { for (i = 1; i <= 3; i++) if (first[i] + 0 != $i + 0) { older = first[i] + 0 < $i + 0; exit } }
    END { exit !older }'
}

version_of() {
  "$1" --version 2>/dev/null | sed -n 's/^agentvfs \([^ ]*\)$/\1/p'
}

find_release() {
  if [ -z "$from" ]; then
    from=$(cd "$(dirname "$0")" 2>/dev/null && pwd) || from=
    if [ -z "$from" ] || [ ! -f "$from/SHA256SUMS" ]; then
      fail 2 "Where is the release?" "Say --from DIR or --from URL; scripts/release makes one from the sources"
    fi
  fi
  from=${from%/}
  if ! fetch SHA256SUMS "$work/SHA256SUMS"; then
    fail 1 "There is no release in $from" "A release has the files SHA256SUMS and VERSION"
  fi
  check_signature
  fetch_checked VERSION "$work/VERSION"
  latest=$(cat "$work/VERSION")
}

install() {
  where=$(platform)
  check_libc
  work=$(mktemp -d)
  new=
  trap 'rm -rf "$work" ${new:+"$new"}' EXIT
  trap 'exit 1' HUP INT TERM
  find_release
  before=
  if [ -x "$program" ]; then before=$(version_of "$program"); fi
  if [ -z "$version" ]; then
    version=$latest
    if [ -n "$before" ] && is_older "$version" "$before"; then
      fail 1 "agentvfs $before is installed, and the release in $from is $version, which is older" \
        "--version $version installs it all the same"
    fi
  fi
  mkdir -p -- "$bin" "$share" || fail 1 "Cannot make $bin" "--prefix DIR installs elsewhere"
  # In the same directory, so that it takes the place of the old one in one step. Who runs the old one keeps it.
  new=$(mktemp "$bin/.agentvfs.XXXXXX") || fail 1 "Cannot write in $bin" "--prefix DIR installs elsewhere"
  fetch_checked "agentvfs-$version-$where" "$new"
  chmod 755 "$new"
  found=$(version_of "$new")
  if [ "$found" != "$version" ]; then
    "$new" --version >&2 || true
    fail 4 "agentvfs $version does not run on this machine" "Nothing was changed. $bin must not be mounted noexec, and the system needs glibc 2.28 or later"
  fi
  fetch_checked install.sh "$work/install.sh"
  mv -f -- "$new" "$program"
  new=
  mv -f -- "$work/install.sh" "$share/install.sh"
  printf '%s\n' "$from" >"$share/from"
  link agentvfs-ctl
  link agentvfs-quickstart
  extras
  tell
}

# A name by which the program is a command of its own. What somebody else put there stays.
link() {
  if [ -e "$bin/$1" ] && [ ! -L "$bin/$1" ]; then
    hint "$bin/$1 is somebody else's and stays as it is"
  else
    ln -sf agentvfs "$bin/$1"
  fi
}

# What shells complete with and the manual's pages, where the program has them. The list of them is for who takes it away.
extras() {
  : >"$work/files"
  completions bash share/bash-completion/completions/agentvfs
  completions zsh share/zsh/site-functions/_agentvfs
  completions fish share/fish/vendor_completions.d/agentvfs.fish
  mkdir "$work/man"
  if "$program" man --to "$work/man" >/dev/null 2>&1; then
    for page in "$work/man"/*.1; do
      if [ -f "$page" ]; then put "$page" "share/man/man1/${page##*/}"; fi
    done
  fi
  if [ -f "$share/files" ]; then
    while read -r gone; do
      if ! grep -qxF -- "$gone" "$work/files"; then rm -f -- "$prefix/$gone"; fi
    done <"$share/files"
  fi
  mv -f -- "$work/files" "$share/files"
}

completions() {
  if "$program" completions "$1" >"$work/completions" 2>/dev/null && [ -s "$work/completions" ]; then
    put "$work/completions" "$2"
  fi
}

# put FILE PATH: at PATH in the prefix, unless somebody else's is there.
put() {
  if [ -e "$prefix/$2" ] && ! grep -qxF -- "$2" "$share/files" 2>/dev/null; then
    hint "$prefix/$2 is somebody else's and stays as it is"
  elif mkdir -p -- "$(dirname "$prefix/$2")" && mv -f -- "$1" "$prefix/$2"; then
    chmod 644 "$prefix/$2"
    printf '%s\n' "$2" >>"$work/files"
  else
    hint "$prefix/$2 could not be written; all else is installed"
  fi
}

tell() {
  case $before in
    '') say "agentvfs $version is installed: $program" ;;
    "$version") say "agentvfs $version was there, and is again: $program" ;;
    *) say "agentvfs $version is installed, in place of $before: $program" ;;
  esac
  if [ -n "$before" ]; then
    if $restart; then "$program" restart --all
    elif [ "$before" != "$version" ]; then say "running mounts are served by it after: agentvfs restart --all"; fi
  fi
  for agent in .claude .codex .gemini .config/opencode .cursor; do
    if [ -d "${HOME:-/nowhere}/$agent" ]; then
      say "the agents that are here are told of it by: agentvfs integrate   # --dry-run shows what that would write"
      break
    fi
  done
  # What the machine lacks, with the command that brings it.
  "$program" doctor 2>/dev/null | awk '/^fail / { shown = 1 } /^(ok|warn) / { shown = 0 } shown' || true
  on_path
}

on_path() {
  reached=$(command -v agentvfs || true)
  if [ "$reached" = "$program" ]; then
    say "next: agentvfs quickstart DIR"
    return
  fi
  if [ -n "$reached" ]; then
    hint "the agentvfs on your PATH is another one: $reached. Put $bin in front of it"
  else
    hint "$bin is not on your PATH"
  fi
  case ${SHELL:-} in
    */fish) hint "fish_add_path '$bin'" ;;
    */zsh) hint "echo 'export PATH=\"$bin:\$PATH\"' >>~/.zshrc, then a new terminal" ;;
    *) hint "echo 'export PATH=\"$bin:\$PATH\"' >>~/.profile, then log in anew" ;;
  esac
  say "next: $program quickstart DIR"
}

uninstall() {
  if [ ! -x "$program" ]; then fail 1 "There is no agentvfs in $bin" "--prefix DIR names another place"; fi
  exec "$program" uninstall $purge $yes
}

main() {
  parse "$@"
  $action
}

main "$@"
