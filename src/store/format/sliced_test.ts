import assert from "node:assert/strict";
import { type Progress, runInSlices, type Work } from "./sliced.ts";

const PROGRESS: Progress = { phase: "test", done: 0, total: 0, unit: "objects" };

/** Goes on until `isDone`, and is given up after many steps. */
function* until(isDone: () => boolean): Work<boolean> {
  for (let steps = 0; steps < 1e6; steps++) {
    if (isDone()) return true;
    yield PROGRESS;
  }
  return false;
}

Deno.test("between two slices messages, timers and files get their turn", async () => {
  let [messages, timers, reads] = [0, 0, 0];
  const { port1, port2 } = new MessageChannel();
  port2.onmessage = () => {
    messages++;
    port1.postMessage(null);
  };
  port1.postMessage(null);
  const timer = setInterval(() => timers++, 1);
  const work = runInSlices(until(() => messages > 20 && timers > 20 && reads > 20), { sliceMs: 0 });
  const reading = (async () => {
    while (reads <= 20) {
      await Deno.readTextFile(new URL(import.meta.url));
      reads++;
    }
  })();
  const isDone = await work;
  clearInterval(timer);
  port1.close();
  port2.close();
  assert.ok(isDone, JSON.stringify({ messages, timers, reads }));
  await reading;
});
