/**
 * What rules and filters have to know of a request.
 *
 * @module
 */

import type { TelemetryEvent } from "../../telemetry/event.ts";
import type { Asker } from "../asker.ts";
import type { View } from "../views.ts";

/** A request, as each system has it. */
export interface Asking {
  /** The view that it is about. */
  readonly view: View;
  readonly request: Asker & {
    /** The request is among the first `length` of them. */
    readonly bytes: Uint8Array;
    readonly length: number;
  };
}

/** What a request is, as the log has it afterwards: a filter is told that a rule asks about the path `about`. */
export type Describe<C extends Asking> = (
  context: C,
  mountpoint: string,
  about: string,
) => Pick<TelemetryEvent, "action" | "path" | "target">;
