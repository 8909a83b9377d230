/**
 * What the telemetry thread and the server's main thread say to each other. Plain data.
 *
 * @module
 */

import type { ThreadMemory } from "../../control/service/daemon.ts";
import type { OpenCall } from "../../telemetry/call_times.ts";
import type { Provider, TelemetryEvent } from "../../telemetry/event.ts";
import type { FilterHandle } from "../../filters/filter_handle.ts";
import type { SourcePlaces } from "./source_places.ts";
import type { PreloadRules } from "../../telemetry/preload_rules.ts";
import type { Ring } from "../../telemetry/ring.ts";
import type { TelemetryChoice } from "../../telemetry/telemetry_choice.ts";

export interface TelemetryStart {
  readonly ring: Ring;
  /** Made readable after each message, since the thread waits for the kernel and not for messages. */
  readonly wake: number;
  /** One i32: messages posted so far. */
  readonly posted: SharedArrayBuffer;
  /** The control socket. */
  readonly control: string;
  /** Of the log. */
  readonly directory: string;
  readonly choice: TelemetryChoice;
  /** A binary string. */
  readonly mountpoint: string;
  readonly places: SourcePlaces;
  /** Those about paths outside the mount. */
  readonly rules: PreloadRules;
  /** Outside the mount, that are watched: binary strings. */
  readonly directories: readonly string[];
}

export type TelemetryRequest =
  /** What the main thread has seen. */
  | { readonly type: "event"; readonly event: TelemetryEvent }
  /** What these processes do is to be told, and what they start. */
  | { readonly type: "watch"; readonly watched: Watched }
  /** Events pass these filters from now on; `batch` is readable when one has answered. */
  | { readonly type: "filters"; readonly filters: readonly FilterHandle[]; readonly batch: number }
  /** These calls are under way in a branch from `time` on. */
  | {
    readonly type: "calls";
    readonly branch: string;
    readonly calls: readonly OpenCall[];
    readonly time: number;
  }
  /** Whether the main thread is told of lines. */
  | { readonly type: "lines"; readonly areWanted: boolean }
  /** The rules about paths outside the mount are these now. */
  | { readonly type: "rules"; readonly rules: PreloadRules }
  /** These directories outside the mount are watched now, and no others. */
  | { readonly type: "directories"; readonly directories: readonly string[] }
  | { readonly type: "status" }
  | { readonly type: "memory"; readonly collect: boolean }
  | { readonly type: "end" };

export type Watched = ({ readonly pid: number } | { readonly cgroup: number }) & {
  /** That they work on. Null: they are not watched any more. */
  readonly branch: string | null;
  /** By which people know it. */
  readonly session?: number;
  /** Of a run: where it sees the branch, beside the mountpoint. */
  readonly place?: string;
};

export interface SourceState {
  readonly name: Provider;
  /** `waiting`: it begins when it is needed. */
  readonly state: "running" | "waiting" | "off" | "failed";
  /** For people; null where there is nothing to say. */
  readonly why: string | null;
}

export interface WatchedDirectory {
  readonly path: string;
  /** Why it is not watched; null: it is. */
  readonly why: string | null;
}

export interface TelemetryState {
  readonly sources: readonly SourceState[];
  /** Directories outside the mount that somebody asked for. */
  readonly directories: readonly WatchedDirectory[];
  /** Of the last event. */
  readonly sequence: number;
  /** Since the server began. */
  readonly lost: number;
  /** Why nothing can be written; null: it can. */
  readonly failure: string | null;
}

export type TelemetryMessage =
  | { readonly type: "ready" }
  /** Of the log. */
  | { readonly type: "lines"; readonly lines: readonly string[] }
  | { readonly type: "status"; readonly state: TelemetryState }
  | { readonly type: "memory"; readonly memory: ThreadMemory }
  /** No other filter is used any more. */
  | { readonly type: "filters" }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "ended" };
