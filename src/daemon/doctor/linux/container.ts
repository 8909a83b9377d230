/**
 * What kind of container this is, and what its /dev/fuse needs.
 *
 * @module
 */

import type { Machine } from "../machine.ts";

export type Container = "docker" | "podman" | "kubernetes" | "lxc" | "wsl";

/** Null on a machine, and in a container that does not tell. */
export async function containerOf(machine: Machine): Promise<Container | null> {
  if (machine.environment.KUBERNETES_SERVICE_HOST) return "kubernetes";
  if (await machine.exists("/run/.containerenv")) return "podman";
  if (await machine.exists("/.dockerenv")) return "docker";
  const init = (await machine.text("/proc/1/environ") ?? "").split("\0");
  if (init.includes("container=lxc")) return "lxc";
  if (/microsoft/i.test(await machine.text("/proc/sys/kernel/osrelease") ?? "")) return "wsl";
  return null;
}

const RUN = "--device /dev/fuse --cap-add SYS_ADMIN";

const FIXES: Readonly<Record<Container, string>> = {
  docker: `Start the container with: docker run ${RUN} --security-opt apparmor=unconfined`,
  podman: `Start the container with: podman run ${RUN}`,
  kubernetes: "Give the pod /dev/fuse: securityContext.privileged: true, or a device plugin for it",
  lxc: "On the host: incus config device add NAME fuse unix-char path=/dev/fuse (or lxc config …)",
  wsl: "In Windows: wsl --update, and wsl --set-version NAME 2; WSL 1 has no FUSE",
};

/** How /dev/fuse comes here. */
export async function deviceFix(machine: Machine): Promise<string> {
  const container = await containerOf(machine);
  if (container !== null) return FIXES[container];
  return `${machine.asRoot("modprobe fuse")}; in a container: docker run ${RUN}`;
}
