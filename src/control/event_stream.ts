/** Events on their way to one client. */
export interface EventStream {
  /** The next, once there is one; null after {@linkcode close}. One call at a time. */
  next(): Promise<object | null>;
  /** Nobody wants them any more. */
  close(): void;
}
