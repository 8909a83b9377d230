/**
 * What stands in the way on machines that resist. Nothing is said of what is as it should be.
 *
 * @module
 */

import { systemProgram } from "../../../host/system_program.ts";
import { callFilter } from "./call_filter.ts";
import { cgroupDelegation } from "./cgroup_delegation.ts";
import type { Check } from "../check.ts";
import { clock } from "./clock.ts";
import { kernelPrograms } from "./kernel_programs.ts";
import { limits } from "./limits.ts";
import type { Machine } from "../machine.ts";
import { appArmor, named, setUserId } from "./mount_rights.ts";
import { otherPrograms } from "./other_programs.ts";
import { privileges } from "./privileges.ts";
import { synchronized } from "./state_place.ts";
import { watchingPrograms } from "./watching_programs.ts";

/**
 * @param state directory of what is recorded; null where there is no place for it
 * @param own path of the executable; null where it runs from its sources
 */
export async function surroundings(
  machine: Machine,
  state: string | null,
  own: string | null,
): Promise<Check[]> {
  const findings = await Promise.all([
    privileges(machine),
    setUserId(machine, systemProgram("fusermount3")),
    named(machine),
    state === null ? null : appArmor(machine, state),
    state === null ? null : synchronized(machine, state),
    state === null ? null : clock(machine, state, Date.now()),
    otherPrograms(machine, own),
    limits(machine),
    callFilter(machine),
    cgroupDelegation(machine),
    kernelPrograms(machine),
    watchingPrograms(machine),
  ]);
  return findings.flat().filter((check) => check !== null);
}
