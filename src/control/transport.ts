/**
 * How lines get to a daemon and back.
 *
 * @module
 */

export interface Transport {
  /** Where the daemon was found, for messages. */
  readonly place: string;
  /**
   * Sends one line; resolves with the reply's, without newlines, or null where the daemon hung up. One at a time.
   * What it rejects with is a ControlError where it is known why there is no reply.
   */
  exchange(line: string): Promise<string | null>;
  /** Exchanges under way fail. May be called again. */
  close(): void;
}
