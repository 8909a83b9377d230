/**
 * Giving up, for good, what could undo a confinement or reach around it.
 *
 * @module
 */

import { failureCode } from "../host/failure.ts";
import {
  LANDLOCK_ABI_OF_SCOPES,
  LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET,
  landlockScope,
  landlockVersion,
} from "../../ffi/linux/sandbox/landlock.ts";
import {
  inheritNoCapability,
  PR_CAP_AMBIENT,
  PR_CAP_AMBIENT_CLEAR_ALL,
  PR_CAPBSET_DROP,
  PR_SET_NO_NEW_PRIVS,
  prctl,
} from "../../ffi/linux/process.ts";
import { type ArchitectureCall, refuseCalls } from "../../ffi/linux/sandbox/seccomp.ts";
import { ViewError } from "./view_error.ts";

/**
 * Capabilities (linux/capability.h) with which root could undo a confinement, reach other processes or the machine: of
 * files by handle (2), kernel modules (16), raw I/O (17), other roots (18), other processes (19), mounts and namespaces
 * (21), reboot (22), clocks (25), devices (27), the kernel's log (34), performance counters (38), BPF (39), and the
 * network's set-up (12).
 */
const DROPPED = [2, 12, 16, 17, 18, 19, 21, 22, 25, 27, 34, 38, 39];

/** ioctl(2) of the architectures that a kernel of ours runs programs of (linux/audit.h; x32's is the second). */
const IOCTL: readonly ArchitectureCall[] = [
  { architecture: 0xc000003e, number: 16 },
  { architecture: 0xc000003e, number: 0x40000202 },
  { architecture: 0x40000003, number: 54 },
  { architecture: 0xc00000b7, number: 29 },
  { architecture: 0x40000028, number: 54 },
];
/** TIOCSTI and TIOCLINUX: they type on the terminal, for the shell that the program was started from. */
const TYPING = [0x5412, 0x541c];
const EPERM = 1;

/** This thread has to be the one that becomes the program. Throws {@linkcode ViewError}. */
export function giveUpRights(): void {
  // Without the right to do so there is nothing to give up: a user namespace's second one has taken it.
  for (const capability of DROPPED) prctl(PR_CAPBSET_DROP, capability);
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
  step("clear capabilities", inheritNoCapability());
  step("give up new privileges", prctl(PR_SET_NO_NEW_PRIVS, 1));
  step("filter ioctl", refuseCalls(IOCTL, TYPING, EPERM));
  if (canScopeSockets()) step("scope sockets", landlockScope(LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET));
}

/** Whether this kernel can keep programs from the abstract sockets of others. */
export function canScopeSockets(): boolean {
  return landlockVersion() >= LANDLOCK_ABI_OF_SCOPES;
}

function step(what: string, result: number): void {
  if (result >= 0) return;
  throw new ViewError("confine_failed", 4, `Cannot ${what}: ${failureCode(result)}`);
}
