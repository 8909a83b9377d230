/**
 * Has the kernel look up again later what it drops when a caller's thread gets to its answer: nobody tells when that is, and on a
 * busy machine it is after the directory was found again.
 *
 * @module
 */

/** After the caller was answered, ms. */
const AGAIN_MS = [20, 200, 2_000] as const;

/** `revisit` is called for each time; `isLast`: for this place it is not called any more. */
export function revisitLater(revisit: (isLast: boolean) => Promise<unknown>): void {
  for (const ms of AGAIN_MS) {
    const isLast = ms === AGAIN_MS.at(-1);
    // Once the thread has ended nobody stands in the mount.
    Deno.unrefTimer(setTimeout(() => revisit(isLast).catch(() => {}), ms));
  }
}
