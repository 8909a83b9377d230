/**
 * A filter's process: loads the filter, locks itself in, and answers until its parent is over.
 *
 * What comes from elsewhere runs only after the process has given up everything but computing: there is no file, program or
 * address that it could reach, whatever it finds wrong in the engine.
 *
 * @module
 */

import { hear, ring } from "../host/cell/bell.ts";
import { borrow } from "../host/cell/lend.ts";
import { lockIn } from "../host/cell/lock.ts";
import { mapShared } from "../host/cell/shared_memory.ts";
import { dropPermissions } from "./drop_permissions.ts";
import { type Filter, FilterError } from "./filter.ts";
import type { FilterSpec, LentToFilter } from "./filter_spec.ts";
import { prepareFilter } from "./load_filter.ts";
import { serveFilter } from "./serve_filter.ts";
import { SHARED_SIZE, SharedMemory, State, Word } from "./shared_layout.ts";

/** Resolves with the exit code, if it ends before it is killed. */
export async function runFilterChild(spec: FilterSpec): Promise<number> {
  const borrowed = borrow(spec.lent, spec.parent);
  if (borrowed === null) return 1;
  const [shared, wake, asked, batch, lock] = borrowed as unknown as LentToFilter;
  const mapping = mapShared(shared, SHARED_SIZE);
  if (mapping === null) return 1;
  const memory = new SharedMemory(mapping.bytes);
  let filter: Filter;
  try {
    const begin = await prepareFilter(spec.name, await Deno.readFile(spec.file));
    const open = lockIn(lock);
    if (open !== null) throw new FilterError("no_filters_here", `${open}: filters cannot run`);
    dropPermissions();
    filter = begin();
  } catch (error) {
    memory.text = error instanceof Error ? error.message : String(error);
    const isUnlocked = error instanceof FilterError && error.code === "no_filters_here";
    memory.store(Word.STATE, isUnlocked ? State.UNLOCKED : State.FAILED);
    return 1;
  }
  memory.store(Word.STATE, State.READY);
  ring(batch);
  serveFilter(memory, filter, {
    wait: () => hear(wake),
    answered: () => ring(asked),
    batchAnswered: () => ring(batch),
  });
  return 0;
}
