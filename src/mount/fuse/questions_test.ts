import assert from "node:assert/strict";
import { Errno } from "../../host/errno.ts";
import type { Answer, Question } from "../virtual/question.ts";
import { ASK_AGAIN, Questions } from "./questions.ts";
import { NO_REPLY } from "./reply.ts";
import { Request } from "./request.ts";

const QUESTION = { about: "checkpoint", ref: "a" } as const;

function conversation() {
  const request = new Request();
  request.bytes[8] = 7;
  const asked: [number, Question][] = [];
  const sent: [number, number][] = [];
  const questions = new Questions(
    request,
    (ticket, question) => asked.push([ticket, question]),
    (unique, result) => sent.push([unique[0]!, result]),
  );
  return { request, asked, sent, questions };
}

Deno.test("who asked is answered when the answer comes, whatever is asked meanwhile", () => {
  const { request, asked, sent, questions } = conversation();
  const complete = ({ view }: Answer) => view!;
  assert.equal(questions.wait(QUESTION, complete), NO_REPLY);
  request.bytes[8] = 8;
  questions.wait(QUESTION, complete);
  questions.answer(asked[1]![0], { view: 5 });
  questions.answer(asked[0]![0], { view: 4 });
  // Nobody waits for it any more.
  questions.answer(asked[0]![0], { view: 4 });
  assert.deepEqual(sent, [[8, 5], [7, 4]]);
});

Deno.test("an answer that is not so any more is asked for again, for the same request", () => {
  const { request, asked, sent, questions } = conversation();
  questions.wait(QUESTION, ({ view }) => view === 3 ? ASK_AGAIN : view!);
  request.bytes[8] = 8;
  questions.answer(asked[0]![0], { view: 3 });
  assert.deepEqual(sent, []);
  questions.answer(asked[1]![0], { view: 4 });
  assert.deepEqual([sent, asked[1]![1]], [[[7, 4]], QUESTION]);
});

Deno.test("who asked what cannot be told gets an error", () => {
  const { asked, sent, questions } = conversation();
  questions.wait(QUESTION, () => 0);
  questions.wait(QUESTION, () => {
    throw new Error("as a test wants it");
  });
  questions.answer(asked[0]![0], { failed: true });
  questions.answer(asked[1]![0], {});
  assert.deepEqual(sent, [[7, -Errno.EIO], [7, -Errno.EIO]]);
});
