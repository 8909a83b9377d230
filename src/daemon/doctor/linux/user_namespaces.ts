/**
 * What keeps user namespaces from people, and how one lets them have some: `agentvfs run` is made of them.
 *
 * @module
 */

import type { Machine } from "../machine.ts";

const PROFILE = "/etc/apparmor.d/agentvfs";

/** Lets the executable have user namespaces, and takes nothing else from it or gives it more. */
export function apparmorProfile(own: string): string {
  return `abi <abi/4.0>,\ninclude <tunables/global>\nprofile agentvfs ${own} flags=(unconfined) {\n  userns,\n}\n`;
}

/**
 * The command that allows them, as far as it can be told.
 *
 * @param own path of the executable; null where it runs from its sources
 */
export async function namespaceRemedy(
  machine: Machine,
  own: string | null = Deno.build.standalone ? Deno.execPath() : null,
): Promise<string> {
  const setting = async (name: string) =>
    (await machine.text(`/proc/sys/${name.replaceAll(".", "/")}`))?.trim();
  const set = (name: string, value: string) => machine.asRoot(`sysctl -w ${name}=${value}`);
  if (await setting("kernel.apparmor_restrict_unprivileged_userns") === "1") {
    if (own === null) return set("kernel.apparmor_restrict_unprivileged_userns", "0");
    // A setting would be for all programs, and this is for one.
    const text = apparmorProfile(own).replaceAll("\n", "\\n");
    return `printf '${text}' | ${machine.asRoot(`tee ${PROFILE}`)} && ${
      machine.asRoot(`apparmor_parser -r ${PROFILE}`)
    }`;
  }
  if (await setting("kernel.unprivileged_userns_clone") === "0") {
    return set("kernel.unprivileged_userns_clone", "1");
  }
  if (await setting("user.max_user_namespaces") === "0") {
    return set("user.max_user_namespaces", "15000");
  }
  const container = (await machine.text("/proc/self/status"))?.match(/^Seccomp:\s*2$/m);
  return container
    ? "A filter of system calls refuses them, as in containers: --security-opt seccomp=unconfined"
    : "Allow user namespaces (sysctl user.max_user_namespaces), or run as root";
}
