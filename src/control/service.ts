/**
 * What a daemon can be asked to do, and the plain data it answers with.
 *
 * Every method takes one plain object and returns plain JSON, so the same interface is served over the
 * control socket, through `.agentvfs/ctl` in the mount, and to tests. Times are ISO 8601 in UTC, durations
 * milliseconds, sizes bytes, ids 64 hex digits unless a field says otherwise.
 *
 * @module
 */

import type { MethodName, Params, Result } from "./methods.ts";

/** A daemon, as its clients see it. Every rejection is a `ServiceError`. */
export type Service = {
  readonly [M in MethodName]: (params: Params<M>) => Promise<Result<M>>;
};
