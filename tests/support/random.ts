/**
 * Random work that a seed repeats.
 *
 * @module
 */

/** `$AGENTVFS_SEED`, which repeats a run that failed, or another one each time. */
export const SEED = Number(Deno.env.get("AGENTVFS_SEED") ?? Date.now() % 1_000_000);

/** Gives whole numbers from 0 to `below`, exclusive. */
export type Random = (below: number) => number;

/** Random numbers that a seed repeats (mulberry32). */
export function randomness(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Runs `body` so many times, each with other random numbers. An error names the seed that repeats it as the first. */
export function repeat(runs: number, body: (random: Random) => void): void {
  for (let run = 0; run < runs; run++) {
    const seed = SEED + run;
    try {
      body(randomness(seed));
    } catch (cause) {
      throw new Error(`Failed; repeat with AGENTVFS_SEED=${seed}`, { cause });
    }
  }
}
