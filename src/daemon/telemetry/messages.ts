/**
 * What the telemetry thread and the server's main thread say to each other. Plain data.
 *
 * @module
 */

import type { TelemetryEvent } from "../../telemetry/event.ts";
import type { Ring } from "../../telemetry/ring.ts";
import type { TelemetryChoice } from "../../telemetry/telemetry_choice.ts";

export interface TelemetryStart {
  readonly ring: Ring;
  /** Made readable after each message, since the thread waits for the kernel and not for messages. */
  readonly wake: number;
  /** One i32: messages posted so far. */
  readonly posted: SharedArrayBuffer;
  /** Of the log. */
  readonly directory: string;
  readonly choice: TelemetryChoice;
  /** A binary string. */
  readonly mountpoint: string;
}

export type TelemetryRequest =
  /** What the main thread has seen. */
  | { readonly type: "event"; readonly event: TelemetryEvent }
  | { readonly type: "status" }
  | { readonly type: "end" };

export interface TelemetryState {
  /** Of the last event. */
  readonly sequence: number;
  /** Since the server began. */
  readonly lost: number;
  /** Why nothing can be written; null: it can. */
  readonly failure: string | null;
}

export type TelemetryMessage =
  | { readonly type: "ready" }
  | { readonly type: "status"; readonly state: TelemetryState }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "ended" };
