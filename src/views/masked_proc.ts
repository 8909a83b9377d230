/**
 * `/proc` of a confined root, as container runtimes have it: its processes' files can be written to, those that set up the
 * machine cannot.
 *
 * Programs with user namespaces of their own, such as agents' sandboxes, write there to make them. They cannot mount another
 * `/proc` (the kernel refuses one that would show more): in it, whoever is user 0 of the machine could write to everything.
 *
 * @module
 */

import { close, hide, kindOf, mountOver, open } from "./view_mounts.ts";

/** Both lists are those of the OCI runtimes (moby's oci/defaults.go, containerd's oci/spec.go). */
const READ_ONLY = ["bus", "fs", "irq", "sys", "sysrq-trigger"];
const MASKED = [
  ...["acpi", "asound", "interrupts", "kcore", "keys", "latency_stats", "scsi", "sched_debug"],
  ...["timer_list", "timer_stats"],
];
const MASKED_IN_SYS = ["/sys/firmware", "/sys/devices/virtual/powercap"];

export function maskedProc(): void {
  open("/proc");
  for (const path of READ_ONLY.map((name) => `/proc/${name}`)) {
    if (kindOf(path) === null) continue;
    mountOver(path);
    close(path);
  }
  for (const path of [...MASKED.map((name) => `/proc/${name}`), ...MASKED_IN_SYS]) {
    if (hide(path)) close(path);
  }
}
