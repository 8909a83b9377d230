/** What a thread needs to speak to a filter: descriptors of this process. */
export interface FilterHandle {
  readonly name: string;
  /** The memory that is shared with the filter's process. */
  readonly memory: number;
  /** Tells the filter's process that there is something. */
  readonly wake: number;
}
