/**
 * Runs under wine: a child that only computes, with what it shares with its parent. Prints a line for each thing that is as it
 * should be.
 */

import assert from "node:assert/strict";
import { dropPermissions } from "../../../src/filters/drop_permissions.ts";
import { closeBell, createBell, hear, ring } from "../../../src/host/cell/bell.ts";
import { borrow, lend } from "../../../src/host/cell/lend.ts";
import { createLock, lockIn, lockKind } from "../../../src/host/cell/lock.ts";
import { processUse } from "../../../src/host/cell/process_use.ts";
import { createShared, mapShared } from "../../../src/host/cell/shared_memory.ts";
import { close } from "../../../src/host/files.ts";
import { PollSet, rest } from "../../../src/host/wake.ts";

const SIZE = 300_000;
const CHILD = "child";
/** What the child does when it is rung, by the first byte of the memory. */
const Word = { ADD: 1, READ: 2, SPIN: 3 } as const;
const DEADLINE_MS = 60_000;

if (Deno.args[0] === CHILD) {
  runChild(JSON.parse(Deno.args[1]!));
  Deno.exit(0);
}

const memory = createShared("check", SIZE);
const bytes = mapShared(memory, SIZE)!.bytes;
const [wake, answered] = [createBell()!, createBell()!];
const lock = createLock()!;
assert.ok(memory > 0 && lock > 0);
assert.equal(lockKind(), "job");
const waits = new PollSet([answered.hears]);

let child = start();
isAnswered();
assert.equal(bytes[1], 0, "it borrows, locks itself in and gives up the runtime's permissions");
done("a child takes its parent's handles, is locked in, and says so");

[bytes[0], bytes[2], bytes[SIZE - 1]] = [Word.ADD, 40, 2];
ring(wake.rings);
isAnswered();
assert.equal(bytes[1], 42);
done("memory is shared, and each wakes the other");

bytes[0] = Word.READ;
ring(wake.rings);
isAnswered();
assert.equal(bytes[1], 1, "it reads no file any more");
done("the child reads no files");

bytes[0] = Word.SPIN;
ring(wake.rings);
const before = processUse(child.pid)!;
assert.ok(before.resident > 10 * 2 ** 20 && before.resident < 2 ** 30, `${before.resident}`);
const end = performance.now() + DEADLINE_MS;
while (processUse(child.pid)!.computedMs < before.computedMs + 200) {
  assert.ok(performance.now() < end, "it computes");
}
done("what it uses is told");

child.kill("SIGKILL");
await child.status;
assert.equal(processUse(0x7ffffff0), null);
bytes.fill(0);
child = start();
isAnswered();
assert.equal(bytes[1], 0);
done("another child takes the place of one that was killed");

bytes[0] = Word.SPIN;
ring(wake.rings);
close(lock);
const ended = await Promise.race([child.status, late()]);
assert.notEqual(ended, null, "it ends with its job");
done("a child that hangs ends with the last handle of its job");

const orphan = new Deno.Command(Deno.execPath(), {
  args: [CHILD, JSON.stringify({ lent: [memory], parent: 4 })],
}).outputSync();
assert.equal(orphan.code, 9);
done("handles are taken from the parent alone");
for (const bell of [wake, answered]) closeBell(bell);
close(memory);
Deno.exit(0);

function start(): Deno.ChildProcess {
  const lent = [memory, wake.hears, answered.rings, lock];
  const args = [CHILD, JSON.stringify({ lent, parent: Deno.pid })];
  return lend(lent, () => new Deno.Command(Deno.execPath(), { args, stdin: "null" }).spawn());
}

function isAnswered(): void {
  assert.equal(waits.wait(1, DEADLINE_MS), 1, "the child answers");
  rest(answered.hears);
}

function late(): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), DEADLINE_MS));
}

function runChild({ lent, parent }: { lent: number[]; parent: number }): void {
  const borrowed = borrow(lent, parent);
  if (borrowed === null) Deno.exit(9);
  const [memory, wake, answered, lock] = borrowed as [number, number, number, number];
  const bytes = mapShared(memory, SIZE)!.bytes;
  const open = lockIn(lock);
  if (open !== null) console.error(open);
  dropPermissions();
  bytes[1] = open === null ? 0 : 7;
  ring(answered);
  while (hear(wake)) {
    if (bytes[0] === Word.ADD) bytes[1] = bytes[2]! + bytes[SIZE - 1]!;
    if (bytes[0] === Word.READ) bytes[1] = isRefused() ? 1 : 0;
    while (bytes[0] === Word.SPIN) { /* for ever */ }
    ring(answered);
  }
}

function isRefused(): boolean {
  try {
    Deno.readTextFileSync(Deno.execPath());
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotCapable;
  }
}

function done(what: string): void {
  console.log(`ok ${what}`);
}
