/**
 * Looking through a log, bit by bit: at each `yield` whoever looks may do something else first.
 *
 * @module
 */

export type Steps<T> = Generator<void, T>;

/** All of it at once. */
export function finish<T>(steps: Steps<T>): T {
  while (true) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Others have their turns in between. */
export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  while (true) {
    const { done, value } = steps.next();
    if (done) return value;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
