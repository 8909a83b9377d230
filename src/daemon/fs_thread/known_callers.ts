/**
 * What the fs thread is told of who asks, as the system tells it.
 *
 * @module
 */

import { load } from "../../host/pick.ts";
import type { FsStart } from "../threads/messages.ts";
import type { CallersParts, KnownCallers } from "./callers_parts.ts";

export async function knownCallers(start: FsStart, parts: CallersParts): Promise<KnownCallers> {
  const system = await load<{ knownCallers(start: FsStart, parts: CallersParts): KnownCallers }>({
    linux: () => import("./linux_callers.ts"),
    macos: () => import("./no_callers.ts"),
    windows: () => import("./no_callers.ts"),
  });
  return system.knownCallers(start, parts);
}
