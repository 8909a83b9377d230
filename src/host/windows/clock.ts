export { monotonicTime, readClock } from "../../../ffi/windows/clock.ts";
