/**
 * What the programs have to know of this kernel before they can be loaded.
 *
 * @module
 */

import { fieldOffsets, LayoutError } from "../../../bpf/kernel_layout.ts";
import { SourceError } from "../source.ts";

const BTF = "/sys/kernel/btf/vmlinux";
/** Of the first PID namespace (PROC_PID_INIT_INO): the one in which the programs number processes. */
const FIRST_PID_NAMESPACE = "pid:[4026531836]";

/** Where the kernel has the fields that are asked for. Throws {@linkcode SourceError} where one is not known. */
export function kernelOffsets<F extends string>(fields: readonly F[]): (field: F) => number {
  if (Deno.readLinkSync("/proc/self/ns/pid") !== FIRST_PID_NAMESPACE) {
    throw new SourceError(
      "ebpf",
      "this is a PID namespace of its own, in which processes have other numbers than the kernel's programs know",
    );
  }
  const offsets = offsetsOf(fields);
  const missing = fields.filter((field) => !offsets.has(field));
  if (missing.length > 0) throw new SourceError("ebpf", `this kernel has no ${missing.join(", ")}`);
  return (field) => offsets.get(field)!;
}

function offsetsOf(fields: readonly string[]): Map<string, number> {
  try {
    return fieldOffsets(Deno.readFileSync(BTF), fields);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new SourceError("ebpf", `this kernel has no ${BTF} (CONFIG_DEBUG_INFO_BTF)`);
    }
    if (!(error instanceof LayoutError || error instanceof Deno.errors.PermissionDenied)) {
      throw error;
    }
    throw new SourceError("ebpf", `${BTF} cannot be read: ${error.message}`);
  }
}
