/**
 * Whether a process still runs.
 *
 * @module
 */

export { isAlive } from "../../src/host/processes.ts";
