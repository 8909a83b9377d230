"""Looks at a project that is switched between two states, in one way, until its standard input ends.

Argument: the way (a function below). Prints "enough" when it has seen each state a number of times, and at the end one line
for each time it looked: when it began and ended (nanoseconds of the real-time clock) and which state it saw, A or B, or
"between"; anything else is what was wrong with it. See stale_read_test.ts for what the states are.
"""

import errno
import mmap
import os
import select
import sys
import time

LENGTHS = {40960: "A", 45056: "B"}
FILES = ["f0", "d/f1", "d/e/f2"]


def judge(data):
    """The state that a whole file's bytes are of."""
    state = LENGTHS.get(len(data))
    if state is None:
        return f"{len(data)}-bytes"
    return state if data == state.encode() * len(data) else "mixed"


def by_path():
    for name in FILES:
        with open(name, "rb", buffering=0) as file:
            yield judge(file.read(1 << 20))


def by_size():
    for name in FILES:
        yield LENGTHS.get(os.stat(name).st_size, "size")


def by_name():
    """A name that only B has, which the kernel remembers to be missing, and one that only A has."""
    yield "B" if os.path.exists("d/only-b") else "A"
    yield "A" if os.path.exists("d/only-a") else "B"


def by_listing():
    """A listing is several calls: one that goes on while names change may have some of both."""
    names = [name for name in os.listdir("d") if name.startswith("only-")]
    yield {"only-a": "A", "only-b": "B"}.get(" ".join(names), "between")


def by_link():
    yield os.readlink("d/link")[-1]


held = {}


def is_current(fd, name):
    """Whether what is open is what has the name."""
    return os.path.samestat(os.fstat(fd), os.stat(name))


def by_handle():
    """A file that stays open: it never becomes another one, and is given up when another one has its name."""
    for name in FILES:
        if name not in held:
            held[name] = [os.open(name, os.O_RDONLY), None]
        fd, first = held[name]
        data = b""
        while part := os.pread(fd, 1 << 20, len(data)):
            data += part
        state = judge(data)
        held[name][1] = first or state
        if state != held[name][1]:
            yield f"{first}-became-{state}"
        elif is_current(fd, name):
            yield state
        else:
            os.close(held.pop(name)[0])


def by_directory_handle():
    if "d" not in held:
        held["d"] = os.open("d", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fd = os.open("f1", os.O_RDONLY, dir_fd=held["d"])
        try:
            yield LENGTHS.get(os.fstat(fd).st_size, "size")
        finally:
            os.close(fd)
    except OSError as error:
        if error.errno != errno.ESTALE:
            raise
        os.close(held.pop("d"))


def by_mapping():
    """As by_handle, a page at a time."""
    if "f0" not in held:
        fd = os.open("f0", os.O_RDONLY)
        held["f0"] = (fd, mmap.mmap(fd, 0, prot=mmap.PROT_READ))
    fd, pages = held["f0"]
    for at in range(0, len(pages), 4096):
        state = chr(pages[at])
        if is_current(fd, "f0"):
            yield state
        else:
            # Pages that nobody has looked at before are those of the old file, too.
            if judge(pages[:]) != LENGTHS[len(pages)]:
                yield "mixed"
            pages.close()
            os.close(held.pop("f0")[0])
            return


def ended():
    return bool(select.select([sys.stdin], [], [], 0)[0])


def look(way, tell):
    while not ended():
        begin = time.time_ns()
        try:
            for state in way():
                end = time.time_ns()
                tell(begin, end, state)
                begin = time.time_ns()
        except OSError as error:
            # A path that was looked up a moment before the file was replaced; the next look finds the new one.
            if error.errno != errno.ESTALE:
                tell(begin, time.time_ns(), errno.errorcode[error.errno])
        time.sleep(0.0005)


WAYS = [
    by_path,
    by_size,
    by_name,
    by_listing,
    by_link,
    by_handle,
    by_directory_handle,
    by_mapping,
]


ENOUGH = 10


def main():
    lines = []
    missing = {"A": ENOUGH, "B": ENOUGH}

    def tell(begin, end, state):
        lines.append((begin, end, state))
        if state in missing:
            missing[state] -= 1
            if missing[state] == 0:
                del missing[state]
                if not missing:
                    print("enough", flush=True)

    name = sys.argv[1]
    look(next(way for way in WAYS if way.__name__ == name), tell)
    sys.stdout.write("".join(f"{begin} {end} {state}\n" for begin, end, state in lines))


main()
