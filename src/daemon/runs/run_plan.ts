/**
 * A program that is to run on a branch, and what it is to have of the machine, whatever the system.
 *
 * @module
 */

import type { AllowedNetwork } from "../../../bpf/network_rules.ts";

/** What a command line says of the rest of the machine. */
export interface ConfinementOptions {
  /** Stay writable besides the usual; made if they are not there. */
  readonly allow: readonly string[];
  /** `/tmp` and `/var/tmp` are those of everybody. */
  readonly shareTmp: boolean;
}

export interface RunPlan {
  readonly branch: string;
  /** The project's own path, the mountpoint, the store and the control socket. */
  readonly source: string;
  readonly mount: string;
  readonly store: string;
  readonly socket: string;
  /** Further directories at which the branch is to stand. */
  readonly at: readonly string[];
  /** Null: the rest of the machine stays as it is. */
  readonly confine: ConfinementOptions | null;
  /** What it may speak to; null: everything. */
  readonly network: readonly AllowedNetwork[] | null;
  /** The log is to have what it does outside the branch. */
  readonly watch: boolean;
  readonly cwd: string;
  readonly command: readonly string[];
  /** Its arguments are words of one line as they stand: nothing is quoted on Windows, where programs get a line. */
  readonly isRaw?: boolean;
  /** Ends the program at once. */
  readonly kill?: AbortSignal;
  /** Tells whoever asked for the run something. */
  readonly say: (text: string) => void;
}

/** What tells a program, and commands that it runs, on which branch it is. */
export function runEnvironment({ branch, socket, mount }: RunPlan): Record<string, string> {
  return { AGENTVFS_BRANCH: branch, AGENTVFS_SOCK: socket, AGENTVFS_MOUNT: mount };
}
