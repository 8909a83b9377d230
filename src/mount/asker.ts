/** Who makes a request, as its system tells it. */
export interface Asker {
  /** Its thread, or its process where threads are not told; 0: nobody is known. */
  readonly pid: number;
  /** Null where users have no numbers. */
  readonly uid: number | null;
  readonly gid: number | null;
}
