import assert from "node:assert/strict";
import { RestartPolicy } from "./restart.ts";

/** Milliseconds. */
const SERVED = 1_500;
const SERVED_BRIEFLY = 300;
const FAILED_TO_START = null;

Deno.test("a server that served is replaced at once, however often", () => {
  const policy = new RestartPolicy();
  for (let i = 1; i <= 1000; i++) {
    assert.equal(policy.next(SERVED), 0);
    assert.equal(policy.count, i);
  }
});

Deno.test("servers that fail to start are replaced ever more slowly, with less in the end, then no more", () => {
  const policy = new RestartPolicy();
  policy.next(SERVED);
  const starts = Array.from({ length: 10 }, () => [policy.next(FAILED_TO_START), policy.withLess]);
  const all = [100, 200, 300].map((pause) => [pause, false]);
  const less = [400, 500, 600, 700, 800, null, null].map((pause) => [pause, true]);
  assert.deepEqual(starts, [...all, ...less]);
});

Deno.test("where no server ever served, it is given up soon", () => {
  const policy = new RestartPolicy();
  const pauses = Array.from({ length: 4 }, () => policy.next(FAILED_TO_START));
  assert.deepEqual(pauses, [100, 200, 300, null]);
});

Deno.test("a request that kills every server is given up in the end", () => {
  const policy = new RestartPolicy();
  for (let i = 1; i <= 100; i++) {
    assert.equal(policy.next(SERVED_BRIEFLY), 0);
    assert.equal(policy.withLess, i >= 60);
  }
  assert.equal(policy.next(SERVED_BRIEFLY), null);
});

Deno.test("a server that served makes up for failed starts", () => {
  const policy = new RestartPolicy();
  policy.next(SERVED);
  for (let i = 0; i < 7; i++) policy.next(FAILED_TO_START);
  assert.ok(policy.withLess);
  assert.equal(policy.next(SERVED), 0);
  assert.ok(!policy.withLess);
  assert.equal(policy.next(FAILED_TO_START), 100);
});
