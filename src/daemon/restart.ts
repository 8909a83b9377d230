/**
 * What keeper and server agree on about restarts.
 *
 * @module
 */

/** Exit code by which a server asks for another one to take over (EX_SOFTWARE of sysexits.h). */
export const EXIT_RESTART = 70;

/** Environment variable that tells a server how many there were before it on this mount; absent for the first. */
export const RESTARTS_VARIABLE = "AGENTVFS_RESTARTS";

/** A server that lived shorter than this, ms, cannot have done much. */
const SHORT_LIFE_MS = 1_000;
/** After so many short lives in a row no other server is started. */
const MOST_SHORT_LIVES = 8;
/** Pause before the restart that follows a short life, ms, for each in a row. */
const BACK_OFF_MS = 100;

/** Decides whether a server that ended is replaced, and how soon. */
export class RestartPolicy {
  /** Servers replaced so far. */
  count = 0;
  #shortLives = 0;

  /** Milliseconds to wait before the next server starts, or null if there is to be none. */
  next(livedMs: number): number | null {
    this.#shortLives = livedMs < SHORT_LIFE_MS ? this.#shortLives + 1 : 0;
    if (this.#shortLives > MOST_SHORT_LIVES) return null;
    this.count++;
    return this.#shortLives * BACK_OFF_MS;
  }
}
