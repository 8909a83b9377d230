/**
 * Temporary directories with nothing in their path that a loader or a shell would part it at.
 *
 * @module
 */

import { dirname } from "node:path";

/** As Deno's functions for temporary files take it: where they would be, if that will do. */
export function inPlainPlace(): { dir?: string } {
  const sample = Deno.makeTempDirSync();
  Deno.removeSync(sample);
  return /^[\w/.+-]+$/.test(dirname(sample)) ? {} : { dir: "/var/tmp" };
}
