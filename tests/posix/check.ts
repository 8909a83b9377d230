/**
 * What a check is: a name, and system calls whose outcomes it notes down. It says nothing about what is
 * right; the same check on a real disk does.
 *
 * @module
 */

import type { Lab } from "./lab.ts";

export interface Check {
  readonly name: string;
  /** Acts as several users: needs root. */
  readonly asRoot: boolean;
  run(lab: Lab): void;
}

/** A check that any user can run. */
export function check(name: string, run: (lab: Lab) => void): Check {
  return { name, run, asRoot: false };
}

/** A check that needs root, to act as others or for what only root may. */
export function rootCheck(name: string, run: (lab: Lab) => void): Check {
  return { name, run, asRoot: true };
}
