import type { Filter } from "../filter.ts";
import { serveFilter } from "../serve_filter.ts";
import { SHARED_SIZE, SharedMemory, State, Word } from "../shared_layout.ts";

/** Memory whose other side is a filter in this process: it answers when it is woken, unless `isBusy`. */
export function inProcess(filter: Filter): {
  memory: SharedMemory;
  wake: () => void;
  isBusy: boolean;
  wakes: number;
} {
  const memory = new SharedMemory(new Uint8Array(SHARED_SIZE));
  memory.store(Word.STATE, State.READY);
  const side = {
    memory,
    isBusy: false,
    wakes: 0,
    wake: () => {
      side.wakes++;
      if (side.isBusy) return;
      let turns = 1;
      serveFilter(memory, filter, {
        wait: () => turns-- > 0,
        answered: () => {},
        batchAnswered: () => {},
      });
    },
  };
  return side;
}
