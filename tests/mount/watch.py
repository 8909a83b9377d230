"""Watches paths by inotify. Each line of input is a number: waits until so many events came, and answers with all of them,
as path, name and kind of each.
"""

import ctypes
import json
import os
import select
import struct
import sys
import time

DEADLINE = 20
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
    0x8000: "IGNORED",
}
# What is only read, and what is opened, is not asked for.
WANTED = 0xFCE & ~0x01

libc = ctypes.CDLL(None, use_errno=True)
fd = libc.inotify_init1(os.O_NONBLOCK)
paths = {libc.inotify_add_watch(fd, path.encode(), WANTED): path for path in sys.argv[1:]}
assert all(descriptor > 0 for descriptor in paths), paths
events = []


def read():
    data, at = os.read(fd, 65536), 0
    while at < len(data):
        descriptor, mask, _, length = struct.unpack_from("iIII", data, at)
        name = data[at + 16 : at + 16 + length].rstrip(b"\0").decode()
        at += 16 + length
        events.extend([paths[descriptor], name, kind] for bit, kind in KINDS.items() if mask & bit)


for line in sys.stdin:
    wanted, end = json.loads(line), time.monotonic() + DEADLINE
    while len(events) < wanted and time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            read()
    print(json.dumps(events), flush=True)
    events = []
