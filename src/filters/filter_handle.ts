/** What a thread needs to speak to a filter: descriptors of this process. */
export interface FilterHandle {
  readonly name: string;
  /** The memory that is shared with the filter's process (`../host/cell/shared_memory.ts`). */
  readonly memory: number;
  /** The side of a bell that tells the filter's process that there is something. */
  readonly wake: number;
}
