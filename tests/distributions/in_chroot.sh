# One newcomer's run in a fresh chroot: in_chroot.sh BASE RELEASE ROOM ACCOUNT HERE SOURCE
#
# Runs in mount and process namespaces of its own: what is mounted and started here is gone when this ends, however it ends.
# BASE is only read; what is written is in memory. Prints "KEY VALUE" lines.
set -eu
base=$1 release=$2 room=$3 account=$4 here=$5 source=$6

mount --make-rprivate /
mount -t tmpfs -o mode=755 none "$room"
mkdir "$room/upper" "$room/work" "$room/root"
mount -t overlay -o "lowerdir=$base,upperdir=$room/upper,workdir=$room/work" none "$room/root"
root=$room/root
mount -t proc none "$root/proc"
mount -t sysfs -o ro none "$root/sys"
mount -t tmpfs -o mode=755 none "$root/dev"
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0 fuse:10:229; do
  IFS=: read -r name major minor <<END
$device
END
  mknod -m 666 "$root/dev/$name" c "$major" "$minor"
done
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/shm"
mount -t tmpfs -o mode=1777 none "$root/dev/shm"
mkdir "$root/release"
mount --bind "$release" "$root/release"
mount -o remount,bind,ro "$root/release"
cp "$here/newcomer.sh" "$root/newcomer.sh"
rm -f "$root/etc/resolv.conf"
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp /etc/hosts "$root/etc/hosts"
printf '%s\n' "$source" >"$root/etc/apt/sources.list"
rm -f "$root/etc/apt/sources.list.d"/*
# What boots or is a container has it; fusermount3 needs it to unmount.
ln -sf ../proc/self/mounts "$root/etc/mtab"

home=/root ids=0:0
if [ "$account" != root ]; then
  home=/home/$account
  chroot "$root" useradd -m -s /bin/sh "$account"
  ids=$(chroot "$root" id -u "$account"):$(chroot "$root" id -g "$account")
fi
as() {
  who=$1
  shift
  chroot --userspec="$who" "$root" /usr/bin/env -i "HOME=$home" SHELL=/bin/sh LANG=C.UTF-8 \
    PATH="$home/.local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "$@" </dev/null
}
now() { echo $(($(date +%s%N) / 1000000)); }

echo "glibc $(chroot "$root" ldd --version | head -n 1 | grep -oE '[0-9]+\.[0-9]+$')"
as "$ids" sh /newcomer.sh install >"$room/install.out" 2>&1 || { cat "$room/install.out" >&2; exit 1; }
sed -n 's/^:: //p' "$room/install.out"
# What the installer says is missing, by the command that it says brings it.
remedy=$(sed -n 's/^ *fix: *\(sudo \)\{0,1\}\(apt.*\)$/\2/p' "$room/install.out" | head -n 1)
if [ -n "$remedy" ]; then
  start=$(now)
  chroot "$root" /usr/bin/env DEBIAN_FRONTEND=noninteractive sh -c "apt-get update && ${remedy} -y" \
    >"$room/apt.out" 2>&1 </dev/null || { cat "$room/apt.out" >&2; exit 1; }
  echo "remedy $(($(now) - start))"
  echo "said $remedy"
fi
as "$ids" sh /newcomer.sh use >"$room/use.out" 2>&1 || { cat "$room/use.out" >&2; exit 1; }
sed -n 's/^:: //p' "$room/use.out"
