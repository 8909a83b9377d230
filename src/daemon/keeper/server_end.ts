/**
 * When a server runs no more.
 *
 * @module
 */

import { isOver } from "../../host/processes.ts";

/** How often it is looked whether a server is over that is not gone, ms. */
const OVER_CHECK_MS = 500;

/** How a process ended. */
export interface End {
  readonly code: number;
  /** Null if it ended by itself; empty if it was killed, and by what is not known yet. */
  readonly signal: string | null;
}

/**
 * Resolves when the process runs no more. A server that was killed while it invalidated a page that a program is
 * writing is not gone before that program has its answer, and only the next server can give that.
 */
export async function endOf(child: Deno.ChildProcess): Promise<End> {
  let timer: ReturnType<typeof setInterval> | undefined;
  const over = new Promise<End>((resolve) => {
    let before = false;
    timer = setInterval(() => {
      const now = isOver(child.pid);
      // Twice, because every process is that for a moment.
      if (now && before) resolve({ code: 1, signal: "" });
      before = now;
    }, OVER_CHECK_MS);
  });
  try {
    return await Promise.race([child.status, over]);
  } finally {
    clearInterval(timer);
  }
}
