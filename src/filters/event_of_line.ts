/**
 * An event back from its line in a log: ours (Elastic Common Schema), or the original's.
 *
 * @module
 */

import { binaryString, textOfBytes } from "../../ffi/binary_string.ts";
import type { Action, Provider, TelemetryEvent } from "../telemetry/event.ts";

type Json = Record<string, unknown>;

/** Null for a line that tells of no event. */
export function eventOfLine(line: string): TelemetryEvent | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  return typeof value.op === "string" ? ofOriginal(value) : ofSchema(value);
}

/** A `.` in a name leads into an object, or is part of the name: logs have both. */
function ofSchema(line: Json): TelemetryEvent | null {
  const action = text(line, "event.action");
  if (action === undefined) return null;
  const [args, calls] = [at(line, "process.args"), at(line, "agentvfs.calls")];
  return defined({
    provider: (text(line, "event.provider") ?? "mount") as Provider,
    action: action as Action,
    time: 0,
    error: text(line, "error.code"),
    path: bytes(line, "agentvfs.path_base64") ?? utf8(text(line, "file.path")),
    target: bytes(line, "agentvfs.target_base64") ??
      utf8(text(line, "file.target_path") ?? text(line, "agentvfs.attribute")),
    branch: text(line, "agentvfs.branch"),
    view: number(line, "agentvfs.view"),
    session: text(line, "agentvfs.session"),
    call: text(line, "agentvfs.call"),
    calls: Array.isArray(calls) ? calls.map(String) : undefined,
    tool: text(line, "agentvfs.tool"),
    process: defined({
      pid: number(line, "process.pid"),
      uid: number(line, "user.id"),
      name: utf8(text(line, "process.name")),
      executable: utf8(text(line, "process.executable")),
      args: Array.isArray(args) ? args.map((arg) => utf8(String(arg))!) : undefined,
    }),
  });
}

function ofOriginal(line: Json): TelemetryEvent {
  return defined({
    provider: (text(line, "backend") ?? "mount") as Provider,
    action: line.op as Action,
    time: 0,
    path: utf8(text(line, "path")),
    process: defined({ pid: number(line, "pid"), uid: number(line, "uid") }),
  });
}

function at(line: Json, name: string): unknown {
  if (Object.hasOwn(line, name)) return line[name];
  return name.split(".").reduce<unknown>(
    (value, key) => isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined,
    line,
  );
}

function text(line: Json, name: string): string | undefined {
  const value = at(line, name);
  return typeof value === "string" ? value : undefined;
}

/** ECS has ids of users as words. */
function number(line: Json, name: string): number | undefined {
  const value = at(line, name);
  const given = typeof value === "string" ? Number(value) : value;
  return typeof given === "number" && Number.isFinite(given) ? given : undefined;
}

/** As events have it. */
function utf8(value: string | undefined): string | undefined {
  return value === undefined ? undefined : binaryString(value);
}

function bytes(line: Json, name: string): string | undefined {
  const value = text(line, name);
  if (value === undefined) return undefined;
  try {
    return binaryString(textOfBytes(Uint8Array.fromBase64(value)));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without the fields that are undefined. */
function defined<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
