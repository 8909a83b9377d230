"""Works in a directory until it is told to end and checks that everything it did is there.

Usage: restart_work.py DIRECTORY END. It ends when there is a file END. The size of `kept` tells how far it is, 8 bytes a
round. Prints the number of rounds; exits 1 at the first wrong answer.
"""

import os
import sys

os.chdir(sys.argv[1])
orphan = os.open("orphan", os.O_RDWR | os.O_CREAT)
os.write(orphan, b"unlinked but open")
os.unlink("orphan")
kept = os.open("kept", os.O_RDWR | os.O_CREAT)
rounds = 0
while not os.path.exists(sys.argv[2]):
    name = f"round{rounds}"
    os.mkdir(name)
    with open(f"{name}/a", "w") as file:
        file.write(str(rounds))
    os.rename(f"{name}/a", f"{name}/b")
    os.link(f"{name}/b", f"{name}/c")
    os.symlink("b", f"{name}/s")
    with open(f"{name}/s") as file:
        assert file.read() == str(rounds)
    os.unlink(f"{name}/c")
    assert sorted(os.listdir(name)) == ["b", "s"]
    os.write(kept, b"%8d" % rounds)
    if rounds >= 10:
        old = f"round{rounds - 10}"
        os.unlink(f"{old}/b")
        os.unlink(f"{old}/s")
        os.rmdir(old)
    rounds += 1
assert os.pread(orphan, 100, 0) == b"unlinked but open"
assert os.fstat(orphan).st_nlink == 0
assert os.pread(kept, 8 * rounds, 0) == b"".join(b"%8d" % i for i in range(rounds))
print(rounds)
