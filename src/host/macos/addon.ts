/**
 * Native code that the executable brings with it.
 *
 * @module
 */

import { createRequire } from "node:module";

/** What the Node-API addon at `path`, a file of the executable, exports. The temporary directory is the user's own. */
export function loadAddon(path: string): unknown {
  return createRequire(import.meta.url)(path);
}
