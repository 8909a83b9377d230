/**
 * One at a time, in order, with a deadline for those who wait.
 *
 * @module
 */

import { ServiceError } from "../../control/service_error.ts";

/** Longest wait for a turn, ms. */
const DEADLINE_MS = 10_000;

export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #running: { what: string; since: number } | null = null;

  /**
   * Runs `job` when those before it are done. Throws `busy`, naming what runs, if that takes too long; the
   * job is then not run.
   */
  async take<T>(what: string, job: () => Promise<T>): Promise<T> {
    let givenUp = false;
    const before = this.#last;
    let release!: () => void;
    this.#last = new Promise<void>((resolve) => release = resolve);
    const turn = before.then(() => {
      if (givenUp) release();
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), DEADLINE_MS);
    });
    if (await Promise.race([turn, deadline]) === "late") {
      givenUp = true;
      throw this.#busy(what);
    }
    clearTimeout(timer);
    this.#running = { what, since: performance.now() };
    try {
      return await job();
    } finally {
      this.#running = null;
      release();
    }
  }

  #busy(what: string): ServiceError {
    const running = this.#running;
    const seconds = running === null ? 0 : Math.round((performance.now() - running.since) / 1000);
    const message = running === null
      ? `Cannot ${what} now: other commands are waiting`
      : `Cannot ${what} now: a ${running.what} has been running for ${seconds} s`;
    return new ServiceError("busy", message, { hint: "Try again when it is done" });
  }
}
