/**
 * A thread's side of the filters that there are: a lane to each, over memory that stays mapped as long as the filter is there.
 *
 * @module
 */

import { ring } from "../host/cell/bell.ts";
import { mapShared } from "../host/cell/shared_memory.ts";
import type { Mapping } from "../host/mapping.ts";
import type { FilterHandle } from "./filter_handle.ts";
import { SHARED_SIZE, SharedMemory } from "./shared_layout.ts";

export interface OpenLane<L> {
  readonly name: string;
  readonly lane: L;
}

interface Opened<L> extends OpenLane<L> {
  readonly handle: FilterHandle;
  readonly mapping: Mapping;
}

export class OpenLanes<L> {
  #open: readonly Opened<L>[] = [];

  /** `make`: a lane over memory, with what tells the filter's process that there is something. */
  constructor(readonly make: (memory: SharedMemory, wake: () => void) => L) {}

  /** In the order of the handles. */
  get all(): readonly OpenLane<L>[] {
    return this.#open;
  }

  /** From now on there are these. Whatever is asked of one that goes stays unanswered. */
  set(handles: readonly FilterHandle[]): void {
    const before = this.#open;
    this.#open = handles.flatMap((handle) =>
      before.find((known) => isSame(known.handle, handle)) ?? this.#opened(handle)
    );
    for (const gone of before) if (!this.#open.includes(gone)) gone.mapping.unmap();
  }

  /** None, if there is no memory to be had: it then is as if the filter did not run. */
  #opened(handle: FilterHandle): Opened<L>[] {
    const mapping = mapShared(handle.memory, SHARED_SIZE);
    if (mapping === null) return [];
    const memory = new SharedMemory(mapping.bytes);
    return [{
      name: handle.name,
      handle,
      mapping,
      lane: this.make(memory, () => ring(handle.wake)),
    }];
  }
}

function isSame(a: FilterHandle, b: FilterHandle): boolean {
  return a.name === b.name && a.memory === b.memory && a.wake === b.wake;
}
