import assert from "node:assert/strict";
import { WriteTurns } from "./write_turns.ts";

const moment = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function turns(): { turns: WriteTurns; done: string[] } {
  const done: string[] = [];
  const options = {
    tidy: () => void done.push("tidy"),
    tidyAfterMs: 0,
    complain: (error: unknown) => void done.push(`complained: ${error}`),
  };
  return { turns: new WriteTurns(options), done };
}

/** A job that takes a while: timers that are due before its end have their turn. */
function slow(done: string[], name: string): () => Promise<void> {
  return async () => {
    await moment(20);
    done.push(name);
  };
}

Deno.test("one writes after the other, also after one that failed, and then the store is tidied", async () => {
  const { turns: t, done } = turns();
  const first = t.run(slow(done, "first"));
  const second = t.run(() => Promise.reject(new Error("second")));
  const third = t.run(slow(done, "third"));
  await first;
  await assert.rejects(second, /second/);
  await third;
  assert.deepEqual(done, ["first", "third"]);
  await moment(20);
  assert.deepEqual(done, ["first", "third", "tidy"]);
});

Deno.test("nothing is tidied while somebody waits, nor when the store is closed", async () => {
  const { turns: t, done } = turns();
  const jobs = [
    t.run(() => void done.push("quick")),
    t.run(slow(done, "slow")),
    t.run(() => void done.push("close"), true),
  ];
  await Promise.all(jobs);
  await moment(20);
  assert.deepEqual(done, ["quick", "slow", "close"]);
});

Deno.test("a store that was about to be tidied is not when it is closed", async () => {
  const { turns: t, done } = turns();
  await t.run(() => void done.push("quick"));
  await t.run(slow(done, "close"), true);
  await moment(20);
  assert.deepEqual(done, ["quick", "close"]);
});

Deno.test("what could not be tidied is told, and others write on", async () => {
  const { turns: t, done } = turns();
  const failing = new WriteTurns({
    ...t.options,
    tidy: () => {
      throw new Error("no space");
    },
  });
  await failing.run(() => {});
  await moment(20);
  await failing.run(() => void done.push("later"), true);
  assert.deepEqual(done, ["complained: Error: no space", "later"]);
});
