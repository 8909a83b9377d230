/**
 * The time, to the nanosecond, without making an object.
 *
 * @module
 */

export { monotonicTime, readClock, type Timestamp } from "./linux/clock.ts";
