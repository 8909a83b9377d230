import type { TelemetryEvent } from "../../telemetry/event.ts";
import { type Answer, readAnswer } from "../answer.ts";
import type { Filter } from "../filter.ts";
import { packEvents } from "../packed_event.ts";

/** What `filter` says of `events`, in one batch; null where it failed. */
export function judged(filter: Filter, events: readonly TelemetryEvent[]): (Answer | null)[] {
  const batch = new DataView(new ArrayBuffer(256 * 1024));
  const { count, length } = packEvents(events, 0, batch);
  if (count < events.length) throw new RangeError("too many events for one batch");
  return readAnswers(filter.judge(new Uint8Array(batch.buffer, 0, length), count), count);
}

export function readAnswers(answers: Uint8Array<ArrayBuffer>, count: number): (Answer | null)[] {
  const view = new DataView(answers.buffer, answers.byteOffset, answers.byteLength);
  let at = 0;
  return Array.from({ length: count }, () => {
    const { answer, end } = readAnswer(view, at);
    at = end;
    return answer;
  });
}
