/**
 * One row of what `doctor` tells.
 *
 * @module
 */

export interface Check {
  name: string;
  /** `warn`: it works, though less well. `fail`: a mount cannot work. */
  state: "ok" | "warn" | "fail";
  /** What was found. */
  found: string;
  /** Command, or sentence, that helps. */
  fix?: string;
}
