"""Runs a program that may not use Unix sockets, as agents' sandboxes do it: no_sockets.py connect|socket PROGRAM ARG…

connect: connect(2) gives EPERM. socket: socket(AF_UNIX) does.
"""

import ctypes
import os
import platform
import struct
import sys

ARCHITECTURES = {
    "x86_64": (0xC000003E, {"socket": 41, "connect": 42}),
    "aarch64": (0xC00000B7, {"socket": 198, "connect": 203}),
}
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, EPERM = 0x7FFF0000, 0x00050001
AF_UNIX = 1
# Offsets in struct seccomp_data.
NUMBER, ARCH, FIRST_ARGUMENT = 0, 4, 16

what, program = sys.argv[1], sys.argv[2:]
arch, numbers = ARCHITECTURES[platform.machine()]
code = [
    (LOAD, 0, 0, ARCH),
    (JUMP_IF_EQUAL, 0, 5 if what == "socket" else 3, arch),
    (LOAD, 0, 0, NUMBER),
    (JUMP_IF_EQUAL, 0, 3 if what == "socket" else 1, numbers[what]),
]
if what == "socket":
    code += [(LOAD, 0, 0, FIRST_ARGUMENT), (JUMP_IF_EQUAL, 0, 1, AF_UNIX)]
code += [(RETURN, 0, 0, EPERM), (RETURN, 0, 0, ALLOW)]
filters = b"".join(struct.pack("HBBI", *line) for line in code)
buffer = ctypes.create_string_buffer(filters)


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


libc = ctypes.CDLL(None, use_errno=True)
libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
filled = Program(len(code), ctypes.cast(buffer, ctypes.c_void_p))
for option, *arguments in (
    (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
    (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(filled), 0, 0),
):
    if libc.prctl(option, *arguments) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))
os.execvp(program[0], program)
