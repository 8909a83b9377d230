/**
 * An event as a line of the log: one JSON object, with the names of the Elastic Common Schema (ECS 8).
 *
 * Names that are not UTF-8 have U+FFFD where a byte is none, and are in `agentvfs.*_base64` as they are.
 *
 * @module
 */

import type { Action, TelemetryEvent, TelemetryProcess } from "../event.ts";

/** What the log adds to an event. */
export interface LogPlace {
  /** Of the event, in all files of the log. */
  readonly sequence: number;
  /** CLOCK_REALTIME less CLOCK_MONOTONIC, ms. */
  readonly wallOffset: number;
  /** Instead of all the process's arguments; null: all are written. */
  readonly shortArgs?: readonly string[] | null;
}

const CATEGORIES: { readonly [A in Action]: readonly [category: string, type: string] } = {
  create: ["file", "creation"],
  mkdir: ["file", "creation"],
  mknod: ["file", "creation"],
  symlink: ["file", "creation"],
  link: ["file", "creation"],
  unlink: ["file", "deletion"],
  rmdir: ["file", "deletion"],
  rename: ["file", "change"],
  write: ["file", "change"],
  truncate: ["file", "change"],
  fallocate: ["file", "change"],
  chmod: ["file", "change"],
  chown: ["file", "change"],
  utimes: ["file", "change"],
  setxattr: ["file", "change"],
  removexattr: ["file", "change"],
  open: ["file", "access"],
  read: ["file", "access"],
  close: ["file", "access"],
  stat: ["file", "access"],
  "exec-open": ["file", "access"],
  exec: ["process", "start"],
  fork: ["process", "start"],
  exit: ["process", "end"],
  chdir: ["process", "change"],
  connect: ["network", "connection"],
  bind: ["network", "connection"],
  send: ["network", "connection"],
  lost: ["host", "error"],
  "source-started": ["host", "info"],
  "source-stopped": ["host", "info"],
  "source-blind": ["host", "info"],
  checkpoint: ["configuration", "creation"],
  move: ["configuration", "change"],
  filter: ["host", "info"],
  policy: ["configuration", "change"],
};

const utf8 = new TextDecoder();

/** Text of a binary string, as JSON; what is no UTF-8 is replaced. */
function jsonOf(binary: string): string {
  return JSON.stringify(isAscii(binary) ? binary : utf8.decode(bytesOf(binary)));
}

function isAscii(binary: string): boolean {
  for (let i = 0; i < binary.length; i++) if (binary.charCodeAt(i) >= 0x80) return false;
  return true;
}

function bytesOf(binary: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** A binary string that text cannot stand for, in base64 as JSON; null if it can. */
function foreign(binary: string | undefined): string | null {
  if (binary === undefined || isAscii(binary)) return null;
  const bytes = bytesOf(binary);
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return null;
  } catch {
    return JSON.stringify(bytes.toBase64());
  }
}

/** Whole µs, as {@linkcode timestamp} has them. `ms` since 1970. */
export function wholeMicroseconds(ms: number): number {
  const whole = Math.floor(ms);
  return whole * 1000 + Math.floor((ms - whole) * 1000);
}

/** RFC 3339 in UTC, to the microsecond. `ms` since 1970. */
export function timestamp(ms: number): string {
  const whole = Math.floor(ms);
  const micros = wholeMicroseconds(ms) - whole * 1000;
  return `${isoMs(whole).slice(0, -1)}${String(micros).padStart(3, "0")}Z`;
}

let lastMs = NaN;
let lastIso = "";

function isoMs(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastIso = new Date(ms).toISOString();
  }
  return lastIso;
}

/** The line, without the newline. */
export function ecsLine(event: TelemetryEvent, place: LogPlace): string {
  const { sequence, wallOffset, shortArgs = null } = place;
  const { action, error, verdict } = event;
  const [category, type] = CATEGORIES[action];
  const isDenied = verdict === "deny";
  let line = `{"@timestamp":"${timestamp(event.time + wallOffset)}","event":{"action":"${action}"` +
    `,"category":["${category}"],"type":["${type}"${isDenied ? ',"denied"' : ""}]`;
  if (error !== undefined) line += `,"outcome":"${error === 0 ? "success" : "failure"}"`;
  if (event.duration !== undefined) line += `,"duration":${event.duration}`;
  line += `,"sequence":${sequence},"provider":"${event.provider}"}`;
  if (error !== undefined && error !== 0) line += `,"error":{"code":${JSON.stringify(error)}}`;
  line += filePart(event);
  if (event.process !== undefined) line += processPart(event.process, shortArgs);
  if (event.address !== undefined) line += addressPart(event.address);
  if (event.rule !== undefined) line += `,"rule":{"name":${jsonOf(event.rule)}}`;
  if (event.message !== undefined) line += `,"message":${JSON.stringify(event.message)}`;
  if (event.tags !== undefined) line += `,"tags":${JSON.stringify(event.tags)}`;
  return `${line},"agentvfs":{${ownPart(event)}}}`;
}

function filePart(event: TelemetryEvent): string {
  const { path, target, inode, mode, bytes, action } = event;
  if (path === undefined && inode === undefined) return "";
  let part = "";
  if (path !== undefined) part += `,"path":${jsonOf(path)}`;
  if (target !== undefined && !isAttribute(action)) part += `,"target_path":${jsonOf(target)}`;
  // As a number it would lose digits in most readers.
  if (inode !== undefined) part += `,"inode":"${inode}"`;
  if (action === "truncate" && bytes !== undefined) part += `,"size":${bytes}`;
  if (mode !== undefined && action !== "fallocate") {
    part += `,"mode":"${(mode & 0o7777).toString(8).padStart(4, "0")}"`;
  }
  return `,"file":{${part.slice(1)}}`;
}

function isAttribute(action: Action): boolean {
  return action === "setxattr" || action === "removexattr";
}

/** The part of each process: most events are of the same few. With all its arguments, and with their beginning. */
const [parts, shortParts] = [1, 2].map(() => new WeakMap<TelemetryProcess, string>()) as [
  WeakMap<TelemetryProcess, string>,
  WeakMap<TelemetryProcess, string>,
];

function processPart(process: TelemetryProcess, shortArgs: readonly string[] | null): string {
  const made = shortArgs === null ? parts : shortParts;
  const known = made.get(process);
  if (known !== undefined) return known;
  const part = newProcessPart(process, shortArgs);
  made.set(process, part);
  return part;
}

function newProcessPart(process: TelemetryProcess, shortArgs: readonly string[] | null): string {
  const { tid, pid, name, executable, args, directory, parent, start, exitCode, signal } = process;
  let part = "";
  if (pid !== undefined) part += `,"pid":${pid}`;
  if (tid !== undefined) part += `,"thread":{"id":${tid}}`;
  if (name !== undefined) part += `,"name":${jsonOf(name)}`;
  if (executable !== undefined) part += `,"executable":${jsonOf(executable)}`;
  if (args !== undefined) part += `,"args":[${(shortArgs ?? args).map(jsonOf).join()}]`;
  if (args !== undefined && shortArgs !== null) part += `,"args_count":${args.length}`;
  if (directory !== undefined) part += `,"working_directory":${jsonOf(directory)}`;
  if (parent !== undefined) part += `,"parent":{"pid":${parent}}`;
  if (start !== undefined && pid !== undefined) {
    part += `,"entity_id":"${pid}-${Math.round(start)}"`;
  }
  if (exitCode !== undefined) part += `,"exit_code":${exitCode}`;
  if (signal !== undefined) part += `,"signal":${signal}`;
  let made = part === "" ? "" : `,"process":{${part.slice(1)}}`;
  if (process.uid !== undefined) made += `,"user":{"id":"${process.uid}"}`;
  if (process.gid !== undefined) made += `,"group":{"id":"${process.gid}"}`;
  return made;
}

function addressPart({ ip, port, transport }: NonNullable<TelemetryEvent["address"]>): string {
  return `,"destination":{"ip":${JSON.stringify(ip)},"port":${port}}` +
    `,"network":{"transport":${JSON.stringify(transport)}}`;
}

function ownPart(event: TelemetryEvent): string {
  const { action, offset, bytes, target, flags } = event;
  let part = `"monotonic":${Math.round(event.time * 1000)}`;
  if (event.verdict !== undefined) part += `,"verdict":"${event.verdict}"`;
  if (event.branch !== undefined) part += `,"branch":${JSON.stringify(event.branch)}`;
  if (event.view !== undefined) part += `,"view":${event.view}`;
  if (event.node !== undefined) part += `,"node":${event.node}`;
  if (offset !== undefined) part += `,"offset":${offset}`;
  if (bytes !== undefined && action !== "truncate") part += `,"bytes":${bytes}`;
  if (flags !== undefined) part += `,"flags":${flags}`;
  if (target !== undefined && isAttribute(action)) part += `,"attribute":${jsonOf(target)}`;
  if (event.cgroup !== undefined) part += `,"cgroup":${event.cgroup}`;
  if (event.policy !== undefined) part += `,"policy":${event.policy}`;
  if (event.sessionNumber !== undefined) part += `,"session_number":${event.sessionNumber}`;
  if (event.session !== undefined) part += `,"session":${JSON.stringify(event.session)}`;
  if (event.call !== undefined) part += `,"call":${JSON.stringify(event.call)}`;
  if (event.checkpoint !== undefined) part += `,"checkpoint":${JSON.stringify(event.checkpoint)}`;
  if (event.calls !== undefined) part += `,"calls":${JSON.stringify(event.calls)}`;
  if (event.tool !== undefined) part += `,"tool":${JSON.stringify(event.tool)}`;
  if (event.count !== undefined) {
    part += `,"${action === "lost" ? "lost" : "writes"}":${event.count}`;
  }
  if (event.ranges !== undefined) part += `,"ranges":${JSON.stringify(event.ranges)}`;
  const path = foreign(event.path);
  const other = foreign(target);
  if (path !== null) part += `,"path_base64":${path}`;
  if (other !== null) part += `,"target_base64":${other}`;
  if (event.extra !== undefined) part += `,"extra":${JSON.stringify(event.extra)}`;
  return part;
}
