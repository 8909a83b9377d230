/**
 * Native code that the executable brings with it.
 *
 * @module
 */

import process from "node:process";
import { close } from "../../../ffi/linux/open.ts";
import { memoryFile } from "../../../ffi/linux/shared_memory.ts";

/**
 * What the Node-API addon `name`, a file of the executable in `directory`, exports. It is compressed: what is embedded is read
 * at every start.
 *
 * The runtime would load it from the temporary directory, under a name that anybody can know and take before; and there
 * programs may not be allowed to run.
 */
export async function loadAddon(directory: string, name: string): Promise<unknown> {
  const bytes = await decompressed(Deno.readFileSync(`${directory}/${name}.gz`));
  const fd = memoryFile("addon");
  try {
    const file = `/proc/self/fd/${fd}`;
    Deno.writeFileSync(file, bytes);
    const module = { exports: {} };
    process.dlopen(module, file);
    return module.exports;
  } finally {
    close(fd);
  }
}

function decompressed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")))
    .bytes();
}
