import assert from "node:assert/strict";
import { RestartPolicy } from "./restart.ts";

Deno.test("a server that lived for a while is replaced at once, however often", () => {
  const policy = new RestartPolicy();
  for (let i = 1; i <= 100; i++) {
    assert.equal(policy.next(1_500), 0);
    assert.equal(policy.count, i);
  }
});

Deno.test("servers that die young are replaced ever more slowly, then no more", () => {
  const policy = new RestartPolicy();
  const pauses = Array.from({ length: 10 }, () => policy.next(20));
  assert.deepEqual(pauses, [100, 200, 300, 400, 500, 600, 700, 800, null, null]);
});

Deno.test("a long life makes up for short ones", () => {
  const policy = new RestartPolicy();
  for (let i = 0; i < 7; i++) policy.next(20);
  assert.equal(policy.next(5_000), 0);
  assert.equal(policy.next(20), 100);
});
