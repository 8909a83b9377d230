"""Files with holes, in the directory that it is run in; `--prefix P` names them. Then prints where each file there has data.

Printed as JSON: name → [size, blocks, [[start, end] of each range of data, by SEEK_DATA and SEEK_HOLE]].
"""

import argparse
import ctypes
import json
import os

KIB = 1024
KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE = 1, 2, 16
libc = ctypes.CDLL("libc.so.6", use_errno=True)


def fallocate(fd, mode, offset, length):
    if libc.fallocate(fd, mode, ctypes.c_int64(offset), ctypes.c_int64(length)) != 0:
        raise OSError(ctypes.get_errno(), "fallocate")


def write(name, size, pieces, punched=()):
    with open(name, "wb") as file:
        for offset, data in pieces:
            os.pwrite(file.fileno(), data, offset)
        for offset, length in punched:
            fallocate(file.fileno(), KEEP_SIZE | PUNCH_HOLE, offset, length)
        os.ftruncate(file.fileno(), size)


def data(length, seed=7):
    return bytes((i * seed) % 251 + 1 for i in range(min(length, 251))) * (length // 251 + 1)


def make(prefix):
    block = data(4 * KIB)[: 4 * KIB]
    mib = data(KIB * KIB)[: KIB * KIB]
    write(prefix + "small-all-hole", 100 * KIB, [])
    write(prefix + "small-one-block", 50 * KIB, [(20 * KIB, block)])
    write(prefix + "small-odd-end", 50 * KIB + 13, [(48 * KIB, block[:2061])])
    write(prefix + "small-zeros", 64 * KIB, [(0, bytes(64 * KIB))])
    write(prefix + "small-dense", 9000, [(0, mib[:9000])])
    write(prefix + "every-other", 600 * KIB, [(at * KIB, block) for at in range(0, 600, 8)])
    write(prefix + "every-eighth", 3000 * KIB + 1, [(at * KIB, block) for at in range(4, 3000, 32)])
    write(prefix + "bytes", 700 * KIB, [(at * KIB, b"x") for at in range(2, 700, 16)])
    write(prefix + "punched", KIB * KIB, [(0, mib)], [(4 * KIB, 4 * KIB), (250 * KIB, 20 * KIB), (511 * KIB, 2 * KIB)])
    write(prefix + "zeros", KIB * KIB, [(0, bytes(KIB * KIB))])
    write(prefix + "zeros-and-holes", 2048 * KIB, [(512 * KIB, bytes(256 * KIB)), (1200 * KIB, bytes(8 * KIB))])
    write(prefix + "large", 2**40, [(2**39 + 4 * KIB, block), (2**40 - 10, b"end")])
    write(prefix + "dense", KIB * KIB, [(0, mib)])


def ranges(name):
    found = []
    with open(name, "rb") as file:
        at = 0
        while True:
            try:
                start = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:
                return found
            at = os.lseek(file.fileno(), start, os.SEEK_HOLE)
            found.append([start, at])


parser = argparse.ArgumentParser()
parser.add_argument("--prefix")
prefix = parser.parse_args().prefix
if prefix is not None:
    make(prefix)
found = {}
for name in sorted(os.listdir(".")):
    if os.path.isfile(name) and not os.path.islink(name) and not name.startswith(".agentvfs"):
        info = os.stat(name)
        found[name] = [info.st_size, info.st_blocks, ranges(name)]
print(json.dumps(found))
