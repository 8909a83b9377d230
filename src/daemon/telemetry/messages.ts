/**
 * What the telemetry thread and the server's main thread say to each other. Plain data.
 *
 * @module
 */

import type { TelemetryEvent } from "../../telemetry/event.ts";
import type { FilterHandle } from "../../filters/filter_handle.ts";
import type { Level } from "../../telemetry/level.ts";
import type { LogLimits } from "../../telemetry/log_writer.ts";
import type { Ring } from "../../telemetry/ring.ts";

export interface TelemetryStart {
  readonly ring: Ring;
  /** Made readable after each message, since the thread waits for the kernel and not for messages. */
  readonly wake: number;
  /** One i32: messages posted so far. */
  readonly posted: SharedArrayBuffer;
  /** Of the log. */
  readonly directory: string;
  readonly limits: LogLimits;
  readonly level: Level;
  /** Of programs' arguments, nothing but their names is written down. */
  readonly redactsArguments: boolean;
  /** A binary string. */
  readonly mountpoint: string;
  /** Names of branches by the number of their view. */
  readonly branches: readonly (readonly [view: number, name: string])[];
}

export type TelemetryRequest =
  /** A view shows this branch from now on. */
  | { readonly type: "branch"; readonly view: number; readonly name: string }
  /** What the main thread has seen. */
  | { readonly type: "event"; readonly event: TelemetryEvent }
  /** Events pass these filters from now on; `batch` is readable when one has answered. */
  | { readonly type: "filters"; readonly filters: readonly FilterHandle[]; readonly batch: number }
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
  /** No other filter is used any more. */
  | { readonly type: "filters" }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "ended" };
