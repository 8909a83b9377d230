import assert from "node:assert/strict";
import { allowedCpus, processorOf, singleCpu, ThreadCpu } from "../../../ffi/linux/affinity.ts";
import { type CallerSystem, callerSystem, FollowCaller } from "./follow_caller.ts";

/** Threads on the CPUs that `where` tells, and everything that was done. */
class FakeSystem implements CallerSystem {
  readonly done: (number | null)[] = [];
  looks = 0;
  refuses = false;

  constructor(public where: (thread: number) => number) {}

  cpuOf(thread: number): number {
    this.looks++;
    return this.where(thread);
  }

  forget(): void {}

  stayOn(cpu: number | null): boolean {
    if (this.refuses && cpu !== null) return false;
    this.done.push(cpu);
    return true;
  }
}

function ask(follow: FollowCaller, thread: number, times: number): void {
  for (let i = 0; i < times; i++) follow.requested(thread);
}

Deno.test("a thread that asks for everything is followed", () => {
  const system = new FakeSystem(() => 3);
  const follow = new FollowCaller(system);
  ask(follow, 7, 30);
  assert.equal(follow.cpu, null);
  ask(follow, 7, 10);
  assert.equal(follow.cpu, 3);
  ask(follow, 7, 10_000);
  assert.deepEqual(system.done, [3]);
  assert.ok(system.looks < 200, `${system.looks} looks`);
});

Deno.test("where the caller is moved to, this thread goes", () => {
  const system = new FakeSystem(() => 0);
  const follow = new FollowCaller(system);
  ask(follow, 7, 100);
  system.where = () => 1;
  ask(follow, 7, 100);
  assert.deepEqual(system.done, [0, 1]);
});

Deno.test("one request of another thread changes nothing, many do", () => {
  const system = new FakeSystem(() => 2);
  const follow = new FollowCaller(system);
  ask(follow, 7, 200);
  ask(follow, 8, 1);
  ask(follow, 7, 20);
  assert.equal(follow.cpu, 2);
  ask(follow, 8, 20);
  assert.equal(follow.cpu, null);
  assert.deepEqual(system.done, [2, null]);
});

Deno.test("of threads that take turns none is followed", () => {
  const system = new FakeSystem((thread) => thread % 2);
  const follow = new FollowCaller(system);
  for (let i = 0; i < 1000; i++) ask(follow, 7 + i % 2, 4);
  assert.deepEqual(system.done, []);
});

Deno.test("requests of the kernel count for nothing", () => {
  const system = new FakeSystem(() => 1);
  const follow = new FollowCaller(system);
  for (let i = 0; i < 40; i++) {
    ask(follow, 7, 1);
    ask(follow, 0, 3);
  }
  assert.equal(follow.cpu, 1);
});

Deno.test("a caller that never stays is left alone", () => {
  let cpu = 0;
  const system = new FakeSystem(() => cpu++ % 4);
  const follow = new FollowCaller(system);
  ask(follow, 7, 10_000);
  assert.deepEqual(system.done, [0, 1, 2, 3, null]);
  assert.equal(follow.cpu, null);
});

Deno.test("a caller that cannot be seen, or whose CPU is not ours, is left alone", () => {
  const hidden = new FakeSystem(() => -1);
  ask(new FollowCaller(hidden), 7, 1000);
  assert.deepEqual([hidden.done, hidden.looks], [[], 1]);
  const foreign = new FakeSystem(() => 5);
  foreign.refuses = true;
  ask(new FollowCaller(foreign), 7, 1000);
  assert.deepEqual([foreign.done, foreign.looks], [[], 1]);
});

Deno.test("the CPU is found behind any name", () => {
  const fields = Array.from({ length: 52 }, (_, i) => String(i + 1));
  for (const name of ["(cat)", "(a b)", "(a) S 1 2)", "()"]) {
    fields[1] = name;
    fields[38] = "17";
    const line = new TextEncoder().encode(fields.join(" ") + "\n");
    assert.equal(processorOf(line, line.length), 17);
    assert.equal(processorOf(line, 20), -1);
  }
});

Deno.test("this thread stays where it is told to, and goes free again", () => {
  const all = allowedCpus()!;
  const first = Array.from({ length: 8 * all.length }, (_, cpu) => cpu)
    .find((cpu) => (all[cpu >> 3]! & 1 << (cpu & 7)) !== 0)!;
  const system = callerSystem(all);
  try {
    assert.ok(system.stayOn(first));
    assert.deepEqual(allowedCpus(), singleCpu(first));
    assert.ok(new ThreadCpu(Deno.pid).read() >= 0);
    assert.equal(system.stayOn(8000), false);
  } finally {
    assert.ok(system.stayOn(null));
  }
  assert.deepEqual(allowedCpus(), all);
});
