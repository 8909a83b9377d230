import assert from "node:assert/strict";
import { EventQueue } from "./event_queue.ts";

type Event = { n: number } | { lost: number };

function queue(most: number, onClose: () => void = () => {}): EventQueue<Event> {
  return new EventQueue<Event>(most, (lost) => ({ lost }), onClose);
}

Deno.test("events come in order, and a reader waits for the next", async () => {
  const events = queue(3);
  events.push({ n: 1 });
  events.push({ n: 2 });
  assert.deepEqual([await events.next(), await events.next()], [{ n: 1 }, { n: 2 }]);
  const next = events.next();
  events.push({ n: 3 });
  assert.deepEqual(await next, { n: 3 });
});

Deno.test("what has no room is counted where it is missing", async () => {
  const events = queue(2);
  for (const n of [1, 2, 3, 4]) events.push({ n });
  assert.deepEqual(await events.next(), { n: 1 });
  // There is room again, but not before the gap was told.
  events.push({ n: 5 });
  assert.deepEqual([await events.next(), await events.next()], [{ n: 2 }, { lost: 3 }]);
  events.push({ n: 6 });
  assert.deepEqual(await events.next(), { n: 6 });
});

Deno.test("a queue that is closed ends for who waits, keeps nothing and says so once", async () => {
  let closed = 0;
  const events = queue(2, () => closed++);
  const next = events.next();
  events.close();
  assert.equal(await next, null);
  events.push({ n: 1 });
  events.close();
  assert.deepEqual([await events.next(), closed], [null, 1]);
});
