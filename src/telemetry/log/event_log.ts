/**
 * The log of events: numbers them, puts them into words, and sees to it that they are written soon.
 *
 * @module
 */

import { monotonicTime } from "../../host/clock.ts";
import { layEcsLine, wholeMicroseconds } from "./ecs.ts";
import type { TelemetryEvent } from "../event.ts";
import type { LogWriter } from "./log_writer.ts";
import { ShortenedArgs } from "./shortened_args.ts";

/** Longest time that a line waits for others, ms. */
export const FLUSH_MS = 100;
/** What was done so long ago waits for no others, ms. */
const LATE_MS = 300;
/** How often the offset between the two clocks is looked at, ms. */
const CLOCK_MS = 1000;

export class EventLog {
  #sequence: number;
  #flushAt = Infinity;
  #wallOffset = 0;
  #clockAt = 0;
  #saidFailure = false;
  readonly #args = new ShortenedArgs();
  /** Of the writer, when it was looked at last. */
  #fileNumber = 0;

  /** `onLine` is told of each line, too, of which it may ask the text at once. */
  constructor(
    readonly writer: LogWriter,
    readonly onLine: (line: () => string) => void = () => {},
  ) {
    this.#sequence = writer.lastSequence;
  }

  /** Of the last event. */
  get sequence(): number {
    return this.#sequence;
  }

  /** When {@linkcode flushDue} has something to do, ms from now; Infinity: nothing waits. */
  dueIn(now: number): number {
    return Math.max(0, this.#flushAt - now);
  }

  write(event: TelemetryEvent): void {
    this.#tellLost();
    this.#put(event);
    if (this.writer.isFull) this.#flush();
  }

  flushDue(now: number): void {
    if (now >= this.#flushAt) this.#flush();
  }

  close(): void {
    this.#tellLost();
    this.writer.close();
  }

  #put(event: TelemetryEvent): void {
    if (this.#flushAt === Infinity) this.#flushAt = flushTime(event.time);
    if (Math.abs(event.time - this.#clockAt) > CLOCK_MS) {
      this.#clockAt = event.time;
      this.#wallOffset = Date.now() - monotonicTime();
    }
    const { process, action } = event;
    const short = process === undefined ? null : this.#args.of(process);
    const shortArgs = action === "exec" ? null : short;
    const { lines } = this.writer;
    const begin = lines.length;
    layEcsLine(lines, event, {
      sequence: ++this.#sequence,
      wallOffset: this.#wallOffset,
      shortArgs,
    });
    const end = lines.length;
    this.onLine(() => lines.text(begin, end));
    this.writer.endLine({
      event,
      time: wholeMicroseconds(event.time + this.#wallOffset),
      isCut: shortArgs !== null,
    });
  }

  #flush(): void {
    this.#flushAt = Infinity;
    this.writer.flush();
    const { failure, fileNumber } = this.writer;
    // Each file has them whole, and what was lost is written again.
    if (failure !== null || fileNumber !== this.#fileNumber) this.#args.forget();
    this.#fileNumber = fileNumber;
    if (failure !== null && !this.#saidFailure) {
      console.error(`Events cannot be written to ${this.writer.directory}: ${failure}`);
    }
    this.#saidFailure = failure !== null;
  }

  /** What could not be written is told of by the first line that can be. */
  #tellLost(): void {
    const { lost } = this.writer;
    if (lost === 0) return;
    this.writer.lost = 0;
    this.#put({
      provider: "agentvfs",
      action: "lost",
      time: monotonicTime(),
      count: lost,
      message: `They could not be written: ${this.writer.failure ?? "the disk was full"}`,
    });
  }
}

/** When a line is written at the latest of what was done then. */
function flushTime(time: number): number {
  const now = monotonicTime();
  return now - time > LATE_MS ? now : now + FLUSH_MS;
}
