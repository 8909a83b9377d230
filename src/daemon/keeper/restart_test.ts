import assert from "node:assert/strict";
import { RestartPolicy } from "./restart.ts";

const SERVED = { wasReady: true, livedMs: 1_500 };
const SERVED_BRIEFLY = { wasReady: true, livedMs: 300 };
const FAILED_TO_START = { wasReady: false, livedMs: 20 };

Deno.test("a server that served is replaced at once, however often", () => {
  const policy = new RestartPolicy();
  for (let i = 1; i <= 1000; i++) {
    assert.equal(policy.next(SERVED), 0);
    assert.equal(policy.count, i);
  }
});

Deno.test("servers that never served are replaced ever more slowly, then no more", () => {
  const policy = new RestartPolicy();
  const pauses = Array.from({ length: 10 }, () => policy.next(FAILED_TO_START));
  assert.deepEqual(pauses, [100, 200, 300, 400, 500, 600, 700, 800, null, null]);
});

Deno.test("a request that kills every server is given up in the end", () => {
  const policy = new RestartPolicy();
  for (let i = 0; i < 100; i++) assert.equal(policy.next(SERVED_BRIEFLY), 0);
  assert.equal(policy.next(SERVED_BRIEFLY), null);
});

Deno.test("a server that served makes up for failed starts", () => {
  const policy = new RestartPolicy();
  for (let i = 0; i < 7; i++) policy.next(FAILED_TO_START);
  assert.equal(policy.next(SERVED), 0);
  assert.equal(policy.next(FAILED_TO_START), 100);
});
