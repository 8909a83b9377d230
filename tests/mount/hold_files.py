"""Keeps files open, mapped and directories entered; answers what can still be done with them.

Run in the root of the project of handles_test.ts. Each line of input is a question, one of the functions below.
"""

import errno
import json
import mmap
import os
import sys

held = {}


def attempt(action):
    try:
        return action()
    except OSError as error:
        return errno.errorcode[error.errno]


def hold():
    for name in ["changed", "unchanged", "chmodded", "removed", "in-place"]:
        held[name] = os.open(name, os.O_RDWR)
    held["appending"] = os.open("changed", os.O_WRONLY | os.O_APPEND)
    held["directory"] = os.open("directory", os.O_RDONLY)
    held["map"] = mmap.mmap(held["unchanged"], 0, prot=mmap.PROT_READ)
    held["untouched map"] = mmap.mmap(os.open("mapped", os.O_RDONLY), 0, prot=mmap.PROT_READ)
    held["first page"] = held["map"][:5].decode()
    os.chdir("stays/inside")
    return True


def after():
    """After the checkpoint, and after what it did not record was opened."""
    held["created"] = os.open("../../created", os.O_RDWR | os.O_CREAT)
    os.write(held["created"], b"new")
    return True


def use(name):
    fd = held[name]
    return {
        "read": attempt(lambda: os.read(fd, 5).decode()),
        "pread": attempt(lambda: os.pread(fd, 5, 0).decode()),
        "write": attempt(lambda: os.pwrite(fd, b"!", 3)),
        "fstat": attempt(lambda: os.fstat(fd).st_size),
        "fsync": attempt(lambda: os.fsync(fd)),
        "truncate": attempt(lambda: os.ftruncate(fd, 7)),
    }


def read_held(name):
    fd = held[name]
    return {
        "pread": attempt(lambda: os.pread(fd, 5, 0).decode()),
        "fstat": attempt(lambda: oct(os.fstat(fd).st_mode)),
    }


def links(name):
    return os.fstat(held[name]).st_nlink


def is_same(name):
    """Whether what is open is what has the name."""
    return os.path.samestat(os.fstat(held[name]), os.stat("../../" + name))


def append():
    return attempt(lambda: os.write(held["appending"], b"x"))


def where():
    return {"cwd": os.path.basename(os.getcwd()), "list": sorted(os.listdir("."))}


def mapped():
    return {
        "first": held["map"][:5].decode(),
        "again": held["first page"],
        "untouched": held["untouched map"][1_000_000:1_000_005].decode(),
    }


def listing():
    return sorted(os.listdir(held["directory"]))


def open_new(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        return os.pread(fd, 5, 0).decode()
    finally:
        os.close(fd)


for line in sys.stdin:
    name, *args = json.loads(line)
    print(json.dumps(attempt(lambda: globals()[name](*args))), flush=True)
