/**
 * What a daemon says where its log is on a full disk.
 *
 * @module
 */

const LEVELS = ["log", "info", "warn", "error"] as const;

/**
 * Makes this thread's console drop what cannot be written. Deno's throws, and what is merely said must be the death of
 * nobody.
 */
export function tolerateFullLog(): void {
  for (const level of LEVELS) {
    const write = console[level].bind(console);
    console[level] = (...data: unknown[]) => {
      try {
        write(...data);
      } catch { /* there is nowhere to say it */ }
    };
  }
}
