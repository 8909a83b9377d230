/**
 * Whether a filter refuses system calls to this process, as that of a container does.
 *
 * @module
 */

import type { Check } from "../check.ts";
import { containerOf } from "./container.ts";
import type { Machine } from "../machine.ts";

const FIXES = {
  docker: "docker run --security-opt seccomp=unconfined, if one of these is wanted",
  podman: "podman run --security-opt seccomp=unconfined, if one of these is wanted",
  kubernetes: "securityContext.seccompProfile.type: Unconfined, if one of these is wanted",
  lxc: "On the host: incus config set NAME security.nesting true, if one of these is wanted",
  wsl: "Start it outside of the sandbox, if one of these is wanted",
} as const;

/** Nothing is said outside of containers: there it is a sandbox that somebody wants. */
export async function callFilter(machine: Machine): Promise<Check | null> {
  const isFiltered = /^Seccomp:\s*2$/m.test(await machine.text("/proc/self/status") ?? "");
  const container = await containerOf(machine);
  if (!isFiltered || container === null) return null;
  return {
    name: "seccomp",
    state: "ok",
    found:
      "this container refuses some system calls; agentvfs run, --watch and ebpf may lack theirs",
    fix: FIXES[container],
  };
}
