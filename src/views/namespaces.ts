/**
 * The namespaces that views are made of, by util-linux's unshare: a process with threads, as this one is, may not enter a
 * user namespace itself.
 *
 * @module
 */

import { systemProgram } from "../host/system_program.ts";

/** What a program's namespaces are to be. */
export interface NamespaceOptions {
  /** It is not root: a user namespace in which it may mount. */
  readonly user: boolean;
  /** All it starts ends with it, and it sees no other process, nor shares memory with one. */
  readonly pid: boolean;
}

/**
 * Command and first arguments that give the program after them its namespaces. With `pid`, it begins with SIGINT and SIGQUIT
 * ignored.
 */
export function unshareCommand({ user, pid }: NamespaceOptions): string[] {
  return [
    // With --fork, unshare waits: a signal that is kept from it meanwhile would end it afterwards, instead of the
    // program's exit code.
    ...(pid ? ["/bin/sh", "-c", 'trap "" INT QUIT; exec "$@"', "sh"] : []),
    ...[systemProgram("unshare"), "--mount", "--propagation", "slave"],
    ...(user ? ["--user", "--map-root-user"] : []),
    ...(pid ? ["--pid", "--ipc", "--fork", "--kill-child", "--mount-proc"] : []),
    "--",
  ];
}

/** Why this machine does not let the caller have such namespaces; null if it does. */
export async function whyNoNamespaces(options: NamespaceOptions): Promise<string | null> {
  const [command, ...args] = [...unshareCommand(options), systemProgram("true")];
  try {
    const { success, stderr } = await new Deno.Command(command!, { args, stdin: "null" }).output();
    return success ? null : new TextDecoder().decode(stderr).trim() || "unshare fails";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "util-linux's unshare is not installed";
    throw error;
  }
}
