/**
 * Native code that the executable brings with it.
 *
 * @module
 */

import process from "node:process";
import { close } from "../../../ffi/linux/open.ts";
import { memoryFile } from "../../../ffi/linux/shared_memory.ts";

/**
 * What the Node-API addon at `path`, a file of the executable, exports.
 *
 * The runtime would load it from the temporary directory, under a name that anybody can know and take before; and there
 * programs may not be allowed to run.
 */
export function loadAddon(path: string): unknown {
  const fd = memoryFile("addon");
  try {
    const file = `/proc/self/fd/${fd}`;
    Deno.writeFileSync(file, Deno.readFileSync(path));
    const module = { exports: {} };
    process.dlopen(module, file);
    return module.exports;
  } finally {
    close(fd);
  }
}
