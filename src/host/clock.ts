/**
 * The time, to the nanosecond, without making an object.
 *
 * @module
 */

export { readClock, type Timestamp } from "./linux/clock.ts";
