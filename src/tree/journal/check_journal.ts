/**
 * Whether the segments of a journal are whole, and what is wrong where they are not.
 *
 * A crash leaves a torn tail: the beginning of a record that was never answered. Anything else that is no
 * record is damage: records follow it, or it has all the bytes it says it has, or the next segment was
 * begun when more of this one was there.
 *
 * @module
 */

import type { Findings } from "../../store/format/damage.ts";
import type { Work } from "../../store/format/sliced.ts";
import { JournalError, listSegments, segmentName } from "./journal.ts";
import { RecordType } from "./journal_record.ts";
import { scanSegment } from "./journal_scan.ts";
import { readTail } from "./journal_tail.ts";

/** A part of a segment's end that does not count. */
export interface TornTail {
  readonly path: string;
  readonly segment: number;
  /** Where the last whole record ends, bytes. */
  readonly position: number;
  readonly bytes: number;
}

export interface JournalCheck {
  readonly segments: number;
  readonly records: number;
  readonly bytes: number;
  readonly torn: readonly TornTail[];
}

export interface JournalCheckInput {
  /** The branch's journal. */
  readonly directory: string;
  /** First segment that the branch needs now; null where it needs none. Asked once the segments are listed. */
  readonly needed: () => number | null;
  /** True if a server may be appending to the last segment. */
  readonly live: boolean;
  readonly findings: Findings;
}

/** What is known of a segment once it was read. */
interface Segment {
  readonly number: number;
  /** Bytes of its whole records. */
  readonly length: number;
  readonly size: number;
  /** What its first record says of the segment before it. */
  readonly follows: { readonly segment: number; readonly length: number } | null;
}

/** Checks a branch's journal. */
export function* checkJournal(input: JournalCheckInput): Work<JournalCheck> {
  const check = new Check(input);
  const numbers = listSegments(input.directory);
  check.gaps(numbers);
  let previous: Segment | null = null;
  for (const [i, number] of numbers.entries()) {
    const segment = check.scan(number, input.live && i === numbers.length - 1);
    if (segment !== null) {
      if (previous !== null) check.link(previous, segment);
      previous = segment;
    }
    yield { phase: "journal", done: check.bytes, total: 0, unit: "bytes" };
  }
  return { segments: numbers.length, ...check.result() };
}

class Check {
  records = 0;
  bytes = 0;
  readonly torn: TornTail[] = [];
  readonly #damaged = new Set<number>();

  constructor(readonly input: JournalCheckInput) {}

  result() {
    return { records: this.records, bytes: this.bytes, torn: this.torn };
  }

  gaps(numbers: readonly number[]): void {
    const { directory, findings, live } = this.input;
    const needed = this.input.needed();
    if (needed === null || numbers.length === 0) return;
    const last = numbers.at(-1)!;
    // Begun since the segments were listed.
    if (live && needed > last) return;
    const there = new Set(numbers);
    for (let number = needed; number <= Math.max(last, needed); number++) {
      if (there.has(number)) continue;
      const message = `Journal segment ${
        segmentName(number)
      } in ${directory} is gone and is needed`;
      findings.add({ code: "journal_gap", message, file: segmentName(number) });
      return;
    }
  }

  /** Null if the segment is not needed any more and was removed. */
  scan(number: number, beingWritten: boolean): Segment | null {
    const { directory } = this.input;
    let follows: Segment["follows"] = null;
    let records = 0;
    let end;
    try {
      end = scanSegment(directory, number, (record, position) => {
        if (position === 0 && record.type === RecordType.SEGMENT) {
          record.number();
          follows = { segment: record.number(), length: record.number() };
        }
        records++;
        return true;
      });
    } catch (error) {
      if (error instanceof JournalError && !exists(`${directory}/${segmentName(number)}`)) {
        return null;
      }
      throw error;
    }
    const { length, size } = end;
    this.records += records;
    this.bytes += size;
    // Its last record may be on its way into the file.
    if (length < size && !beingWritten) this.#tail(number, length, size);
    return { number, length, size, follows };
  }

  /** The next segment knows how long the one before it was. */
  link(previous: Segment, next: Segment): void {
    const { follows } = next;
    if (follows === null || follows.segment !== previous.number) return;
    if (previous.length >= follows.length || this.#damaged.has(previous.number)) return;
    const missing = follows.length - previous.length;
    this.#damage(
      previous.number,
      previous.length,
      missing,
      `it had ${missing} bytes more when the next segment was begun`,
    );
  }

  #tail(number: number, position: number, size: number): void {
    const path = `${this.input.directory}/${segmentName(number)}`;
    const tail = readTail(path, position, size);
    if (tail.damage !== null) this.#damage(number, position, tail.bytes, tail.damage);
    else this.torn.push({ path, segment: number, position, bytes: tail.bytes });
  }

  #damage(number: number, offset: number, bytes: number, why: string): void {
    this.#damaged.add(number);
    const file = `${this.input.directory}/${segmentName(number)}`;
    const message = `Journal segment ${file} has no whole record at byte ${offset}: ${why}`;
    this.input.findings.add({ code: "journal", message, file, offset, bytes });
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
