#!/usr/bin/env python3
"""Changes a directory at random, as far as git cares: change_at_random.py SEED. Run where the directory is."""

import os
import random
import shutil
import subprocess
import sys

NAMES = ["a", "b", "c.txt", "d.log", "e.up", "g", "h i", "sub", 'x"y', "k\n"]
RULES = ["*.log", "b", "/a", "sub/g", "!d.log", "**/c.txt", "g/", "h i"]
CONTENTS = [b"line\r\n", b"line\n", b"\x00\xff", b"end"]

rnd = random.Random(int(sys.argv[1]))


def path():
    return "/".join(rnd.choice(NAMES) for _ in range(rnd.randint(1, 3)))


def room(name):
    """Makes the directories that the name is in."""
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)


def remove(name):
    if os.path.isdir(name) and not os.path.islink(name):
        shutil.rmtree(name)
    elif os.path.lexists(name):
        os.unlink(name)


def is_file(name):
    return os.path.isfile(name) and not os.path.islink(name)


def write(name):
    room(name)
    if os.path.islink(name):
        os.unlink(name)
    with open(name, "wb") as file:
        file.write(rnd.choice(CONTENTS) * rnd.randint(0, 5) + str(rnd.random()).encode())


def move(name):
    other = path()
    if os.path.lexists(name) and not other.startswith(name + "/"):
        room(other)
        remove(other)
        os.rename(name, other)


def symlink(name):
    room(name)
    if not os.path.lexists(name):
        os.symlink(rnd.choice(["a", "nowhere", "sub"]), name)


def mode(name):
    if is_file(name):
        os.chmod(name, rnd.choice([0o644, 0o755, 0o600, 0o700]))


def link(name):
    other = path()
    if is_file(name):
        room(other)
        if not os.path.lexists(other):
            os.link(name, other)


def rules(_):
    directory = rnd.choice(["", "sub/", "a/", "b/"])
    if directory == "" or os.path.isdir(directory):
        with open(directory + ".gitignore", "w") as file:
            file.writelines(line + "\n" for line in rnd.sample(RULES, rnd.randint(0, 3)))


def no_rules(_):
    remove(rnd.choice(["", "sub/", "a/"]) + ".gitignore")


def repository(name):
    if os.path.isdir(name) and not os.path.islink(name) and is_file(name + "/a"):
        if not os.path.exists(name + "/.git"):
            for command in ["init -q .", "add a", "commit -qm inner"]:
                subprocess.run(["git", *command.split()], cwd=name, check=True)


ACTIONS = [write] * 7 + [remove, remove, move, move, symlink, mode, mode, link, rules, rules]
for _ in range(rnd.randint(3, 25)):
    try:
        rnd.choice([*ACTIONS, no_rules, repository])(path())
    except OSError:
        pass  # A file is where a directory would have to be, or the other way round.
