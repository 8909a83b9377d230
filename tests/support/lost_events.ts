import { findLogLines } from "../../src/telemetry/log/log_reader.ts";
import { parseLoggedEvent } from "../../src/telemetry/logged_event.ts";

/** How many events the log in a directory says that it lacks. */
export function tallyLost(directory: string): number {
  let lost = 0;
  for (const line of findLogLines(directory, { actions: ["lost"] })) {
    lost += parseLoggedEvent(line)?.agentvfs.lost ?? 0;
  }
  return lost;
}
