/**
 * When a thread of the server's cannot be relied upon any more.
 *
 * @module
 */

/**
 * Calls `failed` when the worker met an error that it did not catch, or posted what cannot be read: whoever waits for
 * it would wait for ever.
 */
export function onWorkerFailure(
  worker: Worker,
  name: string,
  failed: (error: Error) => void,
): void {
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    failed(new Error(`The ${name} thread failed: ${event.message}`));
  });
  worker.addEventListener("messageerror", () => {
    failed(new Error(`The ${name} thread posted what cannot be read`));
  });
}
