"""Watches paths by inotify: those given as arguments, and every directory below those that end in a slash.

Each line of input is answered with the events that there are by now, without waiting: path of what is watched, name, kind.
With --count first, with how many there were of each kind, which are read all the time: the kernel keeps no more than some.
"""

import ctypes
import json
import os
import select
import struct
import sys

KINDS = {
    0x002: "MODIFY",
    0x004: "ATTRIB",
    0x008: "CLOSE_WRITE",
    0x040: "MOVED_FROM",
    0x080: "MOVED_TO",
    0x100: "CREATE",
    0x200: "DELETE",
    0x400: "DELETE_SELF",
    0x800: "MOVE_SELF",
    0x4000: "OVERFLOW",
    0x8000: "IGNORED",
}
# What is only read, and what is opened, is not asked for.
WANTED = 0xFCE & ~0x01

libc = ctypes.CDLL(None, use_errno=True)
fd = libc.inotify_init1(os.O_NONBLOCK)
paths = {-1: ""}


def watch(path):
    descriptor = libc.inotify_add_watch(fd, path.encode(), WANTED)
    assert descriptor > 0, (path, os.strerror(ctypes.get_errno()))
    paths[descriptor] = path


counting = sys.argv[1] == "--count"
for path in sys.argv[2 if counting else 1 :]:
    if path.endswith("/"):
        for directory, _, _ in os.walk(path[:-1]):
            watch(directory)
    else:
        watch(path)


def read():
    events = []
    while True:
        try:
            data, at = os.read(fd, 1 << 20), 0
        except BlockingIOError:
            return events
        while at < len(data):
            descriptor, mask, _, length = struct.unpack_from("iIII", data, at)
            name = data[at + 16 : at + 16 + length].rstrip(b"\0").decode()
            at += 16 + length
            events += [[paths[descriptor], name, kind] for bit, kind in KINDS.items() if mask & bit]


heard = []
while True:
    ready, _, _ = select.select([fd, 0] if counting else [0], [], [])
    if counting or 0 in ready:
        heard += read()
    if 0 not in ready:
        continue
    if not sys.stdin.readline():
        break
    kinds = [kind for _, _, kind in heard]
    print(json.dumps({kind: kinds.count(kind) for kind in kinds} if counting else heard), flush=True)
    heard = []
