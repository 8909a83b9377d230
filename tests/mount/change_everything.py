"""Changes a project in every way there is. Run in its root; the project is that of rollback_test.ts."""

import ctypes
import os
import shutil

LIBC = ctypes.CDLL(None, use_errno=True)
CHUNK = 256 * 1024


def exchange(a, b):
    assert LIBC.renameat2(-100, os.fsencode(a), -100, os.fsencode(b), 2) == 0, os.strerror(ctypes.get_errno())


def patch(path, offset, data):
    fd = os.open(path, os.O_WRONLY)
    assert os.pwrite(fd, data, offset) == len(data)
    os.close(fd)


# Contents
with open("content/rewritten", "w") as file:
    file.write("something else\n")
patch("content/in-place", 2 * CHUNK + 100, b"in the middle of a file of many chunks")
patch("content/edges", CHUNK - 3, b"across")
with open("content/appended", "ab") as file:
    file.write(b"more" * 70_000)
os.truncate("content/cut", CHUNK + 5)
os.truncate("content/emptied", 0)
os.truncate("content/grown", 5 * CHUNK)
os.truncate("content/same-size", 100)
fd = os.open("content/punched", os.O_RDWR)
assert LIBC.fallocate(fd, 3, ctypes.c_long(CHUNK), ctypes.c_long(CHUNK)) == 0
os.close(fd)
shutil.copyfile("content/in-place", "content/rewritten-by-copy")
# The same bytes again: the content is what it was, the times are not.
with open("content/same-bytes", "rb+") as file:
    data = file.read()
    file.seek(0)
    file.write(data)

# Attributes
os.chmod("attributes/mode", 0o4711)
os.chmod("attributes", 0o1770)
os.chown("attributes/owner", 12, 34)
os.chown("attributes/link", 12, 34, follow_symlinks=False)
os.utime("attributes/times", ns=(1, -5))
os.utime("attributes/link-times", ns=(1, 7), follow_symlinks=False)
os.setxattr("attributes/xattr", "user.new", b"new")
os.setxattr("attributes/xattr", "user.changed", b"other")
os.removexattr("attributes/xattr", "user.removed")
os.setxattr("attributes", "user.directory", b"changed")
os.chmod(".", 0o711)
os.utime(".", ns=(5, 5))

# Names
os.rename("names/file", "names/renamed")
os.rename("names/directory", "renamed directory")
os.rename("names/over", "names/replaced")
exchange("names/left", "names/right")
exchange("names/exchanged-file", "names/exchanged-directory")
os.link("names/linked", "another name")
os.unlink("links/two")
os.rename("links/three", "links/other/three")
with open("links/four", "a") as file:
    file.write("all names see this")
os.unlink("links/symlink")
os.unlink("symlinks/retargeted")
os.symlink("somewhere else", "symlinks/retargeted")

# Types
os.unlink("types/file-to-directory")
os.mkdir("types/file-to-directory")
open("types/file-to-directory/inside", "w").close()
shutil.rmtree("types/directory-to-symlink")
os.symlink("file-to-directory", "types/directory-to-symlink")
os.unlink("types/symlink-to-fifo")
os.mkfifo("types/symlink-to-fifo")
os.unlink("types/fifo-to-file")
open("types/fifo-to-file", "w").close()
os.unlink("types/device-to-device")
os.mknod("types/device-to-device", 0o60600, os.makedev(7, 9))

# Trees
shutil.rmtree("trees/deleted")
os.rmdir("trees/empty")
os.makedirs("trees/new/a/b/c")
for i in range(50):
    with open(f"trees/new/a/{i}", "w") as file:
        file.write(str(i))
os.mkdir("trees/new-empty")
shutil.copytree("trees/copied", "trees/copy", symlinks=True)
shutil.rmtree("trees/emptied/a")
# Deleted and made again just as it was, but for inode and times.
with open("trees/made-again", "rb") as file:
    data = file.read()
os.unlink("trees/made-again")
with open("trees/made-again", "wb") as file:
    file.write(data)
