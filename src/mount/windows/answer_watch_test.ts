import assert from "node:assert/strict";
import { closeBell, createBell, ring } from "../../host/cell/bell.ts";
import { ANSWERED_CODE } from "../../../ffi/windows/winfsp/protocol.ts";
import { createWake } from "../../host/wake.ts";
import { close } from "../../host/files.ts";
import { answerWatchMemory, armer, knockWhenAnswered } from "./answer_watch.ts";

Deno.test("who waits in the driver hears of each answer, and of the end of its patience, and of nothing else", async () => {
  const [asked, armed] = [createBell()!, createWake()];
  const memory = answerWatchMemory();
  const arm = armer({ memory, armed });
  const heard: string[] = [];
  // Each knock is what the next one comes of: nothing is left that could come later.
  const next: [string, () => void][] = [
    ["an answer", () => arm(3)],
    ["the end of a patience", () => {
      arm(2 ** 30);
      ring(asked.rings);
    }],
    ["an answer to who is patient", () => {
      ring(asked.rings);
      ring(asked.rings);
    }],
    ["two answers at once", () => arm(0)],
    ["no patience", () => {}],
  ];
  const knock = (code?: number) => {
    assert.equal(code, ANSWERED_CODE);
    const [what, then] = next[heard.length]!;
    heard.push(what);
    then();
    return Promise.resolve(heard.length < next.length);
  };
  ring(asked.rings);
  const start = { memory, armed, asked: asked.hears, volume: "\\Device\\Volume{1}" };
  await knockWhenAnswered(start, ({ name }) => {
    assert.equal(name, start.volume);
    return Promise.resolve({ knock });
  });
  assert.deepEqual(heard, next.map(([what]) => what));
  closeBell(asked);
  close(armed);
});
