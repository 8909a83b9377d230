/**
 * Bells of Windows: events.
 *
 * @module
 */

import { createEvent, resetEvent, setEvent, waitFor } from "../../../../ffi/windows/event.ts";
import { close } from "../files.ts";

export function createBell(): { hears: number; rings: number } | null {
  const event = createEvent();
  return event < 0 ? null : { hears: event, rings: event };
}

export function closeBell({ hears }: { readonly hears: number; readonly rings: number }): void {
  close(hears);
}

export { setEvent as ring };

export function hear(event: number): boolean {
  const isRung = waitFor(event);
  resetEvent(event);
  return isRung;
}
