"""An agent at work in the current directory until standard input ends: edits, renames, builds and commits.

Every byte it writes carries its name, and it keeps a model of its tree. It fails when it reads or lists anything
that is not as it left it. Prints how many operations it checked.
"""

import os
import random
import select
import subprocess
import sys

name, seed = sys.argv[1], int(sys.argv[2])
rng = random.Random(seed)
model = {}
done = 0


def content(version):
    return f"{name} {version}\n" * rng.randrange(1, 40)


def check(condition, what):
    if not condition:
        sys.exit(f"{name}: {what} after {done} operations")


def read(path):
    with open(path) as file:
        return file.read()


def write():
    path = f"work/d{rng.randrange(6)}/f{rng.randrange(12)}"
    text = content(done)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w" if rng.random() < 0.7 else "a") as file:
        before = "" if file.tell() == 0 else model.get(path, "")
        file.write(text)
    model[path] = before + text


def look():
    if not model:
        return
    path = rng.choice(list(model))
    check(read(path) == model[path], f"{path} is not what was written")


def look_for_others():
    path = f"work/d{rng.randrange(6)}/f{rng.randrange(12)}"
    check(os.path.exists(path) == (path in model), f"{path} should {'' if path in model else 'not '}be there")


def listing():
    directory = f"work/d{rng.randrange(6)}"
    if not os.path.isdir(directory):
        return
    names = {path.rsplit("/", 1)[1] for path in model if path.startswith(directory + "/")}
    check(set(os.listdir(directory)) == names, f"{directory} lists something else")


def remove():
    if model:
        path = rng.choice(list(model))
        os.remove(path)
        del model[path]


def move():
    if model:
        path = rng.choice(list(model))
        target = f"work/d{rng.randrange(6)}/f{rng.randrange(12)}"
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.rename(path, target)
        model[target] = model.pop(path)


def move_directory():
    source, target = [f"work/d{n}" for n in rng.sample(range(6), 2)]
    if not os.path.isdir(source) or os.path.exists(target):
        return
    os.rename(source, target)
    for path in [path for path in model if path.startswith(source + "/")]:
        model[target + path[len(source):]] = model.pop(path)


def remove_directory():
    directory = f"work/d{rng.randrange(6)}"
    if not os.path.isdir(directory):
        return
    for path in [path for path in model if path.startswith(directory + "/")]:
        os.remove(path)
        del model[path]
    os.rmdir(directory)
    check(not os.path.exists(directory), f"{directory} is still there")


def everything():
    found = {}
    for directory, _, names in os.walk("work"):
        for entry in names:
            path = os.path.join(directory, entry)
            found[path] = read(path)
    check(found == model, "the tree is not what was left")


def commit():
    git = ["git", "-c", "user.email=a@b", "-c", f"user.name={name}", "-c", "gc.auto=0"]
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", name], check=True)
    log = subprocess.run(["git", "log", "--format=%an"], check=True, capture_output=True, text=True)
    check(set(log.stdout.split()) <= {name, "initial"}, f"somebody else's commits: {log.stdout}")


def build():
    with open("Makefile", "w") as file:
        file.write(f"all: out\nout: input\n\tcp input out && echo {name} >>out\n")
    with open("input", "w") as file:
        file.write(content(done))
    os.utime("input")
    if os.path.exists("out"):
        os.remove("out")
    subprocess.run(["make", "-s"], check=True)
    check(read("out") == read("input") + name + "\n", "the build is somebody else's")


OFTEN = [look] * 30 + [look_for_others] * 40 + [listing] * 8 + [write] * 12 + [remove] * 2 + [move] * 3
OFTEN += [move_directory, remove_directory]
ended = False
while not ended:
    for _ in range(400):
        rng.choice(OFTEN)()
        done += 1
    rng.choice([everything, everything, build, commit])()
    ended = bool(select.select([sys.stdin], [], [], 0)[0])
everything()
print(done)
