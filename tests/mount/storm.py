"""Makes, changes, reads and removes files in the current directory until told to stop, whatever happens to them.

    storm.py SEED

Ends with the first line of input. Errors that a rollback under way explains are ignored; others end it with 1.
"""

import errno
import os
import random
import select
import shutil
import sys

# What was there a moment ago may be gone, stale, there again, or of another type.
EXPECTED = {
    errno.ENOENT,
    errno.ESTALE,
    errno.EEXIST,
    errno.ENOTEMPTY,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EINVAL,
    errno.ELOOP,
    errno.ENODATA,
    errno.EPERM,  # of a second name for a directory
}
rng = random.Random(int(sys.argv[1]))
names = [f"{d}{f}" for d in ["", "a/", "b/", "a/c/"] for f in ["f0", "f1", "f2", "dir", "large"]]


def write(name):
    with open(name, "ab" if rng.random() < 0.5 else "wb") as file:
        file.write(rng.randbytes(rng.choice([10, 5000, 300_000])))


def patch(name):
    fd = os.open(name, os.O_RDWR)
    try:
        os.pwrite(fd, b"patch", rng.randrange(600_000))
        os.pread(fd, 100_000, 0)
        os.fstat(fd)
    finally:
        os.close(fd)


def walk(_):
    for directory, _, files in os.walk("."):
        for name in files:
            os.lstat(os.path.join(directory, name))


def copy_tree(name):
    shutil.rmtree(f"copy{rng.randrange(3)}", ignore_errors=True)
    try:
        shutil.copytree(rng.choice(["a", "b"]), f"copy{rng.randrange(3)}", symlinks=True)
    except shutil.Error as error:
        raise OSError(errno.ENOENT, str(error)) from None


actions = [
    write,
    write,
    patch,
    patch,
    walk,
    copy_tree,
    lambda name: os.unlink(name),
    lambda name: os.mkdir(name),
    lambda name: os.rename(name, rng.choice(names)),
    lambda name: os.link(name, rng.choice(names)),
    lambda name: os.symlink("f0", name),
    lambda name: os.chmod(name, 0o640),
    lambda name: os.makedirs(os.path.dirname(name) or ".", exist_ok=True),
    lambda name: os.setxattr(name, "user.storm", rng.randbytes(10)),
    lambda name: shutil.rmtree(name),
    lambda name: os.truncate(name, rng.randrange(500_000)),
]
done = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    try:
        rng.choice(actions)(rng.choice(names))
        done += 1
    except OSError as error:
        if error.errno is not None and error.errno not in EXPECTED:
            print(repr(error), file=sys.stderr)
            sys.exit(1)
print(done)
