"""Works at random in a directory of the mount and does the same on a disk, to have what was promised.

    workload.py MOUNT REFERENCE MANIFEST SEED [--atomic] [--without KIND…]

MOUNT and REFERENCE are directories that hold the same. Every operation is one system call that changes something
(with --atomic, one that a kill either lets happen or not) or a look at what is there. Its intention is a line of
MANIFEST; when the mount has answered, the same is done in REFERENCE, the outcomes have to be the same, and the
line is ended, and every few lines fsynced. So REFERENCE is what the mount has promised, but for one operation under way.

Talks in lines of JSON on standard input and output: a question {"do": ...}, one answer each.
  run         begin or go on
  pause       stop; answers the operations done, those that took long, and "lost" or "wrong" if there is one
  await_lost  go on until an operation fails because the mount is gone; answers as pause
  redo        do in REFERENCE what was lost
  close       close all open files
"""

import ctypes
import errno
import hashlib
import json
import mmap
import os
import random
import select
import stat
import sys
import time

GONE = {errno.ENOTCONN, errno.ECONNABORTED}
AT_FDCWD = -100
FALLOC_KEEP_SIZE, FALLOC_PUNCH_HOLE = 1, 2
SLOW_SECONDS = 0.03
# Only processes are killed here, not the machine: more often would mean to wait for the disk most of the time.
SYNC_EVERY = 16
DIRECTORIES = [".", "d0", "d1", "d0/e", "d1/e"]
NAMES = [f"f{i}" for i in range(7)] + ["d0", "d1", "e"]
SLOTS = 3
PAGE = 4096

libc = ctypes.CDLL(None, use_errno=True)


def call(name, *args):
    if getattr(libc, name)(*args) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def data(seed, length):
    return random.Random(seed).randbytes(length)


def digest(content):
    return hashlib.sha256(content).hexdigest()


def content_of(descriptor):
    """All bytes of a file. A single read may be short when the mount goes away."""
    size = os.fstat(descriptor).st_size
    pieces = []
    at = 0
    while at < size and (piece := os.pread(descriptor, size - at, at)):
        pieces.append(piece)
        at += len(piece)
    return b"".join(pieces)


class Place:
    """One of the two directories, and the files that are open in it."""

    def __init__(self, root):
        self.root = root
        self.base = None
        self.files = {}

    def begin(self):
        """Finds the directory. Once found it is that one, whatever is mounted at its path."""
        if self.base is None:
            self.base = os.open(self.root, os.O_PATH | os.O_DIRECTORY)

    def path(self, name):
        return os.path.join(f"/proc/self/fd/{self.base}", name)

    def end(self):
        self.close()
        if self.base is not None:
            os.close(self.base)
        self.base = None

    def close(self):
        for descriptor in self.files.values():
            try:
                os.close(descriptor)
            except OSError:
                pass
        self.files = {}

    def do(self, operation):
        """The outcome, or the errno it failed with."""
        try:
            return getattr(self, operation[0])(*operation[1:])
        except OSError as error:
            return {"errno": error.errno}

    def opened(self, name, flags, work):
        descriptor = os.open(self.path(name), flags, 0o644)
        try:
            return work(descriptor)
        finally:
            os.close(descriptor)

    def slot(self, slot):
        if slot not in self.files:
            raise OSError(errno.EBADF, "not open")
        return self.files[slot]

    def keep(self, slot, descriptor):
        if slot in self.files:
            os.close(self.files[slot])
        self.files[slot] = descriptor

    def names(self):
        """All there are."""
        return sorted(os.path.relpath(os.path.join(top, name), self.path("."))
                      for top, directories, files in os.walk(self.path(".")) for name in directories + files)

    def size(self, operation):
        try:
            return os.stat(self.path(operation[1])).st_size
        except OSError:
            return 0

    # Changes.

    def create(self, name):
        self.opened(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, lambda _: None)

    # Writes can be told to write only a part of their bytes.

    def write(self, name, offset, seed, length, start=0, stop=None):
        part = data(seed, length)[start:stop]
        return self.opened(name, os.O_WRONLY, lambda f: os.pwrite(f, part, offset + start))

    def append(self, name, seed, length, start=0, stop=None):
        part = data(seed, length)[start:stop]
        return self.opened(name, os.O_WRONLY | os.O_APPEND, lambda f: os.write(f, part))

    def writeslot(self, slot, offset, seed, length, start=0, stop=None):
        return os.pwrite(self.slot(slot), data(seed, length)[start:stop], offset + start)

    def truncate(self, name, size):
        os.truncate(self.path(name), size)

    def punch(self, name, offset, length):
        flags = FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE
        self.opened(name, os.O_WRONLY, lambda f: call(
            "fallocate", f, flags, ctypes.c_long(offset), ctypes.c_long(length)))

    def mkdir(self, name):
        os.mkdir(self.path(name))

    def rmdir(self, name):
        os.rmdir(self.path(name))

    def unlink(self, name):
        os.unlink(self.path(name))

    def rename(self, old, new, flags):
        call("renameat2", AT_FDCWD, os.fsencode(self.path(old)), AT_FDCWD, os.fsencode(self.path(new)), flags)

    def link(self, old, new):
        os.link(self.path(old), self.path(new))

    def symlink(self, target, name):
        os.symlink(target, self.path(name))

    def chmod(self, name, mode):
        os.chmod(self.path(name), mode)

    def chown(self, name, uid, gid):
        os.chown(self.path(name), uid, gid)

    def utime(self, name, ns):
        os.utime(self.path(name), ns=(ns, ns))
        return os.stat(self.path(name)).st_mtime_ns

    def setxattr(self, name, key, seed, length, flags):
        os.setxattr(self.path(name), key, data(seed, length), flags)

    def removexattr(self, name, key):
        os.removexattr(self.path(name), key)

    def tmpfile(self, slot, directory):
        self.keep(slot, os.open(self.path(directory), os.O_TMPFILE | os.O_RDWR, 0o600))

    def linkslot(self, slot, name):
        os.link(f"/proc/self/fd/{self.slot(slot)}", self.path(name), follow_symlinks=True, dst_dir_fd=AT_FDCWD)

    # Changes that are several requests.

    def replace(self, name, seed, length):
        def fill(descriptor):
            os.write(descriptor, data(seed, length))
            os.fsync(descriptor)
        self.opened(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, fill)

    def copy(self, source, target, length):
        with open(self.path(source), "rb") as a, open(self.path(target), "r+b") as b:
            return os.copy_file_range(a.fileno(), b.fileno(), length)

    def map(self, name, seed):
        with open(self.path(name), "r+b") as file:
            if os.fstat(file.fileno()).st_size == 0:
                return None
            with mmap.mmap(file.fileno(), 0) as mapping:
                content = data(seed, min(len(mapping), PAGE))
                mapping[:len(content)] = content
                mapping.flush()

    # Looks.

    def open(self, slot, name):
        self.keep(slot, os.open(self.path(name), os.O_RDWR))

    def closeslot(self, slot):
        os.close(self.slot(slot))
        del self.files[slot]

    def readslot(self, slot):
        descriptor = self.slot(slot)
        info = os.fstat(descriptor)
        return [info.st_size, info.st_nlink, info.st_mode, digest(content_of(descriptor))]

    def read(self, name):
        return self.opened(name, os.O_RDONLY, lambda f: digest(content_of(f)))

    def look(self, name):
        info = os.lstat(self.path(name))
        told = [info.st_mode, info.st_uid, info.st_gid]
        return told if stat.S_ISDIR(info.st_mode) else told + [info.st_size, info.st_nlink]

    def list(self, name):
        return sorted(os.listdir(self.path(name)))

    def attributes(self, name):
        keys = [key for key in os.listxattr(self.path(name)) if key.startswith("user.")]
        return sorted((key, digest(os.getxattr(self.path(name), key))) for key in keys)

    def fsync(self, name):
        self.opened(name, os.O_RDONLY, os.fsync)


class Choice:
    """Draws operations."""

    def __init__(self, seed, atomic, without):
        self.random = random.Random(seed)
        self.kinds = [getattr(self, name) for name in dir(self) if name.startswith("do_")]
        if not atomic:
            self.kinds += [getattr(self, name) for name in dir(self) if name.startswith("several_")]
        self.kinds += 3 * [self.do_write, self.do_create] + [self.do_unlink, self.do_rename, self.do_rmdir]
        self.kinds = [kind for kind in self.kinds if kind.__name__.removeprefix("do_") not in without]

    def next(self):
        return self.random.choice(self.kinds)()

    def name(self):
        return os.path.normpath(os.path.join(self.random.choice(DIRECTORIES), self.random.choice(NAMES)))

    def below(self, limit):
        return self.random.randrange(limit)

    def length(self):
        return 1 + self.below(120_000 if self.below(8) == 0 else 3000)

    def key(self):
        return f"user.k{self.below(3)}"

    def do_create(self):
        return ["create", self.name()]

    def do_write(self):
        return ["write", self.name(), self.below(50_000), self.below(1 << 30), self.length()]

    def do_append(self):
        return ["append", self.name(), self.below(1 << 30), self.length()]

    def do_truncate(self):
        return ["truncate", self.name(), self.below(60_000) if self.below(3) else 0]

    def do_punch(self):
        return ["punch", self.name(), self.below(50_000), 1 + self.below(20_000)]

    def do_mkdir(self):
        return ["mkdir", self.random.choice(DIRECTORIES[1:])]

    def do_rmdir(self):
        return ["rmdir", self.random.choice(DIRECTORIES[1:])]

    def do_unlink(self):
        return ["unlink", self.name()]

    def do_rename(self):
        return ["rename", self.name(), self.name(), self.random.choice([0, 0, 1, 2])]

    def do_link(self):
        return ["link", self.name(), self.name()]

    def do_symlink(self):
        return ["symlink", self.random.choice(NAMES), self.name()]

    def do_chmod(self):
        return ["chmod", self.name(), 0o600 | self.below(0o200)]

    def do_chown(self):
        return ["chown", self.name(), self.below(3), self.below(3)]

    def do_utime(self):
        return ["utime", self.name(), self.below(1 << 60)]

    def do_setxattr(self):
        return ["setxattr", self.name(), self.key(), self.below(1 << 30), self.below(200), self.below(3)]

    def do_removexattr(self):
        return ["removexattr", self.name(), self.key()]

    def do_tmpfile(self):
        return ["tmpfile", self.below(SLOTS), self.random.choice(DIRECTORIES)]

    def do_linkslot(self):
        return ["linkslot", self.below(SLOTS), self.name()]

    def do_writeslot(self):
        return ["writeslot", self.below(SLOTS), self.below(50_000), self.below(1 << 30), self.length()]

    def do_open(self):
        return ["open", self.below(SLOTS), self.name()]

    def do_closeslot(self):
        return ["closeslot", self.below(SLOTS)]

    def do_readslot(self):
        return ["readslot", self.below(SLOTS)]

    def do_read(self):
        return ["read", self.name()]

    def do_look(self):
        return ["look", self.name()]

    def do_list(self):
        return ["list", self.random.choice(DIRECTORIES)]

    def do_attributes(self):
        return ["attributes", self.name()]

    def do_fsync(self):
        return ["fsync", self.random.choice([self.name(), self.random.choice(DIRECTORIES)])]

    def several_replace(self):
        return ["replace", self.name(), self.below(1 << 30), self.length()]

    def several_copy(self):
        return ["copy", self.name(), self.name(), 1 + self.below(30_000)]

    def several_map(self):
        return ["map", self.name(), self.below(1 << 30)]


WRITES = {"write", "append", "writeslot"}
LOOKS = {"open", "closeslot", "readslot", "read", "look", "list", "attributes", "fsync"}


class Worker:
    def __init__(self, mount, reference, manifest, seed, atomic, without):
        self.mount = Place(mount)
        self.reference = Place(reference)
        self.manifest = os.open(manifest, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.choice = Choice(seed, atomic, without)
        self.done = 0
        self.slow = []
        self.lost = None
        self.wrong = None

    def promise(self, text):
        os.write(self.manifest, text.encode())

    def step(self):
        operation = self.choice.next()
        self.promise(json.dumps(operation))
        begin = time.time()
        outcome = self.mount.do(operation)
        end = time.time()
        if isinstance(outcome, dict) and outcome["errno"] in GONE:
            self.lost = {"operation": operation, "errno": outcome["errno"]}
            self.promise(" lost\n")
            return
        if operation[0] in WRITES and isinstance(outcome, int) and outcome < operation[-1]:
            # The kernel sends a write in several requests if it likes; the mount went away between them.
            self.reference.do(operation + [0, outcome])
            self.lost = {"operation": operation, "errno": errno.ECONNABORTED, "written": outcome}
            self.promise(f" {outcome} bytes, then lost\n")
            return
        expected = self.reference.do(operation)
        self.promise(f" {json.dumps(outcome)}\n")
        self.done += 1
        if self.done % SYNC_EVERY == 0:
            os.fdatasync(self.manifest)
        if outcome != expected:
            there = {"mount": self.mount.names(), "reference": self.reference.names()}
            self.wrong = {"operation": operation, "outcome": outcome, "expected": expected, "there": there}
        if end - begin > SLOW_SECONDS and operation[0] not in LOOKS:
            self.slow.append([begin * 1000, end * 1000, operation[0]])

    def report(self):
        slow, self.slow = self.slow, []
        return {"done": self.done, "slow": slow, "lost": self.lost, "wrong": self.wrong}

    def begin(self):
        self.lost = None
        self.mount.begin()
        self.reference.begin()

    def close(self):
        self.mount.end()
        self.reference.end()

    def redo(self):
        """Does what was lost, of a write the bytes up to the next page. Answers if there is more to do."""
        operation = self.lost["operation"]
        if operation[0] not in WRITES:
            return {"outcome": self.reference.do(operation), "more": False}
        length = operation[-1]
        written = self.lost.setdefault("written", 0)
        if "offset" not in self.lost:
            self.lost["offset"] = self.reference.size(operation) - written if operation[0] == "append" else operation[2]
        offset = self.lost["offset"]
        stop = min(length, (offset + written) // PAGE * PAGE + PAGE - offset)
        outcome = self.reference.do(operation + [written, stop])
        self.lost["written"] = stop
        return {"outcome": outcome, "more": stop < length}


def main(mount, reference, manifest, seed, *flags):
    without = flags[flags.index("--without") + 1 :] if "--without" in flags else ()
    worker = Worker(mount, reference, manifest, int(seed), "--atomic" in flags, without)
    running = False
    waiting = False

    def answer(value):
        print(json.dumps(value), flush=True)

    pending = b""
    while True:
        stopped = not running or worker.lost or worker.wrong
        if waiting and stopped:
            waiting = running = False
            answer(worker.report())
        if b"\n" not in pending and (stopped or select.select([0], [], [], 0)[0]):
            piece = os.read(0, 65536)
            if not piece:
                return
            pending += piece
        if b"\n" in pending:
            line, pending = pending.split(b"\n", 1)
            match json.loads(line)["do"]:
                case "run":
                    running = True
                    worker.begin()
                    answer({})
                case "pause":
                    running = False
                    answer(worker.report())
                case "await_lost":
                    waiting = True
                case "redo":
                    answer(worker.redo())
                case "close":
                    worker.close()
                    answer({})
        elif running and not (worker.lost or worker.wrong):
            worker.step()


main(*sys.argv[1:])
