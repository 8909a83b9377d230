export { monotonicTime, readClock } from "../../../ffi/macos/clock.ts";
