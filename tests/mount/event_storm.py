"""Makes many changes in the current directory as fast as it can, and says how long they took.

    event_storm.py CHANGES

Prints the median and the 99th percentile of a change in microseconds, and all of them in seconds.
"""

import os
import sys
import time

changes = int(sys.argv[1])
times = []
now = time.perf_counter_ns
begun = now()
for i in range(changes // 2):
    name = f"f{i % 97}-{i}"
    before = now()
    os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    middle = now()
    os.unlink(name)
    times.append(middle - before)
    times.append(now() - middle)
took = (now() - begun) / 1e9
times.sort()
print(times[len(times) // 2] / 1e3, times[len(times) * 99 // 100] / 1e3, took)
