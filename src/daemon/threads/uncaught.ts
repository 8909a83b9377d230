/**
 * Errors that nobody caught.
 *
 * @module
 */

/** Calls `end` with an error of this thread's that nobody caught. Without it Deno would end the process with exit code 1. */
export function onUncaught(end: (error: unknown) => never): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    end(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    end(event.error ?? event.message);
  });
}
