/**
 * What the programs have to know of this kernel before they can be loaded.
 *
 * @module
 */

import { KernelTypes, LayoutError } from "../../../bpf/kernel_layout.ts";
import { SourceError } from "../source.ts";

const BTF = "/sys/kernel/btf/vmlinux";
/** Of the first PID namespace (PROC_PID_INIT_INO): the one in which the programs number processes. */
const FIRST_PID_NAMESPACE = "pid:[4026531836]";

/** Throws {@linkcode SourceError} where programs could not look into the kernel. */
export function kernelTypes(): KernelTypes {
  if (Deno.readLinkSync("/proc/self/ns/pid") !== FIRST_PID_NAMESPACE) {
    throw new SourceError(
      "ebpf",
      "this is a PID namespace of its own, in which processes have other numbers than the kernel's programs know",
    );
  }
  try {
    return new KernelTypes(Deno.readFileSync(BTF));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new SourceError("ebpf", `this kernel has no ${BTF} (CONFIG_DEBUG_INFO_BTF)`);
    }
    const isExpected = error instanceof LayoutError ||
      error instanceof Deno.errors.PermissionDenied;
    if (!isExpected) throw error;
    throw new SourceError("ebpf", `${BTF} cannot be read: ${error.message}`);
  }
}

/** Where the kernel has the fields that are asked for. Throws {@linkcode SourceError} where it does not have one. */
export function kernelOffsets<F extends string>(
  types: KernelTypes,
  fields: readonly F[],
): (field: F) => number {
  const offsets = types.fieldOffsets(fields);
  const missing = fields.filter((field) => !offsets.has(field));
  if (missing.length > 0) throw new SourceError("ebpf", `this kernel has no ${missing.join(", ")}`);
  return (field) => offsets.get(field)!;
}
