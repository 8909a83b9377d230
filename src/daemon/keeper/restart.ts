/**
 * What keeper and server agree on about restarts.
 *
 * @module
 */

/** Exit code by which a server asks for another one to take over (EX_SOFTWARE of sysexits.h). */
export const EXIT_RESTART = 70;

/** Exit code by which a server that answered everything asks for another one to take over (EX_TEMPFAIL). */
export const EXIT_REPLACE = 75;

/**
 * What is added to the exit code of the error for which a server will not serve, and which another one would meet, too. It
 * has told it.
 */
export const EXIT_REFUSED = 80;
/** The largest exit code of an error. */
const LARGEST_EXIT = 4;

/** The error's exit code, of a server that refused to serve; null if it ended otherwise. */
export function refusal(code: number): number | null {
  return code > EXIT_REFUSED && code <= EXIT_REFUSED + LARGEST_EXIT ? code - EXIT_REFUSED : null;
}

/** Environment variable that tells a server how many there were before it on this mount; absent for the first. */
export const RESTARTS_VARIABLE = "AGENTVFS_RESTARTS";

/** Environment variable that tells a server where the report of the last one that died is. */
export const CRASH_REPORT_VARIABLE = "AGENTVFS_CRASH_REPORT";

/** Environment variable that tells a server its keeper's process id: its parent is another one once that died. */
export const KEEPER_VARIABLE = "AGENTVFS_KEEPER";

/** Environment variable that tells a server to open no view but main's: those before it died at once. */
export const LESS_VARIABLE = "AGENTVFS_LESS";

/** After so many servers in a row that never got to answer a request, no other is started. */
const MOST_FAILED_STARTS = 8;
/** The same while there never was one that did: nobody has anything to lose yet. */
const MOST_FIRST_STARTS = 3;
/** After so many the next ones are started with less. */
const FAILED_STARTS_WITH_ALL = 4;
/**
 * A server that answered for shorter than this, ms, may have died of the request its successor is sent again. How long it took
 * to start says nothing: on a slow machine each takes longer than that.
 */
const SHORT_LIFE_MS = 1_000;
/** After so many short lives in a row no other server is started. */
const MOST_SHORT_LIVES = 100;
/** After so many the next ones are started with less. */
const SHORT_LIVES_WITH_ALL = 60;
/** Pause before the restart that follows a failed start, ms, for each in a row. */
const BACK_OFF_MS = 100;

/** Decides whether a server that ended is replaced, and how soon. */
export class RestartPolicy {
  /** Servers replaced so far. */
  count = 0;
  #failedStarts = 0;
  #shortLives = 0;
  #everReady = false;

  /** The next server is to do without what may have been the death of those before it. */
  get withLess(): boolean {
    return this.#failedStarts >= FAILED_STARTS_WITH_ALL || this.#shortLives >= SHORT_LIVES_WITH_ALL;
  }

  /** A server was replaced on purpose: that says nothing of the next one. */
  replaced(): void {
    this.count++;
    this.#everReady = true;
    this.#failedStarts = this.#shortLives = 0;
  }

  /**
   * Milliseconds to wait before the next server starts, or null if there is to be none.
   *
   * @param servedMs how long the one that ended answered requests; null: it never did
   */
  next(servedMs: number | null): number | null {
    const wasReady = servedMs !== null;
    this.#everReady ||= wasReady;
    this.#failedStarts = wasReady ? 0 : this.#failedStarts + 1;
    this.#shortLives = !wasReady || servedMs < SHORT_LIFE_MS ? this.#shortLives + 1 : 0;
    const most = this.#everReady ? MOST_FAILED_STARTS : MOST_FIRST_STARTS;
    if (this.#failedStarts > most || this.#shortLives > MOST_SHORT_LIVES) return null;
    this.count++;
    return this.#failedStarts * BACK_OFF_MS;
  }
}
