"""Types into a program on a terminal of its own and prints what it said.

Arguments: a JSON list of steps and the command. A step is [what to wait for, what to type]. Fails if something that is
waited for does not come in time, or if it does not end.
"""

import json
import os
import pty
import select
import sys
import time

# Where ten others keep the machine busy everything takes ten times as long.
DEADLINE_S = 170

steps, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
said = ""
at = 0


def more(deadline):
    global said
    ready, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
    if not ready:
        return False
    try:
        data = os.read(terminal, 65536)
    except OSError:  # EIO: nobody has the terminal any more
        return False
    said += data.decode(errors="replace")
    return len(data) > 0


for wanted, typed in steps:
    deadline = time.monotonic() + DEADLINE_S
    while wanted not in said[at:]:
        if not more(deadline):
            os.kill(pid, 9)
            sys.exit(f"{wanted!r} did not come:\n{said}")
    at = said.index(wanted, at) + len(wanted)
    os.write(terminal, typed.encode())
deadline = time.monotonic() + DEADLINE_S
while more(deadline):
    pass
if time.monotonic() > deadline:
    os.kill(pid, 9)
    sys.exit(f"it did not end:\n{said}")
_, status = os.waitpid(pid, 0)
print(json.dumps({"code": os.waitstatus_to_exitcode(status), "said": said}))
