"""Listens on Unix sockets, as services do: a question is the list of addresses, abstract ones with @ at the start.

The script, run with addresses as arguments, tells which of them can be connected to.
"""

import json
import socket
import sys


def address(name):
    return "\0" + name[1:] if name.startswith("@") else name


def reaches(name):
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(address(name))
            return True
        except OSError:
            return False


if len(sys.argv) > 1:
    print(*[name for name in sys.argv[1:] if reaches(name)], sep="\n")
    sys.exit()
held = []
for line in sys.stdin:
    names = json.loads(line)
    for name in names:
        server = socket.socket(socket.AF_UNIX)
        server.bind(address(name))
        server.listen()
        held.append(server)
    print(json.dumps(len(names)), flush=True)
