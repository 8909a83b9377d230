"""Compares the mount with the project, directory by directory, for as long as the import runs.

    watch_import.py PROJECT STATE

Waits for the mount that appears in the state directory, and lets the import not end before there were a few. Prints how
many comparisons it made while the import ran, and how they differed.
"""

import glob
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from hold_opens import hold_opens  # noqa: E402
from manifest import manifest  # noqa: E402

DEADLINE = 170
COMPARISONS_AT_LEAST = 4
# Blocks are how a disk keeps a file; the number of names outside the project is not the mount's.
IGNORED = {"blocks", "nlink"}


def look(root, name):
    entries = manifest(os.path.join(root, name), inodes=True)
    return [
        {field: entry[field] for field in entry if field not in IGNORED}
        for entry in entries
        if entry["type"] != "socket"
    ]


def main(project, state):
    names = sorted(name for name in os.listdir(project) if os.path.isdir(f"{project}/{name}"))
    expected = {name: look(project, name) for name in names if name != "many"}
    # The quick ones first: much is to be seen before the import is over.
    expected = dict(sorted(expected.items(), key=lambda item: (item[0] == "contents", len(item[1]))))
    # Who imports stops there; nothing else looks into those.
    held = hold_opens(f"{project}/many")
    end = time.monotonic() + DEADLINE
    while not (found := glob.glob(f"{state}/workspaces/*/mount/.agentvfs/status")):
        assert time.monotonic() < end, "no mount appeared"
        time.sleep(0.001)
    mount = os.path.dirname(os.path.dirname(found[0]))
    comparisons = 0
    differences = []
    while not differences:
        for name, before in expected.items():
            after = look(mount, name)
            with open(found[0]) as status:
                running = json.load(status)["import"]["state"] == "running"
            if after != before:
                differences += [e for e in after if e not in before][:5]
                differences += [e for e in before if e not in after][:5]
            comparisons += running
        if not running:
            break
        if held is not None and comparisons >= COMPARISONS_AT_LEAST:
            os.close(held)
            held = None
        assert time.monotonic() < end, "the import did not end"
    print(json.dumps({"comparisons": comparisons, "differences": differences}))


main(*sys.argv[1:])
