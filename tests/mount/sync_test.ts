/**
 * Programs that make their files durable, several at once, while checkpoints are made and servers die: each sync is
 * answered, without an error, and others are answered meanwhile.
 */

import assert from "node:assert/strict";
import { withProject } from "../support/mounted.ts";
import { run } from "../support/process.ts";

/** Arguments: directory, seconds. Prints how many syncs and looks there were, as JSON. */
const WORK = `
import ctypes, json, os, sys, threading, time
libc = ctypes.CDLL(None)
directory, seconds = sys.argv[1], float(sys.argv[2])
end, counts, errors = time.monotonic() + seconds, {"fsync": 0, "syncfs": 0, "look": 0}, []

def until_end(what, once):
    try:
        n = 0
        while time.monotonic() < end:
            once(n)
            n += 1
        counts[what] += n
    except Exception as error:
        errors.append(repr(error))

def writer(i):
    fd = os.open(f"{directory}/writer-{i}", os.O_RDWR | os.O_CREAT)
    def once(n):
        os.pwrite(fd, n.to_bytes(8, "little"), 8 * n)
        os.fsync(fd) if n % 2 else os.fdatasync(fd)
    until_end("fsync", once)

def looker(n):
    assert not os.path.exists(f"{directory}/missing-{n}")
    time.sleep(0.001)

def whole(n):
    fd = os.open(directory, os.O_RDONLY)
    assert libc.syncfs(fd) == 0
    os.fsync(fd)
    os.close(fd)
    time.sleep(0.05)

threads = [threading.Thread(target=writer, args=(i,)) for i in range(4)]
threads.append(threading.Thread(target=until_end, args=("look", looker)))
threads.append(threading.Thread(target=until_end, args=("syncfs", whole)))
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not errors, errors
for i in range(4):
    data = open(f"{directory}/writer-{i}", "rb").read()
    assert all(int.from_bytes(data[n * 8:n * 8 + 8], "little") == n for n in range(len(data) // 8)), i
print(json.dumps(counts))
`;

Deno.test("syncs of several programs are answered, whoever dies meanwhile", async () => {
  await withProject("mkdir work", async (m) => {
    const seconds = 5;
    const work = run(["python3", "-c", WORK, m.path("work"), String(seconds)]);
    const end = performance.now() + (seconds - 1) * 1000;
    let killed = 0;
    while (performance.now() < end) {
      await m.ctl("checkpoint", `${killed}`);
      if (killed === 2) continue;
      // A server that is killed may take a question while it dies.
      await m.killServer();
      killed++;
    }
    const { code, stdout, stderr } = await work;
    assert.equal(code, 0, stderr);
    const counts = JSON.parse(stdout);
    assert.ok(counts.fsync > 20 && counts.syncfs > 1 && counts.look > 20, stdout);
    assert.equal((await m.status()).restarts, killed);
  }, { allowedLog: [/was killed by SIGKILL/] });
});
