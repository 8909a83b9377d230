/**
 * Native code that the executable brings with it.
 *
 * @module
 */

import { createRequire } from "node:module";

/**
 * What the Node-API addon `name`, a file of the executable in `directory`, exports. The runtime loads it from the temporary
 * directory, which is the user's own.
 */
export function loadAddon(directory: string, name: string): Promise<unknown> {
  return Promise.resolve(createRequire(import.meta.url)(`${directory}/${name}`));
}
