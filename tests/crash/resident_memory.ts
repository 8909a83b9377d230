/**
 * What this process holds in memory.
 *
 * @module
 */

/** Resident memory, MiB, after what is garbage is gone (with `--v8-flags=--expose-gc`; else with it). */
export function residentMiB(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Math.round(Deno.memoryUsage().rss / 2 ** 20);
}
