/**
 * Bells of macOS: pipes, since a child inherits no kqueue(2).
 *
 * Whoever waits in {@linkcode hear} has no other end of that pipe: it sees the end of who rings. If it computes for very long
 * without coming back it is ended, since nobody else would do that once its parent is gone.
 *
 * @module
 */

import { close, setInherited, setNonblocking } from "../../../../ffi/macos/file.ts";
import { waitForByte, writeByte } from "../../../../ffi/macos/pipe.ts";
import { limitComputing } from "../../../../ffi/macos/sandbox.ts";
import { pipe } from "../../../../ffi/macos/socket.ts";

const MOST_SECONDS = 10;

export function createBell(): { hears: number; rings: number } | null {
  const ends = pipe();
  if (ends === null) return null;
  const [hears, rings] = ends;
  for (const end of ends) {
    setInherited(end, false);
    setNonblocking(end);
  }
  return { hears, rings };
}

export function closeBell(
  { hears, rings }: { readonly hears: number; readonly rings: number },
): void {
  close(hears);
  close(rings);
}

export { writeByte as ring };

export function hear(fd: number): boolean {
  const isRung = waitForByte(fd);
  limitComputing(MOST_SECONDS);
  return isRung;
}
