"""Lists a directory a buffer at a time: prints the names of as many buffers as each line of input says."""

import ctypes
import os
import struct
import sys

GETDENTS64 = {"x86_64": 217, "aarch64": 61}[os.uname().machine]
libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(4096)
fd = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECTORY)


def read():
    length = libc.syscall(GETDENTS64, fd, buffer, len(buffer))
    if length < 0:
        raise OSError(ctypes.get_errno(), "getdents64")
    at = 0
    names = []
    while at < length:
        (size,) = struct.unpack_from("H", buffer, at + 16)
        names.append(ctypes.string_at(ctypes.addressof(buffer) + at + 19).decode())
        at += size
    return names


for line in sys.stdin:
    told = []
    for _ in range(int(line)):
        some = read()
        if not some:
            break
        told += some
    print("\t".join(told), flush=True)
