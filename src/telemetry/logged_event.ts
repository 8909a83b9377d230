/**
 * An event as a line of the log has it, read again.
 *
 * @module
 */

import { binaryString } from "../../ffi/binary_string.ts";
import { isWithin } from "../host/mounts.ts";
import type { Action, Provider, Verdict } from "./event.ts";

/** What there is of it depends on the event; see docs/telemetry.md. */
export interface LoggedEvent {
  readonly "@timestamp": string;
  readonly event: {
    readonly action: Action;
    readonly category: readonly string[];
    readonly type: readonly string[];
    readonly outcome?: "success" | "failure";
    readonly duration?: number;
    readonly sequence: number;
    readonly provider: Provider;
  };
  readonly error?: { readonly code: string };
  readonly file?: {
    readonly path?: string;
    readonly target_path?: string;
    /** A number of 64 bits. */
    readonly inode?: string;
    readonly size?: number;
    readonly mode?: string;
  };
  readonly process?: {
    readonly pid?: number;
    readonly thread?: { readonly id: number };
    readonly name?: string;
    readonly executable?: string;
    readonly args?: readonly string[];
    /** Where `args` is their beginning: how many there are. */
    readonly args_count?: number;
    readonly working_directory?: string;
    readonly parent?: { readonly pid: number };
    readonly entity_id?: string;
    readonly exit_code?: number;
    readonly signal?: number;
  };
  readonly user?: { readonly id: string };
  readonly group?: { readonly id: string };
  readonly destination?: { readonly ip: string; readonly port: number };
  readonly network?: { readonly transport: string };
  readonly rule?: { readonly name: string };
  readonly message?: string;
  readonly tags?: readonly string[];
  readonly agentvfs: {
    /** CLOCK_MONOTONIC, us. */
    readonly monotonic: number;
    readonly verdict?: Verdict;
    readonly branch?: string;
    readonly view?: number;
    readonly node?: number;
    readonly offset?: number;
    readonly bytes?: number;
    readonly flags?: number;
    readonly attribute?: string;
    readonly cgroup?: number;
    readonly policy?: number;
    readonly session?: string;
    readonly session_number?: number;
    readonly call?: string;
    readonly tool?: string;
    readonly calls?: readonly string[];
    readonly checkpoint?: { readonly id: string; readonly label: string; readonly kind: string };
    readonly lost?: number;
    readonly writes?: number;
    readonly ranges?: readonly (readonly [offset: number, bytes: number])[];
    readonly path_base64?: string;
    readonly target_base64?: string;
    readonly extra?: Readonly<Record<string, unknown>>;
  };
}

/** Null for what is no event: a line that was not written to its end, or was damaged on the disk. */
export function parseLoggedEvent(line: string): LoggedEvent | null {
  try {
    const event = JSON.parse(line);
    const isEvent = Number.isSafeInteger(event?.event?.sequence) &&
      typeof event.event.action === "string" && typeof event["@timestamp"] === "string" &&
      typeof event.agentvfs === "object";
    return isEvent ? event : null;
  } catch {
    return null;
  }
}

/** Its names as they are, binary strings: the text has U+FFFD where a byte is none. */
export function exactPaths({ file, agentvfs }: LoggedEvent): { path?: string; target?: string } {
  const path = exact(file?.path, agentvfs.path_base64);
  const target = exact(file?.target_path, agentvfs.target_base64);
  return { ...path === undefined ? {} : { path }, ...target === undefined ? {} : { target } };
}

function exact(text: string | undefined, base64: string | undefined): string | undefined {
  if (base64 === undefined) return text === undefined ? undefined : binaryString(text);
  return Array.from(Uint8Array.fromBase64(base64), (byte) => String.fromCharCode(byte)).join("");
}

/** When it was, µs since 1970. */
export function timeOf({ "@timestamp": time }: LoggedEvent): number {
  return microseconds(time);
}

/** Of RFC 3339 in UTC, to the microsecond: a date has milliseconds only. */
export function microseconds(time: string): number {
  const [, fraction = ""] = /\.(\d+)Z$/.exec(time) ?? [];
  return Date.parse(time) * 1000 + Number(fraction.slice(3, 6).padEnd(3, "0"));
}

/** True if it is about one of these absolute paths, or something below them, by either of its names. None: about anything. */
export function isAbout({ file }: LoggedEvent, paths: readonly string[]): boolean {
  if (paths.length === 0) return true;
  const named = [file?.path, file?.target_path].filter((path) => path !== undefined);
  return named.some((path) => paths.some((at) => isWithin(path, at)));
}
