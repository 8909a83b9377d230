/**
 * Programs that make their files durable, several at once, while checkpoints are made and servers die: each sync is
 * answered, without an error, and others are answered meanwhile.
 */

import assert from "node:assert/strict";
import { withProject } from "../support/mounted.ts";
import { run, until } from "../support/process.ts";

/** Arguments: directory, file at which it ends. Writers' files tell how far they are, 8 bytes a sync. */
const WORK = `
import ctypes, os, sys, threading, time
libc = ctypes.CDLL(None)
directory, end = sys.argv[1:]
errors = []

def until_end(once, least):
    try:
        n = 0
        while n < least or not os.path.exists(end):
            once(n)
            n += 1
    except Exception as error:
        errors.append(repr(error))

def writer(i):
    fd = os.open(f"{directory}/writer-{i}", os.O_RDWR | os.O_CREAT)
    def once(n):
        os.pwrite(fd, n.to_bytes(8, "little"), 8 * n)
        os.fsync(fd) if n % 2 else os.fdatasync(fd)
    until_end(once, 20)

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
threads.append(threading.Thread(target=until_end, args=(looker, 20)))
threads.append(threading.Thread(target=until_end, args=(whole, 2)))
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not errors, errors
for i in range(4):
    data = open(f"{directory}/writer-{i}", "rb").read()
    assert all(int.from_bytes(data[n * 8:n * 8 + 8], "little") == n for n in range(len(data) // 8)), i
`;

const WRITERS = [0, 1, 2, 3];

Deno.test("syncs of several programs are answered, whoever dies meanwhile", async () => {
  await withProject("mkdir work", async (m) => {
    const end = `${m.state}/end`;
    const work = run(["python3", "-c", WORK, m.path("work"), end]);
    const kills = 6;
    try {
      const synced = () =>
        Promise.all(
          WRITERS.map(async (i) =>
            (await Deno.stat(m.path(`work/writer-${i}`)).catch(() => ({ size: 0 }))).size / 8
          ),
        );
      for (let i = 0; i < kills; i++) {
        const before = await synced();
        await until(
          "every writer's syncs are answered",
          async () => (await synced()).every((n, writer) => n >= before[writer]! + 3),
        );
        await m.ctl("checkpoint", `${i}`);
        // A server that is killed may take a question while it dies.
        await m.killServer();
      }
    } finally {
      await Deno.writeTextFile(end, "");
    }
    const { code, stderr } = await work;
    assert.equal(code, 0, stderr);
    assert.equal((await m.status()).restarts, kills);
  }, { allowedLog: [/was killed by SIGKILL/] });
});
