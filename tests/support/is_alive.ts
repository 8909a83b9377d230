/**
 * Whether a process still runs.
 *
 * @module
 */

export { isAlive } from "../../src/daemon/is_alive.ts";
