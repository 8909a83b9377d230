"""Everything a program does with a file, done to one of `.agentvfs`: prints what went wrong, if anything.

Usage: virtual_files.py FILE COPY, where COPY is in the same mount and may be written to.
"""

import fcntl
import json
import mmap
import os
import shutil
import subprocess
import sys

path, copy = sys.argv[1:]
wrong = []


def attempt(what, action):
    try:
        return action()
    except Exception as error:
        wrong.append(f"{what}: {error!r}")


def output(*command):
    return subprocess.run(command, capture_output=True, check=True).stdout


def text_of(data):
    """As what is told changes from one look to the next, only its kind is compared."""
    return json.loads(data)["mount"]


def read_mapped():
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as memory:
        return memory[:]


def read_slowly():
    fd = os.open(path, os.O_RDONLY)
    data = b""
    while byte := os.read(fd, 7):
        data += byte
    assert os.fstat(fd).st_size == len(data), (os.fstat(fd).st_size, len(data))
    assert os.lseek(fd, 0, os.SEEK_DATA) == 0
    assert os.lseek(fd, 0, os.SEEK_HOLE) == len(data)
    assert os.lseek(fd, 0, os.SEEK_END) == len(data)
    os.close(fd)
    return data


# The first that a mount is asked, by any program, must not differ from what comes later.
attempt("stat with birth time", lambda: output("stat", path))
attempt("stat -f", lambda: output("stat", "-f", path))
attempt("statvfs", lambda: os.statvfs(path))
number = attempt("the same file", lambda: os.stat(path).st_ino)
fd = os.open(path, os.O_RDONLY)
if os.fstat(fd).st_ino != number or os.stat(path).st_ino != number:
    wrong.append("another inode number at each look")
attempt("isatty", lambda: os.isatty(fd))
try:
    fcntl.ioctl(fd, 0x5401, b"\0" * 64)  # TCGETS
except OSError as error:
    if error.errno != 25:  # ENOTTY
        wrong.append(f"TCGETS: {error!r}")
attempt("flock", lambda: fcntl.flock(fd, fcntl.LOCK_SH))
attempt("fsync", lambda: os.fsync(fd))
attempt("utime by touch", lambda: output("touch", path))
os.close(fd)

expected = attempt("read", lambda: text_of(open(path).read()))
readers = {
    "cat": lambda: output("cat", path),
    "cp": lambda: (output("cp", path, copy), open(copy, "rb").read())[1],
    "cp -a": lambda: (output("cp", "-a", path, copy), open(copy, "rb").read())[1],
    "cp again": lambda: (output("cp", "-f", path, copy), open(copy, "rb").read())[1],
    "cat into a file": lambda: (output("sh", "-c", f"cat {path} >{copy}"), open(copy, "rb").read())[1],
    "dd": lambda: output("dd", f"if={path}", "bs=100", "status=none"),
    "tail": lambda: output("tail", "-c", "+1", path),
    "tail -n": lambda: output("tail", "-n", "10000", path),
    "head": lambda: output("head", "-n", "10000", path),
    "tac": lambda: b"\n".join(reversed(output("tac", path).strip(b"\n").split(b"\n"))),
    "grep": lambda: output("grep", "", path),
    "sed": lambda: output("sed", "", path),
    "mmap": read_mapped,
    "small reads": read_slowly,
    "shutil": lambda: (shutil.copy(path, copy), open(copy, "rb").read())[1],
    "copy2": lambda: (shutil.copy2(path, copy), open(copy, "rb").read())[1],
    "sendfile": lambda: (shutil.copyfile(path, copy), open(copy, "rb").read())[1],
}
for program, script in {
    "node": "process.stdout.write(require('fs').readFileSync(process.argv[1]))",
}.items():
    if shutil.which(program):
        readers[program] = lambda program=program, script=script: output(program, "-e", script, path)
if shutil.which("rg"):
    readers["rg"] = lambda: output("rg", "-N", "", path)
    readers["rg --mmap"] = lambda: output("rg", "-N", "--mmap", "", path)
for name, reader in readers.items():
    got = attempt(name, lambda: text_of(reader()))
    if got != expected:
        wrong.append(f"{name}: {got!r} instead of {expected!r}")
    # cp -a and copy2 make the copy read-only, too.
    if os.path.exists(copy):
        os.unlink(copy)
if attempt("wc", lambda: int(output("wc", "-c", path).split()[0])) == 0:
    wrong.append("wc: nothing there")
print("\n".join(wrong))
