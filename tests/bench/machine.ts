/**
 * What the figures were measured on, in one line.
 *
 * @module
 */

import { cpus, release, totalmem } from "node:os";
import { run } from "../support/process.ts";

/** Kernel, processors, memory and the file system of `directory`. */
export async function machine(directory: string): Promise<string> {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const { stdout } = await run(["stat", "-f", "-c", "%T", directory]);
  return `Linux ${release()}, ${cpus().length} x ${cpu?.model ?? "unknown"}, ${memory} GiB, ` +
    `${stdout.trim()}, Deno ${Deno.version.deno}, ` +
    (Deno.env.get("AGENTVFS_BIN") ? "the executable" : "from source");
}
