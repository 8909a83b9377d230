/**
 * What the thread that asks holds in memory.
 *
 * @module
 */

import type { ThreadMemory } from "../../control/service/daemon.ts";
import { collectGarbage } from "./collect_garbage.ts";

/** @param counts of what the thread keeps for long */
export function threadMemory(collect: boolean, counts: ThreadMemory["counts"]): ThreadMemory {
  if (collect) collectGarbage();
  const { heapUsed, heapTotal, external } = Deno.memoryUsage();
  return { heapBytes: heapUsed, heapTotalBytes: heapTotal, externalBytes: external, counts };
}
