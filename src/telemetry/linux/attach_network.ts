/**
 * The programs that tell of the network, at the root of the hierarchy of cgroups: those of watched processes alone say
 * anything.
 *
 * @module
 */

import { assemble } from "../../../bpf/assembler.ts";
import { LICENSE, type Maps } from "../../../bpf/fragments.ts";
import type { KernelTypes } from "../../../bpf/kernel_layout.ts";
import { type Descriptors, LoadError } from "../../../bpf/load.ts";
import {
  type CgroupProgram,
  networkPrograms,
  SENT,
  UNIX_FIELDS,
  UNIX_FUNCTION,
  unixProgram,
} from "../../../bpf/network_programs.ts";
import { cString } from "../../../ffi/binary_string.ts";
import { linkToCgroup, MapType, ProgramType } from "../../../ffi/linux/bpf.ts";
import { cgroupRoot } from "../../../ffi/linux/cgroup.ts";
import { close, O_DIRECTORY, open } from "../../../ffi/linux/open.ts";

/** Throws {@linkcode LoadError}; what was opened until then is in `descriptors`. */
export function attachNetwork(descriptors: Descriptors, maps: Maps, types: KernelTypes): void {
  const root = cgroupRoot(Deno.readTextFileSync("/proc/self/mountinfo"));
  if (root === null) throw new LoadError("no cgroup v2 hierarchy is mounted");
  const { KEY_BYTES, VALUE_BYTES, ENTRIES } = SENT;
  const sent = descriptors.map(
    "agentvfs_sent",
    MapType.LRU_HASH,
    KEY_BYTES,
    VALUE_BYTES,
    ENTRIES,
  );
  const cgroup = open(cString(root), O_DIRECTORY);
  if (cgroup < 0) throw new LoadError(`${root} cannot be opened`);
  try {
    const programs = [...networkPrograms({ ...maps, sent }), ...unixPrograms(maps, types)];
    for (const { name, attach, lines } of programs) {
      const program = descriptors.program({
        name,
        type: ProgramType.CGROUP_SOCK_ADDR,
        instructions: assemble(lines),
        license: LICENSE,
        attachType: attach,
      });
      descriptors.keep(`${name} at ${root}`, linkToCgroup(program, cgroup, attach));
    }
  } finally {
    close(cgroup);
  }
}

/** Kernels before 6.7 have no programs for sockets of the machine itself. */
function unixPrograms(maps: Maps, types: KernelTypes): readonly CgroupProgram[] {
  const cast = types.functionId(UNIX_FUNCTION);
  const offsets = types.fieldOffsets(UNIX_FIELDS);
  if (cast === undefined || offsets.size < UNIX_FIELDS.length) return [];
  if (types.functionId("bpf_sock_addr_set_sun_path") === undefined) return [];
  return [unixProgram(maps, cast, (field) => offsets.get(field)!)];
}
