/**
 * A filter that the test itself plays: it sees what is asked, and answers when it likes.
 *
 * @module
 */

import { ftruncate } from "../../ffi/linux/file.ts";
import { mapFile } from "../../ffi/linux/mapping.ts";
import { close } from "../../ffi/linux/open.ts";
import { memoryFile } from "../../ffi/linux/shared_memory.ts";
import {
  ANSWER_BITS,
  SHARED_SIZE,
  SharedMemory,
  SLOTS,
  State,
  Word,
} from "../../src/filters/shared_layout.ts";
import { FilterQuestions } from "../../src/mount/policy/filter_questions.ts";
import { createWake } from "../../src/host/wake.ts";

export const FILTER = "played";

export interface AskedFilter {
  readonly filters: FilterQuestions;
  /** Operation and path of what was asked since this was called last. */
  asked(): string[];
  /** Answers all that is asked. */
  answer(verdict: "allow" | "deny"): void;
  /** Time goes by, ms. */
  later(ms: number): void;
}

const ANSWERS = { allow: 0, deny: 2 } as const;

export function withAskedFilter(use: (filter: AskedFilter) => void): void {
  const fd = memoryFile("agentvfs-played-filter");
  const wake = createWake();
  ftruncate(fd, SHARED_SIZE);
  const mapping = mapFile(fd, 0, SHARED_SIZE)!;
  const memory = new SharedMemory(mapping.bytes);
  memory.store(Word.STATE, State.READY);
  let now = 0;
  const seen: string[] = [];
  const filters = new FilterQuestions({
    mountpoint: "/m",
    processOf: () => ({}),
    complete: (event) => {
      seen.push(`${event.asked!.operation} ${event.asked!.path}`);
      return event;
    },
    now: () => now,
  });
  try {
    filters.setFilters([{ name: FILTER, memory: fd, wake }]);
    use({
      filters,
      asked: () => seen.splice(0),
      answer: (verdict) => {
        for (let slot = 0; slot < SLOTS; slot++) {
          const ticket = memory.load(Word.ASKED + slot);
          if (ticket === 0) continue;
          memory.store(Word.ANSWERED + slot, ticket << ANSWER_BITS | ANSWERS[verdict]);
        }
      },
      later: (ms) => now += ms,
    });
  } finally {
    filters.setFilters([]);
    mapping.unmap();
    close(fd);
    close(wake);
  }
}
