#!/usr/bin/env python3
"""Makes a project in which every file is one that a program that copies trees might get wrong.

    hostile_source.py DIR OUTSIDE [MEGABYTES]

DIR is an existing empty directory; OUTSIDE, another one on the same disk, gets the other end of a hard link.
MEGABYTES of random content are added, so that importing takes a while. Needs root, for owners and devices.
"""

import os
import socket
import stat
import sys

NANOSECOND = 10**9


def write(path, data=b"", **attributes):
    with open(path, "wb") as file:
        file.write(data)


def names():
    os.makedirs(b"names/dir\nwith newline")
    for name in [
        bytes(range(1, 47)) + bytes(range(48, 128)),
        bytes(range(128, 256)),
        b"a" * 255,
        b"\xff" * 255,
        "ü".encode() * 127,
        b"line\nbreak",
        b" leading and trailing ",
        b"-rf",
        b"...",
        b"\\",
        b"\xc3",
        b"\xed\xa0\x80",
        "e\u0301".encode(),
        "\u00e9".encode(),
        b"constructor",
        b"__proto__",
    ]:
        write(b"names/" + name, name)
    write(b"names/dir\nwith newline/\xfe\xff", b"x")
    os.makedirs(b"names/" + b"d" * 255 + b"/" + b"\x80" * 255)
    deep = b"names/deep" + b"/level-with-a-rather-long-name" * 80
    os.makedirs(deep)
    write(deep + b"/bottom", b"deep")
    os.makedirs(b"names/.agentvfs")
    write(b"names/.agentvfs/ctl", b"only the one at the root is special")


def modes():
    os.mkdir("modes")
    for mode in range(0o10000):
        path = f"modes/{mode:04o}"
        write(path)
        os.chmod(path, mode)
    os.mkdir("directory-modes")
    for mode in list(range(0, 0o1000, 0o123)) + [0o1777, 0o2755, 0o4755, 0o7000]:
        path = f"directory-modes/{mode:04o}"
        os.mkdir(path)
        write(path + "/inside", b"x")
        os.chmod(path, mode)


def owners():
    os.mkdir("owners")
    for i, (uid, gid) in enumerate([(0, 1), (1000, 1000), (65534, 65534), (2**31, 2**32 - 2)]):
        for kind in ["file", "dir", "link"]:
            path = f"owners/{kind}{i}"
            if kind == "file":
                write(path, b"owned")
            elif kind == "dir":
                os.mkdir(path)
            else:
                os.symlink("x", path)
            os.chown(path, uid, gid, follow_symlinks=False)


def times():
    os.mkdir("times")
    for i, ns in enumerate([
        0,
        1,
        999_999_999,
        -1,
        -1_500_000_001,
        -(2**31) * NANOSECOND,
        (2**31 - 1) * NANOSECOND + 999_999_999,
        2**31 * NANOSECOND,
        2**32 * NANOSECOND + 123_456_789,
        15_032_385_535 * NANOSECOND,
        1_600_000_000 * NANOSECOND + 1,
    ]):
        write(f"times/file{i}", b"x")
        os.mkdir(f"times/dir{i}")
        os.symlink("x", f"times/link{i}")
        for kind in ["file", "dir", "link"]:
            os.utime(f"times/{kind}{i}", ns=(ns, ns), follow_symlinks=False)


def xattrs():
    os.mkdir("xattrs")
    write("xattrs/file", b"x")
    for target in ["xattrs", "xattrs/file", "."]:
        os.setxattr(target, b"user.simple", b"value")
        os.setxattr(target, b"user.empty", b"")
        os.setxattr(target, b"user.\xff\xfe", bytes(range(256)))
    write("xattrs/large", b"x")
    os.setxattr("xattrs/large", b"user.large", b"v" * 3000)
    os.setxattr("xattrs/large", b"user." + b"n" * 250, b"long name")


def links(outside):
    os.makedirs("links/other")
    write("links/first", b"one file, four names")
    for name in ["links/second", "links/other/third", "zz-last"]:
        os.link("links/first", name)
    write("links/leaves", b"its other name is outside")
    os.link("links/leaves", os.path.join(outside, "outside"))
    write("links/both", b"two names inside, one outside")
    os.link("links/both", "links/other/both")
    os.link("links/both", os.path.join(outside, "both"))
    os.symlink("second", "links/symlink")
    os.link("links/symlink", "links/other/symlink", follow_symlinks=False)
    os.mkfifo("links/fifo")
    os.link("links/fifo", "links/other/fifo")


def symlinks():
    os.mkdir("symlinks")
    for i, target in enumerate([
        b"nowhere", b"/etc/passwd", b"..", b".", b"../links/first", b"t" * 4095, b"\xff\n \x01", b"loop7",
    ]):
        os.symlink(target, b"symlinks/loop%d" % i)


def special():
    os.mkdir("special")
    os.mkfifo("special/fifo", 0o640)
    os.mknod("special/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    os.mknod("special/loop", stat.S_IFBLK | 0o600, os.makedev(7, 0))
    os.mknod("special/large", stat.S_IFCHR | 0o600, os.makedev(4095, 1048575))
    server = socket.socket(socket.AF_UNIX)
    server.bind("special/socket")
    server.close()


def contents():
    os.mkdir("contents")
    os.makedirs("contents/empty/empty/empty")
    chunk = 256 * 1024
    for size in [0, 1, 4095, 4096, 4097, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * 2**20]:
        write(f"contents/size-{size}", os.urandom(size))
    write("contents/zeros", bytes(chunk * 3))
    write("contents/text", b"the same line again and again\n" * 20_000)
    with open("contents/sparse", "wb") as file:
        file.truncate(64 * 2**20)
        for offset in [0, 5 * chunk + 17, 64 * 2**20 - 3]:
            file.seek(offset)
            file.write(b"abc")
    with open("contents/hole", "wb") as file:
        file.truncate(10 * 2**20 + 1)


def many(megabytes):
    os.mkdir("many")
    for i in range(megabytes):
        write(f"many/{i}", os.urandom(1 << 20))
    for i in range(40):
        os.mkdir(f"many/d{i}")
        for j in range(40):
            write(f"many/d{i}/f{j}", f"{i} {j}\n".encode())


def main(directory, outside, megabytes="0"):
    outside = os.path.abspath(outside)
    os.chdir(directory)
    names()
    modes()
    owners()
    times()
    xattrs()
    links(outside)
    symlinks()
    special()
    contents()
    many(int(megabytes))
    write("-leading-dash")


main(*sys.argv[1:])
