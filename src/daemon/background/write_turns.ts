/**
 * Jobs that write to the store, one after the other; when none has been asked for in a while the store is tidied.
 *
 * @module
 */

export interface WriteTurnsOptions {
  /** Tidies the store. Never called while a job waits or runs, nor after the last one. */
  readonly tidy: () => void;
  /** How long nothing must have been asked for, ms. */
  readonly tidyAfterMs: number;
  /** Is told why the store could not be tidied. */
  readonly complain: (error: unknown) => void;
}

export class WriteTurns {
  #last: Promise<unknown> = Promise.resolve();
  #unfinished = 0;
  #isOver = false;
  #tidying: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly options: WriteTurnsOptions) {}

  /** Runs `job` when those before it are over. With `isLast` the store is closed afterwards. */
  run<T>(job: () => T | Promise<T>, isLast = false): Promise<T> {
    clearTimeout(this.#tidying);
    this.#unfinished++;
    this.#isOver ||= isLast;
    const result = this.#last.then(job);
    this.#last = result.catch(() => {}).then(() => this.#ended());
    return result;
  }

  #ended(): void {
    if (--this.#unfinished > 0 || this.#isOver) return;
    this.#tidying = setTimeout(() => {
      try {
        this.options.tidy();
      } catch (error) {
        this.options.complain(error);
      }
    }, this.options.tidyAfterMs);
  }
}
