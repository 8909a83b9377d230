"""Lets nobody open the files of a directory for as long as this runs: who tries waits. Answers each line when that holds."""

import ctypes
import json
import os
import sys

FAN_CLASS_CONTENT = 0x4
FAN_MARK_ADD = 0x1
FAN_OPEN_PERM = 0x10000
FAN_EVENT_ON_CHILD = 0x08000000


def hold_opens(directory):
    """Gives the descriptor that ends it when it is closed."""
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.fanotify_init(FAN_CLASS_CONTENT, os.O_RDONLY)
    assert fd >= 0, os.strerror(ctypes.get_errno())
    mask = ctypes.c_uint64(FAN_OPEN_PERM | FAN_EVENT_ON_CHILD)
    assert libc.fanotify_mark(fd, FAN_MARK_ADD, mask, -100, os.fsencode(directory)) == 0
    return fd


if __name__ == "__main__":
    hold_opens(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps("held"), flush=True)
