/**
 * What a call of the operating system says when it fails.
 *
 * Calls of this layer return a number of their own, or a negative one that stands for a failure: the negated error number
 * that Linux has for it, on every system. Other systems' calls say theirs in these numbers where they are bound
 * (`ffi/macos/`, `ffi/windows/`). Nobody but these functions and the mount adapters looks into it: everybody else names
 * failures by the codes of POSIX.
 *
 * @module
 */

export { failure, failureCode, isFailure } from "./linux/failure.ts";
export type { FailureCode } from "./failure_code.ts";
