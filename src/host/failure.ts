/**
 * What a call of the operating system says when it fails.
 *
 * Calls of this layer return a number of their own, or a negative one that stands for a failure. Its value differs from
 * system to system, so nobody but these functions looks into it: everybody else names failures by the codes of POSIX.
 *
 * @module
 */

import * as linux from "./linux/failure.ts";
import { pick } from "./pick.ts";

export const { failure, failureCode, isFailure } = pick(linux, {});

export type { FailureCode } from "./failure_code.ts";
