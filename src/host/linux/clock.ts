export { monotonicTime, readClock, type Timestamp } from "../../../ffi/linux/clock.ts";
