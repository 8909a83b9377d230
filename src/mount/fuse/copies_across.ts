import { Opcode } from "../../../ffi/fuse_kernel.ts";
import { type Context, otherNode } from "./context.ts";
import { BODY } from "./request.ts";

/**
 * True of a COPY_FILE_RANGE from one view into another. Answered with EXDEV, the kernel reads the one and writes the other by
 * itself, so it is neither a change of the view that the request is about, which is where the bytes are from, nor one that
 * rules need to be asked about.
 */
export function copiesAcross(context: Context, opcode: number): boolean {
  return opcode === Opcode.COPY_FILE_RANGE && otherNode(context, BODY + 16) < 0;
}
