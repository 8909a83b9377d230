/**
 * Processes that were killed and that the kernel has not let go of. They are imitated by one whose first thread has
 * ended while another goes on: it looks the same from outside.
 */

import assert from "node:assert/strict";
import { endOf } from "../../src/daemon/keeper/server_end.ts";
import { loadHasher } from "../../src/store/format/hash.ts";
import { isOver } from "../../src/host/linux/processes.ts";
import { StoreError } from "../../src/store/format/store_error.ts";
import { lockStore } from "../../src/store/files/store_lock.ts";
import { StoreWriter } from "../../src/store/store_writer.ts";
import { close } from "../../ffi/linux/open.ts";
import { until } from "../support/process.ts";
import { PYTHON } from "../support/python.ts";
import { withTemporary } from "../support/temporary.ts";

/** Locks the file that is named, if one is, and says so; ends its first thread when it is told to. */
const SCRIPT = `
import ctypes, fcntl, os, sys, threading, time
if len(sys.argv) > 1:
    lock = open(sys.argv[1], "r+")
    fcntl.flock(lock, fcntl.LOCK_EX)
    lock.truncate()
    lock.write(f"{os.getpid()}\\n")
    lock.flush()
threading.Thread(target=time.sleep, args=(60,)).start()
print("ready", flush=True)
sys.stdin.readline()
ctypes.CDLL(None).pthread_exit(None)
`;

async function withProcess(
  args: string[],
  body: (child: Deno.ChildProcess, end: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const child = new Deno.Command(PYTHON, {
    args: ["-c", SCRIPT, ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  try {
    assert.match(new TextDecoder().decode((await reader.read()).value), /^ready/);
    await body(child, async () => {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode("end\n"));
      await until("the first thread ends", () => isOver(child.pid));
      writer.releaseLock();
    });
  } finally {
    child.kill("SIGKILL");
    await child.stdin.close().catch(() => {});
    await reader.cancel();
    await child.status;
  }
}

Deno.test("a process is at its end before it is gone", () =>
  withProcess([], async (child, end) => {
    assert.ok(!isOver(child.pid));
    const ended = endOf(child);
    await end();
    assert.deepEqual(await ended, { code: 1, signal: "" });
  }));

Deno.test("a process that ends by itself is reported as it ended", async () => {
  const child = new Deno.Command("sh", { args: ["-c", "exit 7"] }).spawn();
  assert.deepEqual((({ code, signal }) => ({ code, signal }))(await endOf(child)), {
    code: 7,
    signal: null,
  });
});

Deno.test("the lock of a process that can do nothing any more does not count", () =>
  withTemporary(async (directory) => {
    const store = `${directory}/store`;
    StoreWriter.create(store, await loadHasher()).close();
    await withProcess([`${store}/lock`], async (child, end) => {
      const isLocked = (error: unknown) =>
        error instanceof StoreError && error.code === "locked" &&
        error.message.includes(`process ${child.pid}`);
      assert.throws(() => lockStore(store), isLocked);
      await end();
      const lock = lockStore(store);
      assert.throws(() => lockStore(store), StoreError);
      close(lock);
      StoreWriter.open(store, await loadHasher()).close();
    });
  }));
