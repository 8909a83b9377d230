import assert from "node:assert/strict";
import { Linger } from "./linger.ts";

/** How long it looks, in steps of a microsecond, when nothing comes from `at` on. */
function looks(linger: Linger, at: number): number {
  let steps = 0;
  while (linger.nothing(at + steps / 1000)) steps++;
  return steps;
}

Deno.test("the thread looks for a moment before it sleeps", () => {
  const linger = new Linger();
  assert.ok(!linger.isWaiting);
  assert.ok(Math.abs(looks(linger, 5) - 100) <= 1);
  assert.ok(linger.isWaiting);
});

Deno.test("a program that asks rarely soon costs no time, one that asks at once does again", () => {
  const linger = new Linger();
  let now = 0;
  const moments: number[] = [];
  for (let i = 0; i < 8; i++) {
    moments.push(looks(linger, now));
    now += 20;
    linger.came(now);
  }
  assert.deepEqual(moments.map((moment) => Math.round(moment / 10)), [10, 5, 3, 1, 1, 0, 0, 0]);
  assert.equal(looks(linger, now), 0);
  linger.came(now + 0.2);
  assert.ok(looks(linger, now + 1) >= 99);
});
