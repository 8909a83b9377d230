/** Runs under wine: files as memory, and waking threads. Prints a line for each thing that is as it should be. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { failureCode } from "../../../src/host/failure.ts";
import * as files from "../../../src/host/files.ts";
import { mapFile, MAPPING_ALIGNMENT } from "../../../src/host/mapping.ts";
import { createWake, POLLIN, PollSet, rest, wake } from "../../../src/host/wake.ts";

/** In a child: writes to the file through memory, and ends without unmapping. */
const WRITE = "write-mapped";
const SIZE = 2 * MAPPING_ALIGNMENT;

if (Deno.args[0] === WRITE) {
  const { bytes } = mapFile(openFile(Deno.args[1]!), MAPPING_ALIGNMENT, MAPPING_ALIGNMENT)!;
  bytes.set([7, 8, 9], 5);
  Deno.kill(Deno.pid, "SIGKILL");
  await new Promise(() => {});
}
if (Deno.args.length === 0) await main();

async function main(): Promise<void> {
  const directory = Deno.makeTempDirSync();
  const path = join(directory, "mapped");
  const handle = openFile(path);
  assert.ok(files.ftruncate(handle, SIZE) === 0);
  assert.equal(mapFile(handle, 0, 2 * SIZE), null);
  const mapping = mapFile(handle, MAPPING_ALIGNMENT, MAPPING_ALIGNMENT)!;
  const again = mapFile(handle, 0, SIZE)!;
  mapping.bytes[0] = 42;
  assert.equal(again.bytes[MAPPING_ALIGNMENT], 42);
  const read = new Uint8Array(1);
  files.pread(handle, read, MAPPING_ALIGNMENT);
  assert.equal(read[0], 42);
  files.pwrite(handle, new Uint8Array([43]), MAPPING_ALIGNMENT);
  assert.equal(mapping.bytes[0], 43);
  done("what is written to a file as memory is in the file, and the other way round");

  const { success } = await new Deno.Command(Deno.execPath(), { args: [WRITE, path] }).output();
  assert.ok(!success);
  assert.deepEqual([...mapping.bytes.subarray(5, 8)], [7, 8, 9]);
  mapping.unmap();
  again.unmap();
  assert.equal(files.ftruncate(handle, 10), 0);
  done("memory is shared by processes, and outlives the one that wrote it");
  files.close(handle);
  Deno.removeSync(directory, { recursive: true });

  const [a, b] = [createWake(), createWake()];
  assert.ok(a > 0 && b > 0);
  const set = new PollSet([a, -1, b]);
  assert.equal(set.wait(3, 0), 0);
  assert.equal(set.wait(3, 20), 0);
  wake(b);
  assert.equal(set.wait(2, 0), 0);
  assert.equal(set.wait(3, -1), 1);
  assert.deepEqual([set.events(0), set.events(2)], [0, POLLIN]);
  wake(a);
  assert.equal(set.wait(3, -1), 2);
  rest(b);
  assert.equal(set.wait(3, -1), 1);
  assert.deepEqual([set.events(0), set.events(2)], [POLLIN, 0]);
  rest(a);
  assert.equal(set.wait(3, 0), 0);
  assert.equal(new PollSet([]).wait(0, 1), 0);
  done("wakes are waited for, alone and together, and rest");

  const [asked, answered] = [createWake(), createWake()];
  const worker = new Worker(new URL("./wake_worker.ts", import.meta.url), { type: "module" });
  const ended = new Promise((resolve) => worker.onmessage = resolve);
  worker.postMessage({ asked, answered });
  const answers = new PollSet([answered]);
  for (let i = 0; i < 100; i++) {
    wake(asked);
    assert.equal(answers.wait(1, 60_000), 1);
    rest(answered);
  }
  await ended;
  worker.terminate();
  done("a thread that blocks is woken, and wakes another");
  Deno.exit(0);
}

function openFile(path: string): number {
  const handle = files.open(
    cString(binaryString(path)),
    files.O_RDWR | files.O_CREAT,
    0o600,
  );
  assert.ok(handle >= 0, failureCode(handle));
  return handle;
}

function done(what: string): void {
  console.log(`ok ${what}`);
}
