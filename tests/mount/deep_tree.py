"""Works in a chain of directories that is deeper than any path may be long.

    deep_tree.py make N      makes directories d in each other, N of them, below the working directory
    deep_tree.py write TEXT  writes the file f in the deepest one
    deep_tree.py read        prints how deep it goes and what is in f
"""

import os
import sys


def down() -> int:
    """Goes as deep as it goes."""
    depth = 0
    while True:
        try:
            os.chdir("d")
        except FileNotFoundError:
            return depth
        depth += 1


match sys.argv[1:]:
    case ["make", count]:
        for _ in range(int(count)):
            os.mkdir("d")
            os.chdir("d")
    case ["write", text]:
        down()
        with open("f", "w") as file:
            file.write(text)
    case ["read"]:
        depth = down()
        print(depth, open("f").read() if os.path.exists("f") else None)
    case _:
        sys.exit(__doc__)
