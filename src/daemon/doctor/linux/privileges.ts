/**
 * Whether this process, or the helper it starts, may mount at all: what containers take away first.
 *
 * @module
 */

import type { Check } from "../check.ts";
import { containerOf } from "./container.ts";
import type { Machine } from "../machine.ts";

/** CAP_SYS_ADMIN, from linux/capability.h. */
const SYS_ADMIN = 1n << 21n;

export async function privileges(machine: Machine): Promise<Check | null> {
  const status = await machine.text("/proc/self/status") ?? "";
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)$`, "m").exec(status)?.[1];
  const container = await containerOf(machine);
  const engine = container === "podman" ? "podman" : "docker";
  const effective = field("CapEff");
  if (machine.uid === 0 && effective !== undefined && !(BigInt(`0x${effective}`) & SYS_ADMIN)) {
    return {
      name: "rights",
      state: "fail",
      found: "root may not mount here: it has not CAP_SYS_ADMIN",
      fix: container === "kubernetes"
        ? "Give the container securityContext.capabilities.add: [SYS_ADMIN]"
        : `Start the container with: ${engine} run --cap-add SYS_ADMIN --device /dev/fuse`,
    };
  }
  if (machine.uid !== 0 && field("NoNewPrivs") === "1") {
    return {
      name: "rights",
      state: "fail",
      found: "no program gains rights here (no_new_privs), so fusermount3 cannot mount",
      fix: container === "kubernetes"
        ? "Give the container securityContext.allowPrivilegeEscalation: true"
        : "Start it where that is not set: docker without no-new-privileges, not in a sandbox",
    };
  }
  return null;
}
