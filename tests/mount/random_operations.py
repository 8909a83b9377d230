"""Does the same random operations in the mount and in a plain directory, and compares every result.

Reads commands from standard input, one JSON object a line, and answers each with one:

    {"do": "begin", "seed": N, "mount": DIR, "plain": DIR}   start a sequence; handles of the last one are closed
    {"do": "operate", "count": N}                            N operations, each result compared
    {"do": "compare"}                                        the manifests of both sides, without inode numbers
    {"do": "remember", "as": NAME}                           keep the mount's exact manifest
    {"do": "recall", "as": NAME}                             the mount has to have exactly that manifest
    {"do": "close"}                                          close handles and leave the mount

An answer is {"ok": true} or {"ok": false, "why": …, "operations": […]}, the operations of the sequence so far.
Times are compared only where they were set explicitly; where one side has "now", the other must have it too.
"""

import ctypes
import errno
import hashlib
import json
import mmap
import os
import random
import stat
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from manifest import manifest  # noqa: E402

LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100
NOREPLACE, EXCHANGE, WHITEOUT = 1, 2, 4
KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE = 1, 2, 16
CHUNK = 256 * 1024
DAY = 86400 * 10**9
USER = 1000
HANDLES = 4
# Wherever they are moved, they lead nowhere out of the tree.
LINKS = ["a", "c/../b", "/nowhere/at/all", "x" * 300, "x" * 5000, "\xff"]

DIRECTORIES = ["", "a", "b", "a/c", "a/c/d", "b/c", "gone"]
LEAVES = ["a", "b", "c", "d", "x", "y", "z", "big", "\xff\xfe", "n" * 255, "n" * 256, "sp ace\n"]
TIMES = [0, 1, -1, -10**9 - 1, 10**18 + 123456789, 2**31 * 10**9 + 5, 1_500_000_000_000_000_001]
MODES = [0, 0o400, 0o600, 0o644, 0o755, 0o777, 0o4755, 0o2755, 0o2644, 0o6777, 0o1777, 0o3770]


def renameat2(source, target, flags):
    source, target = os.fsencode(source), os.fsencode(target)
    if LIBC.renameat2(AT_FDCWD, source, AT_FDCWD, target, flags) != 0:
        raise OSError(ctypes.get_errno(), "renameat2")


def fallocate(fd, mode, offset, length):
    if LIBC.fallocate(fd, mode, ctypes.c_long(offset), ctypes.c_long(length)) != 0:
        raise OSError(ctypes.get_errno(), "fallocate")


def raw(path):
    return path.encode("latin-1") or b"."


def opened(path, flags, mode=0o777):
    """Opens a file. Devices are not for this, and a fifo must not make anybody wait."""
    try:
        kind = stat.S_IFMT(os.stat(raw(path)).st_mode)
    except OSError:
        kind = None
    if kind in (stat.S_IFCHR, stat.S_IFBLK):
        raise OSError(errno.ENODEV, "device")
    return os.open(raw(path), flags | os.O_NONBLOCK, mode)


def digest(data):
    return hashlib.sha256(data).hexdigest()[:16]


def random_bytes(seed, length):
    return random.Random(seed).randbytes(length)


def found(root, wanted=lambda mode: True):
    """Paths in a directory of what has a wanted mode."""
    for directory, directories, files in os.walk(os.fsencode(root)):
        for name in [*directories, *files]:
            path = os.path.join(directory, name)
            if wanted(os.lstat(path).st_mode):
                yield path


def leading_out(root):
    """Links that lead beside the tree, where the two sides are on file systems that differ."""
    inside = os.path.realpath(os.fsencode(root)) + b"/"
    for path in found(root, stat.S_ISLNK):
        if not os.path.realpath(path).startswith((inside, b"/nowhere/")):
            yield path


def described(info):
    """What stat(2) says, without what differs between file systems."""
    kind = stat.S_IFMT(info.st_mode)
    size = info.st_size if kind in (stat.S_IFREG, stat.S_IFLNK) else None
    return [oct(info.st_mode), info.st_uid, info.st_gid, info.st_nlink, size, info.st_rdev]


class Side:
    """One of the two directories, and the files that are open in it."""

    def __init__(self, root):
        self.root = root
        self.fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        self.handles = [None] * HANDLES

    def close(self):
        for fd in self.handles:
            if fd is not None:
                os.close(fd)
        self.handles = [None] * HANDLES
        os.close(self.fd)

    def handle(self, slot):
        if self.handles[slot] is None:
            raise OSError(errno.EBADF, "no handle")
        return self.handles[slot]

    def do(self, operation, user, mask):
        """Result of an operation, in a form that can be compared."""
        name, *args = operation
        os.fchdir(self.fd)
        old_mask = os.umask(mask)
        if user:
            os.setegid(USER)
            os.seteuid(USER)
        try:
            return ["ok", getattr(self, name)(*args)]
        except OSError as error:
            return ["error", errno.errorcode.get(error.errno, error.errno)]
        finally:
            if user:
                os.seteuid(0)
                os.setegid(0)
            os.umask(old_mask)

    # Names

    def mkdir(self, path, mode):
        os.mkdir(raw(path), mode)

    def rmdir(self, path):
        os.rmdir(raw(path))

    def unlink(self, path):
        os.unlink(raw(path))

    def create(self, path, mode):
        os.close(os.open(raw(path), os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))

    def mknod(self, path, mode):
        os.mknod(raw(path), mode, os.makedev(3, 5))

    def rename(self, source, target, flags):
        renameat2(raw(source), raw(target), flags)

    def link(self, source, target):
        os.link(raw(source), raw(target), follow_symlinks=False)

    def symlink(self, text, path):
        os.symlink(raw(text), raw(path))

    def temporary(self, directory, path, seed, length):
        fd = os.open(raw(directory), os.O_TMPFILE | os.O_RDWR, 0o640)
        try:
            os.write(fd, random_bytes(seed, length))
            if path is not None:
                name = b"/proc/self/fd/%d" % fd
                os.link(name, raw(path), src_dir_fd=self.fd, follow_symlinks=True)
            return described(os.fstat(fd))
        finally:
            os.close(fd)

    def remove_tree(self, path):
        """What rm -rf does, failing at the first error: in the same order wherever names are listed in another."""
        walked = []
        for directory, directories, files in os.walk(raw(path)):
            directories.sort()
            walked.append((directory, directories, sorted(files)))
        for directory, directories, files in reversed(walked):
            for name in files:
                os.unlink(os.path.join(directory, name))
            for name in directories:
                inner = os.path.join(directory, name)
                (os.unlink if os.path.islink(inner) else os.rmdir)(inner)
        os.rmdir(raw(path))

    # Attributes

    def chmod(self, path, mode):
        os.chmod(raw(path), mode)

    def chown(self, path, uid, gid):
        os.chown(raw(path), uid, gid, follow_symlinks=False)

    def utime(self, path, accessed, modified):
        os.utime(raw(path), ns=(accessed, modified), follow_symlinks=False)

    def utime_now(self, path):
        os.utime(raw(path), follow_symlinks=False)

    def setxattr(self, path, name, value, flags):
        os.setxattr(raw(path), raw(name), bytes.fromhex(value), flags, follow_symlinks=False)

    def removexattr(self, path, name):
        os.removexattr(raw(path), raw(name), follow_symlinks=False)

    def getxattr(self, path, name):
        return os.getxattr(raw(path), raw(name), follow_symlinks=False).hex()

    def listxattr(self, path):
        names = os.listxattr(raw(path), follow_symlinks=False)
        return sorted(repr(name) for name in names if name.startswith("user."))

    # Looking

    def stat(self, path):
        return described(os.lstat(raw(path)))

    def access(self, path, mode):
        return os.access(raw(path), mode, effective_ids=True)

    def list(self, path):
        return sorted(name.decode("latin-1") for name in os.listdir(raw(path)))

    def readlink(self, path):
        return os.readlink(raw(path)).decode("latin-1")

    def read(self, path):
        fd = opened(path, os.O_RDONLY)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                return None
            return digest(os.pread(fd, os.fstat(fd).st_size + 1, 0))
        finally:
            os.close(fd)

    def segments(self, path):
        """Reads only where SEEK_DATA says that there is data."""
        fd = opened(path, os.O_RDONLY)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                return None
            size = os.fstat(fd).st_size
            data = bytearray(size)
            at = 0
            while at < size:
                try:
                    at = os.lseek(fd, at, os.SEEK_DATA)
                except OSError as error:
                    if error.errno != errno.ENXIO:
                        raise
                    break
                end = os.lseek(fd, at, os.SEEK_HOLE)
                if end <= at:
                    return "SEEK_HOLE went back"
                data[at:end] = os.pread(fd, end - at, at)
                at = end
            return digest(data)
        finally:
            os.close(fd)

    # Bytes

    def write(self, path, flags, offset, seed, length):
        fd = opened(path, os.O_WRONLY | flags, 0o644)
        try:
            data = random_bytes(seed, length)
            return os.write(fd, data) if flags & os.O_APPEND else os.pwrite(fd, data, offset)
        finally:
            os.close(fd)

    def truncate(self, path, size):
        os.truncate(raw(path), size)

    def fallocate(self, path, mode, offset, length):
        fd = opened(path, os.O_WRONLY)
        try:
            fallocate(fd, mode, offset, length)
        finally:
            os.close(fd)

    def copy(self, source, target, source_offset, target_offset, length):
        source_fd = opened(source, os.O_RDONLY)
        try:
            target_fd = opened(target, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                done = 0
                while done < length:
                    count = os.copy_file_range(
                        source_fd, target_fd, length - done, source_offset + done, target_offset + done
                    )
                    if count == 0:
                        break
                    done += count
                return done
            finally:
                os.close(target_fd)
        finally:
            os.close(source_fd)

    def map_write(self, path, offset, seed, length):
        fd = opened(path, os.O_RDWR)
        try:
            if os.fstat(fd).st_size == 0:
                return "empty"
            with mmap.mmap(fd, 0) as memory:
                end = min(len(memory), offset + length)
                if end > offset:
                    memory[offset:end] = random_bytes(seed, length)[: end - offset]
                memory.flush()
                return digest(memory[:])
        finally:
            os.close(fd)

    # Bytes through handles that stay open

    def open(self, slot, path, flags):
        fd = opened(path, flags, 0o600)
        if self.handles[slot] is not None:
            os.close(self.handles[slot])
        self.handles[slot] = fd

    def handle_close(self, slot):
        os.close(self.handle(slot))
        self.handles[slot] = None

    def handle_write(self, slot, offset, seed, length):
        return os.pwrite(self.handle(slot), random_bytes(seed, length), offset)

    def handle_read(self, slot, offset, length):
        return digest(os.pread(self.handle(slot), length, offset))

    def handle_truncate(self, slot, size):
        os.ftruncate(self.handle(slot), size)

    def handle_stat(self, slot):
        return described(os.fstat(self.handle(slot)))

    def handle_chmod(self, slot, mode):
        os.fchmod(self.handle(slot), mode)

    def handle_fallocate(self, slot, mode, offset, length):
        fallocate(self.handle(slot), mode, offset, length)

    def handle_sync(self, slot):
        os.fsync(self.handle(slot))


class Chooser:
    """Random operations, most of them on what is there."""

    def __init__(self, seed, plain, handles):
        self.random = random.Random(seed)
        self.plain = plain
        self.handles = handles
        self.kinds = [name[7:] for name in dir(self) if name.startswith("choose_")]
        self.weights = [WEIGHTS.get(kind, 2) for kind in self.kinds]

    def next(self):
        kind = self.random.choices(self.kinds, self.weights)[0]
        return [kind, *getattr(self, "choose_" + kind)()]

    # What operations are about

    def new(self):
        parts = [self.random.choice(DIRECTORIES), self.random.choice(LEAVES)]
        return "/".join(part for part in parts if part)

    def there(self, *wanted):
        paths = [path[len(self.plain) + 1:].decode("latin-1") for path in found(self.plain, *wanted)]
        return self.random.choice(sorted(paths)) if paths else self.new()

    def any(self):
        return self.there() if self.random.random() < 0.8 else self.new()

    def file(self):
        return self.there(stat.S_ISREG) if self.random.random() < 0.9 else self.any()

    def directory(self):
        return self.there(stat.S_ISDIR) if self.random.random() < 0.9 else self.any()

    def seed(self):
        return self.random.randrange(2**32)

    def slot(self):
        """Mostly one that is open."""
        used = [slot for slot, handle in enumerate(self.handles()) if handle is not None]
        return self.random.choice(used if used and self.random.random() < 0.9 else range(HANDLES))

    def mode(self):
        return self.random.choice(MODES)

    def time(self):
        return self.random.choice(TIMES)

    def offset(self):
        return self.random.choice([
            0, 1, 4095, 4096, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 10,
            self.random.randrange(3 * CHUNK), self.random.randrange(10_000),
        ])

    def length(self):
        choices = [0, 1, 100, 4096, 5000, CHUNK, CHUNK + 7, self.random.randrange(20_000)]
        return self.random.choices(choices, [1, 6, 6, 4, 4, 1, 1, 6])[0]

    def xattr(self):
        return self.random.choice(["user.one", "user.two", "user.\xfe", "user." + "x" * 250, "bad"])

    # One of each kind

    def choose_mkdir(self):
        return [self.new(), self.mode()]

    def choose_rmdir(self):
        return [self.directory()]

    def choose_unlink(self):
        return [self.any()]

    def choose_create(self):
        return [self.new(), self.mode()]

    def choose_mknod(self):
        kinds = [stat.S_IFIFO, stat.S_IFREG, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK]
        return [self.new(), self.random.choice(kinds) | 0o644]

    def choose_rename(self):
        flags = self.random.choices([0, NOREPLACE, EXCHANGE, NOREPLACE | EXCHANGE], [6, 2, 3, 1])[0]
        target = self.any() if flags == EXCHANGE or self.random.random() < 0.4 else self.new()
        return [self.any(), target, flags]

    def choose_link(self):
        return [self.any(), self.new()]

    def choose_symlink(self):
        return [self.random.choice(LINKS), self.new()]

    def choose_temporary(self):
        target = self.new() if self.random.random() < 0.6 else None
        return [self.directory(), target, self.seed(), self.length()]

    def choose_remove_tree(self):
        return [self.directory()]

    def choose_chmod(self):
        return [self.any(), self.mode()]

    def choose_chown(self):
        return [self.any(), self.random.choice([-1, 0, USER, 7]), self.random.choice([-1, 0, USER, 7])]

    def choose_utime(self):
        return [self.any(), self.time(), self.time()]

    def choose_utime_now(self):
        return [self.any()]

    def choose_setxattr(self):
        value = random_bytes(self.seed(), self.random.choice([0, 1, 20, 300])).hex()
        return [self.any(), self.xattr(), value, self.random.choice([0, 0, 0, 1, 2])]

    def choose_removexattr(self):
        return [self.any(), self.xattr()]

    def choose_getxattr(self):
        return [self.any(), self.xattr()]

    def choose_listxattr(self):
        return [self.any()]

    def choose_stat(self):
        return [self.any()]

    def choose_access(self):
        return [self.any(), self.random.choice([os.F_OK, os.R_OK, os.W_OK, os.X_OK])]

    def choose_list(self):
        return [self.directory()]

    def choose_readlink(self):
        return [self.any()]

    def choose_read(self):
        return [self.file()]

    def choose_segments(self):
        return [self.file()]

    def choose_write(self):
        flags = self.random.choice([0, 0, os.O_CREAT, os.O_APPEND, os.O_TRUNC, os.O_CREAT | os.O_TRUNC])
        path = self.new() if flags & os.O_CREAT else self.file()
        return [path, flags, self.offset(), self.seed(), self.length()]

    def choose_truncate(self):
        return [self.file(), self.offset()]

    def fallocation(self):
        modes = [0, KEEP_SIZE, PUNCH_HOLE | KEEP_SIZE, ZERO_RANGE, ZERO_RANGE | KEEP_SIZE, PUNCH_HOLE]
        return [self.random.choice(modes), self.offset(), self.length()]

    def choose_fallocate(self):
        return [self.file(), *self.fallocation()]

    def choose_copy(self):
        return [self.file(), self.file(), self.offset(), self.offset(), self.length()]

    def choose_map_write(self):
        return [self.file(), self.offset(), self.seed(), self.length()]

    def choose_open(self):
        slot = self.random.randrange(HANDLES)
        flags = self.random.choice([
            os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_RDWR | os.O_CREAT, os.O_RDWR | os.O_EXCL | os.O_CREAT,
            os.O_RDWR | os.O_TRUNC, os.O_RDONLY | os.O_NOFOLLOW, os.O_RDONLY | os.O_DIRECTORY,
        ])
        return [slot, self.file(), flags]

    def choose_handle_close(self):
        return [self.slot()]

    def choose_handle_write(self):
        return [self.slot(), self.offset(), self.seed(), self.length()]

    def choose_handle_read(self):
        return [self.slot(), self.offset(), self.length()]

    def choose_handle_truncate(self):
        return [self.slot(), self.offset()]

    def choose_handle_stat(self):
        return [self.slot()]

    def choose_handle_chmod(self):
        return [self.slot(), self.mode()]

    def choose_handle_fallocate(self):
        return [self.slot(), *self.fallocation()]

    def choose_handle_sync(self):
        return [self.slot()]


WEIGHTS = {
    "write": 8,
    "rename": 6,
    "link": 4,
    "create": 3,
    "mkdir": 4,
    "unlink": 3,
    "open": 6,
    "handle_write": 3,
    "remove_tree": 1,
    "handle_close": 1,
    "handle_sync": 1,
    "listxattr": 1,
    "mknod": 1,
}

# A disk may keep a file in more or fewer blocks than the store.
NEVER_COMPARED = {"blocks"}
OWN = {"ino", "ctime", "nlink"}


def comparable(entries, now):
    """Entries without inode numbers, and with "now" for times that nobody chose."""
    result = []
    for entry in entries:
        kept = {k: v for k, v in entry.items() if k not in NEVER_COMPARED and k not in OWN}
        if abs(kept["mtime"] - now) < DAY:
            kept["mtime"] = "now"
        result.append(kept)
    return result


def first_differences(actual, expected):
    actual = {entry["path"]: entry for entry in actual}
    expected = {entry["path"]: entry for entry in expected}
    lines = []
    for path in sorted({*actual, *expected}):
        is_now, should = actual.get(path), expected.get(path)
        if is_now != should:
            fields = [
                field
                for field in {**(is_now or {}), **(should or {})}
                if (is_now or {}).get(field) != (should or {}).get(field)
            ]
            lines.append(f"{path!r} differs in {fields}: mount {is_now}, expected {should}")
    return lines[:8]


class Sequence:
    def __init__(self, seed, mount, plain):
        self.sides = [Side(plain), Side(mount)]
        self.chooser = Chooser(seed, plain, lambda: self.sides[0].handles)
        self.operations = []
        self.remembered = {}

    def operate(self, count):
        for _ in range(count):
            operation = self.chooser.next()
            # What somebody may do with a file that root opened for them is not what is tested here.
            user = self.chooser.random.random() < 0.15 and not operation[0].startswith("handle")
            mask = self.chooser.random.choice([0, 0o022, 0o077])
            plain, mount = (side.do(operation, user, mask) for side in self.sides)
            self.operations.append([*operation, f"user={user} umask={mask:o} -> {plain}"])
            if plain != mount:
                return f"the mount answered {mount}, the plain directory {plain}"
        return None

    def compare(self):
        out = list(leading_out(self.sides[0].root))
        if out:
            return f"links lead out of the tree: {out}"
        now = time.time_ns()
        plain, mount = (comparable(manifest(side.root), now) for side in self.sides)
        return first_differences(mount, plain) or None

    def exact(self):
        entries = manifest(self.sides[1].root, inodes=True)
        return [{k: v for k, v in entry.items() if k not in NEVER_COMPARED} for entry in entries]

    def remember(self, name):
        self.remembered[name] = self.exact()
        self.operations.append(["remember", name])

    def recall(self, name):
        self.operations.append(["recall", name])
        return first_differences(self.exact(), self.remembered[name]) or None

    def close(self):
        os.chdir("/")
        for side in self.sides:
            side.close()

    def reopen(self):
        self.sides = [Side(side.root) for side in self.sides]


def answer(sequence, command):
    """What is wrong, or None."""
    what = command["do"]
    if what == "operate":
        return sequence.operate(command["count"])
    if what == "compare":
        return sequence.compare()
    if what == "remember":
        return sequence.remember(command["as"])
    if what == "recall":
        return sequence.recall(command["as"])
    if what == "close":
        return sequence.close()
    assert what == "reopen"
    sequence.operations.append([command["after"]])
    return sequence.reopen()


def main():
    sequence = None
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "begin":
            sequence = Sequence(command["seed"], command["mount"], command["plain"])
            why = None
        else:
            try:
                why = answer(sequence, command)
            except OSError as error:
                why = repr(error)
        result = {"ok": why is None, "why": why}
        if why is not None:
            result["operations"] = sequence.operations
        print(json.dumps(result), flush=True)


main()
