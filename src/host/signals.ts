/**
 * Signals that the runtime does not know.
 *
 * @module
 */

export { ignoreFileSizeLimit } from "./linux/signals.ts";
