/**
 * Which events one wants.
 *
 * @module
 */

import type { EventKind } from "../api/event_kind.ts";

/** Which events one wants. */
export interface SubscribeOptions {
  /** Default: all. */
  readonly kinds?: readonly EventKind[];
  /** Default: of all branches. */
  readonly branch?: string;
  /** Most events that wait for a slow reader: docs/protocol.md. */
  readonly queue?: number;
  /** Ends the events. */
  readonly signal?: AbortSignal;
}
