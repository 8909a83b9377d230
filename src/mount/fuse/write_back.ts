import { WRITE_CACHE } from "../../../ffi/fuse_kernel.ts";
import { BODY, type Request } from "./request.ts";

/** True of a WRITE of pages that were dirtied earlier through a mapping, by nobody knows whom. */
export function isWriteBack(write: Request): boolean {
  return (write.u32(BODY + 20) & WRITE_CACHE) !== 0;
}
