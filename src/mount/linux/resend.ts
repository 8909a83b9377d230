/**
 * Requests that the kernel sends again because the server that had them died.
 *
 * As requests are answered one by one, only that of the journal's last record can have been carried out without an answer
 * (`fuse/completed.ts`).
 *
 * @module
 */

import { IN_HEADER } from "../../../ffi/fuse_kernel.ts";
import type { RequestId } from "../../tree/journal/journal_record.ts";
import type { Request } from "../fuse/request.ts";

/** Bit 63 of a request's id: it was sent before. */
const UNIQUE_RESEND_HIGH = 0x80000000;

/** Reads a request's id into `into`, without the bit that says it was sent before. Returns that bit. */
export function readRequestId(request: Request, into: RequestId): boolean {
  const high = request.u32(IN_HEADER.UNIQUE + 4);
  into.low = request.u32(IN_HEADER.UNIQUE);
  into.high = (high & ~UNIQUE_RESEND_HIGH) >>> 0;
  return (high & UNIQUE_RESEND_HIGH) !== 0;
}
