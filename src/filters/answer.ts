/**
 * What a filter says of an event: a word of bits, and notes where it has some.
 *
 * On the way back from the filter's process it is `u32 word`, and where the word has {@linkcode Bit.NOTES}, `u16 length` and
 * so many bytes: texts with their u16 lengths before them, each `key=value`. The key `tag` gives a tag, every other one
 * more to the log. Whatever comes from there may be made up: {@linkcode readAnswer} takes nothing on trust.
 *
 * @module
 */

import type { Verdict } from "../telemetry/event.ts";

/** The low bits of the word; a Wasm filter returns them. */
export const Bit = {
  VERDICT: 3,
  /** Not for the log. Where it was asked for a verdict this says nothing. */
  DROP: 1 << 2,
  /** The same may be answered for the same operation, path and program until the rules change. */
  CACHEABLE: 1 << 8,
  /** The filter has notes on the event. */
  NOTES: 1 << 9,
  /** Set by the runtime alone: the filter failed on this event, so it says nothing of it. */
  FAILED: 1 << 10,
} as const;

const KNOWN_BITS = Bit.VERDICT | Bit.DROP | Bit.CACHEABLE | Bit.NOTES | Bit.FAILED;
const VERDICTS: readonly Verdict[] = ["allow", "watch", "deny"];

export interface Answer {
  readonly verdict: Verdict;
  readonly drop: boolean;
  readonly cacheable: boolean;
  readonly tags: readonly string[];
  readonly extra: Readonly<Record<string, string>>;
}

/** Most bytes of notes on one event, and most of them. */
export const MOST_NOTES = 4096;
const MOST_NOTE_COUNT = 64;

/** What a filter said makes no sense. */
export class AnswerError extends Error {
  override readonly name = "AnswerError";
}

/** The word as an answer without notes; null: the filter failed. Throws {@linkcode AnswerError}. */
export function answerOf(word: number): Answer | null {
  if ((word & ~KNOWN_BITS) !== 0) throw new AnswerError(`there is no answer ${word}`);
  if ((word & Bit.FAILED) !== 0) return null;
  const verdict = VERDICTS[word & Bit.VERDICT];
  if (verdict === undefined) throw new AnswerError(`there is no verdict ${word & Bit.VERDICT}`);
  return {
    verdict,
    drop: (word & Bit.DROP) !== 0,
    cacheable: (word & Bit.CACHEABLE) !== 0,
    tags: [],
    extra: {},
  };
}

/** The answer at `at`, null where the filter failed, and where it ends. Throws {@linkcode AnswerError}. */
export function readAnswer(from: DataView, at: number): { answer: Answer | null; end: number } {
  if (at + 4 > from.byteLength) throw new AnswerError("an answer is missing");
  const word = from.getUint32(at, true);
  const answer = answerOf(word);
  if ((word & Bit.NOTES) === 0) return { answer, end: at + 4 };
  if (at + 6 > from.byteLength) throw new AnswerError("its notes have no length");
  const length = from.getUint16(at + 4, true);
  const end = at + 6 + length;
  if (length > MOST_NOTES) throw new AnswerError(`its notes have ${length} bytes`);
  if (end > from.byteLength) throw new AnswerError("its notes end after the answers do");
  if (answer === null) return { answer, end };
  return { answer: { ...answer, ...readNotes(from, at + 6, end) }, end };
}

const utf8 = new TextDecoder();

function readNotes(from: DataView, start: number, end: number): Pick<Answer, "tags" | "extra"> {
  const tags: string[] = [];
  const extra: Record<string, string> = Object.create(null);
  for (let at = start, count = 0; at < end; count++) {
    if (count === MOST_NOTE_COUNT) throw new AnswerError(`it has over ${MOST_NOTE_COUNT} notes`);
    if (at + 2 > end) throw new AnswerError("a note has no length");
    const length = from.getUint16(at, true);
    if (at + 2 + length > end) throw new AnswerError("a note ends after its notes do");
    const note = utf8.decode(new Uint8Array(from.buffer, from.byteOffset + at + 2, length).slice());
    const equals = note.indexOf("=");
    if (equals <= 0) throw new AnswerError("a note is not key=value");
    const [key, value] = [note.slice(0, equals), note.slice(equals + 1)];
    if (key === "tag") tags.push(value);
    else extra[key] = value;
    at += 2 + length;
  }
  return { tags, extra };
}
