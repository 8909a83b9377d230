/**
 * What keeps eBPF from seeing what programs do. A mount tells of its changes without it.
 *
 * @module
 */

import type { Check } from "../check.ts";
import type { Machine } from "../machine.ts";

const INSTEAD = "--telemetry all,ptrace or all,ldpreload sees programs without it";

export async function kernelPrograms(machine: Machine): Promise<Check | null> {
  const found = await why(machine);
  return found === null ? null : { name: "bpf", state: "ok", ...found };
}

async function why(machine: Machine): Promise<{ found: string; fix: string } | null> {
  const lockdown = await machine.text("/sys/kernel/security/lockdown") ?? "";
  if (lockdown.includes("[confidentiality]")) {
    return {
      found: "the kernel is locked down (confidentiality), so eBPF may not look into it",
      fix: `Start it with lockdown=integrity; ${INSTEAD}`,
    };
  }
  if (!await machine.exists("/sys/kernel/btf/vmlinux")) {
    return {
      found: "the kernel does not describe itself: there is no /sys/kernel/btf/vmlinux for eBPF",
      fix: `A kernel with CONFIG_DEBUG_INFO_BTF; ${INSTEAD}`,
    };
  }
  const setting = (await machine.text("/proc/sys/kernel/unprivileged_bpf_disabled"))?.trim();
  if (machine.uid === 0 || setting === undefined || setting === "0") return null;
  return {
    found: "only root may use eBPF (kernel.unprivileged_bpf_disabled), as it should be",
    fix: `Start the daemon as root if it is wanted; ${INSTEAD}`,
  };
}
