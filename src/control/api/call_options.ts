/**
 * How long who asks a daemon waits.
 *
 * @module
 */

/** How long to wait. */
export interface ConnectOptions {
  /** Longest time to connect, ms. */
  connectDeadlineMs?: number;
  /** Longest time to wait for each reply, ms. Without it a call takes as long as the daemon does. */
  callDeadlineMs?: number;
}

/** Of one call. */
export interface CallOptions {
  /** Longest time to wait for the reply, ms; else what the connection has. */
  deadlineMs?: number;
}
