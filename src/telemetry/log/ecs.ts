/**
 * An event as a line of the log: one JSON object, with the names of the Elastic Common Schema (ECS 8).
 *
 * Names that are not UTF-8 have U+FFFD where a byte is none, and are in `agentvfs.*_base64` as they are.
 *
 * @module
 */

import type { Action, Provider, TelemetryEvent, TelemetryProcess, Verdict } from "../event.ts";
import { LineBytes } from "./line_bytes.ts";

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

/** A binary string that text cannot stand for, in base64 as JSON; null if it can. */
function foreign(binary: string): string | null {
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  try {
    strict.decode(bytes);
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
  const line = new LineBytes();
  layTimestamp(line, ms);
  return line.text();
}

/** The second that was told last: most events are of the same. */
let lastSecond = NaN;
let lastSecondBytes = new Uint8Array();

function layTimestamp(line: LineBytes, ms: number): void {
  const micros = wholeMicroseconds(ms);
  const second = Math.floor(micros / 1e6);
  if (second !== lastSecond) {
    lastSecond = second;
    lastSecondBytes = ascii(`${new Date(second * 1000).toISOString().slice(0, -4)}`);
  }
  line.put(lastSecondBytes);
  line.digits(micros - second * 1e6, 6);
  line.byte(0x5a);
}

/** The line, without the newline. */
export function ecsLine(event: TelemetryEvent, place: LogPlace): string {
  const line = new LineBytes();
  layEcsLine(line, event, place);
  return line.text();
}

/** Lays down the line, without the newline. */
export function layEcsLine(line: LineBytes, event: TelemetryEvent, place: LogPlace): void {
  const { sequence, wallOffset, shortArgs = null } = place;
  const { action, error, rule, process, address } = event;
  line.put(TEXT.begin);
  layTimestamp(line, event.time + wallOffset);
  line.put(event.verdict === "deny" ? DENIED_HEADS[action] : HEADS[action]);
  if (error !== undefined) line.put(error === 0 ? TEXT.success : TEXT.failure);
  number(line, KEY.duration, event.duration);
  number(line, KEY.sequence, sequence);
  line.put(PROVIDERS[event.provider]);
  if (error !== undefined && error !== 0) json(line, KEY.error, { code: error });
  const isPlain = layFile(line, event);
  if (process !== undefined) line.put(processPart(process, shortArgs));
  if (address !== undefined) line.unicode(addressPart(address));
  if (rule !== undefined) {
    line.put(TEXT.rule);
    line.json(rule);
    line.byte(END);
  }
  json(line, KEY.message, event.message);
  json(line, KEY.tags, event.tags);
  layOwn(line, event);
  if (!isPlain) layForeign(line, event);
  json(line, KEY.extra, event.extra);
  line.put(TEXT.end);
}

const BEGIN = 0x7b;
const END = 0x7d;
const COMMA = 0x2c;
const ZERO = 0x30;
const QUOTE = 0x22;

const strict = new TextDecoder("utf-8", { fatal: true });

function ascii(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** A value for each of these names. */
function each<Name extends string, Value>(
  names: readonly Name[],
  value: (name: Name) => Value,
): { readonly [N in Name]: Value } {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, Value>;
}

const KEY = each([
  "args_count",
  "attribute",
  "bytes",
  "call",
  "calls",
  "cgroup",
  "checkpoint",
  "duration",
  "error",
  "executable",
  "exit_code",
  "extra",
  "flags",
  "lost",
  "message",
  "name",
  "node",
  "offset",
  "path",
  "path_base64",
  "pid",
  "policy",
  "ranges",
  "sequence",
  "session",
  "session_number",
  "signal",
  "size",
  "tags",
  "target_base64",
  "target_path",
  "tool",
  "view",
  "working_directory",
  "writes",
], (name) => ascii(`,"${name}":`));

const TEXT = {
  begin: ascii('{"@timestamp":"'),
  success: ascii(',"outcome":"success"'),
  failure: ascii(',"outcome":"failure"'),
  file: ascii(',"file":'),
  inode: ascii(',"inode":"'),
  mode: ascii(',"mode":"'),
  process: ascii(',"process":'),
  rule: ascii(',"rule":{"name":'),
  own: ascii(',"agentvfs":{"monotonic":'),
  end: ascii("}}"),
};

/** What follows the time, by action. */
const ALL_ACTIONS = Object.keys(CATEGORIES) as Action[];
const HEADS = each(ALL_ACTIONS, (action) => headOf(action, ""));
const DENIED_HEADS = each(ALL_ACTIONS, (action) => headOf(action, ',"denied"'));
const PROVIDERS = each(
  ["mount", "ebpf", "fanotify", "seccomp", "ptrace", "ldpreload", "agentvfs"],
  (provider: Provider) => ascii(`,"provider":"${provider}"}`),
);
const VERDICTS = each(
  ["allow", "watch", "deny"],
  (verdict: Verdict) => ascii(`,"verdict":"${verdict}"`),
);

function headOf(action: Action, more: string): Uint8Array {
  const [category, type] = CATEGORIES[action];
  return ascii(
    `","event":{"action":"${action}","category":["${category}"],"type":["${type}"${more}]`,
  );
}

function number(line: LineBytes, key: Uint8Array, value: number | undefined): void {
  if (value === undefined) return;
  line.put(key);
  line.number(value);
}

/** A binary string. */
function name(line: LineBytes, key: Uint8Array, value: string | undefined): void {
  if (value === undefined) return;
  line.put(key);
  line.json(value);
}

/** Whatever JSON can say. */
function json(line: LineBytes, key: Uint8Array, value: unknown): void {
  if (value === undefined) return;
  line.put(key);
  line.unicode(JSON.stringify(value));
}

/** False if a name is not plain text: it may be told in base64, too. */
function layFile(line: LineBytes, event: TelemetryEvent): boolean {
  const { path, target, inode, mode, bytes, action } = event;
  let isPlain = target === undefined;
  if (path === undefined && inode === undefined) return isPlain;
  line.put(TEXT.file);
  const begin = line.length;
  if (path !== undefined) {
    line.put(KEY.path);
    isPlain = line.json(path) && isPlain;
  }
  if (!isAttribute(action)) name(line, KEY.target_path, target);
  if (inode !== undefined) {
    // As a number it would lose digits in most readers.
    line.put(TEXT.inode);
    if (typeof inode === "number") line.digits(inode, 1);
    else line.unicode(String(inode));
    line.byte(QUOTE);
  }
  if (action === "truncate") number(line, KEY.size, bytes);
  if (mode !== undefined && action !== "fallocate") {
    line.put(TEXT.mode);
    for (let shift = 9; shift >= 0; shift -= 3) line.byte(ZERO + ((mode >> shift) & 7));
    line.byte(QUOTE);
  }
  line.replace(begin, BEGIN);
  line.byte(END);
  return isPlain;
}

function isAttribute(action: Action): boolean {
  return action === "setxattr" || action === "removexattr";
}

interface ProcessPart {
  readonly process: TelemetryProcess;
  readonly shortArgs: readonly string[] | null;
  readonly bytes: Uint8Array;
}

/** The part of each process: most events are of the same few. With all its arguments, and with their beginning. */
const [parts, shortParts] = [1, 2].map(() => new WeakMap<TelemetryProcess, ProcessPart>()) as [
  WeakMap<TelemetryProcess, ProcessPart>,
  WeakMap<TelemetryProcess, ProcessPart>,
];
let lastPart: ProcessPart | null = null;

function processPart(process: TelemetryProcess, shortArgs: readonly string[] | null): Uint8Array {
  if (lastPart?.process === process && lastPart.shortArgs === shortArgs) return lastPart.bytes;
  const made = shortArgs === null ? parts : shortParts;
  let part = made.get(process);
  if (part === undefined) {
    part = { process, shortArgs, bytes: newProcessPart(process, shortArgs) };
    made.set(process, part);
  }
  lastPart = part;
  return part.bytes;
}

function newProcessPart(
  process: TelemetryProcess,
  shortArgs: readonly string[] | null,
): Uint8Array {
  const { tid, pid, args, parent, start, uid, gid } = process;
  const part = new LineBytes();
  part.put(TEXT.process);
  const begin = part.length;
  number(part, KEY.pid, pid);
  if (tid !== undefined) part.unicode(`,"thread":{"id":${tid}}`);
  name(part, KEY.name, process.name);
  name(part, KEY.executable, process.executable);
  if (args !== undefined) {
    part.unicode(',"args":[');
    (shortArgs ?? args).forEach((argument, i) => {
      if (i > 0) part.byte(COMMA);
      part.json(argument);
    });
    part.unicode("]");
    if (shortArgs !== null) number(part, KEY.args_count, args.length);
  }
  name(part, KEY.working_directory, process.directory);
  if (parent !== undefined) part.unicode(`,"parent":{"pid":${parent}}`);
  if (start !== undefined && pid !== undefined) {
    part.unicode(`,"entity_id":"${pid}-${Math.round(start)}"`);
  }
  number(part, KEY.exit_code, process.exitCode);
  number(part, KEY.signal, process.signal);
  if (part.length === begin) part.clear();
  else {
    part.replace(begin, BEGIN);
    part.byte(END);
  }
  if (uid !== undefined) part.unicode(`,"user":{"id":"${uid}"}`);
  if (gid !== undefined) part.unicode(`,"group":{"id":"${gid}"}`);
  return part.bytes().slice();
}

function addressPart({ ip, port, transport }: NonNullable<TelemetryEvent["address"]>): string {
  return `,"destination":{"ip":${JSON.stringify(ip)},"port":${port}}` +
    `,"network":{"transport":${JSON.stringify(transport)}}`;
}

/** The branch that was told last: most events are of the same one. */
let lastBranch: { readonly branch: string; readonly bytes: Uint8Array } | null = null;

function branchPart(branch: string): Uint8Array {
  if (lastBranch?.branch !== branch) {
    lastBranch = { branch, bytes: ascii(`,"branch":${JSON.stringify(branch)}`) };
  }
  return lastBranch.bytes;
}

function layOwn(line: LineBytes, event: TelemetryEvent): void {
  const { action, verdict, target } = event;
  line.put(TEXT.own);
  line.digits(Math.round(event.time * 1000), 1);
  if (verdict !== undefined) line.put(VERDICTS[verdict]);
  if (event.branch !== undefined) line.put(branchPart(event.branch));
  number(line, KEY.view, event.view);
  number(line, KEY.node, event.node);
  number(line, KEY.offset, event.offset);
  if (action !== "truncate") number(line, KEY.bytes, event.bytes);
  number(line, KEY.flags, event.flags);
  if (isAttribute(action)) name(line, KEY.attribute, target);
  number(line, KEY.cgroup, event.cgroup);
  number(line, KEY.policy, event.policy);
  number(line, KEY.session_number, event.sessionNumber);
  json(line, KEY.session, event.session);
  json(line, KEY.call, event.call);
  json(line, KEY.checkpoint, event.checkpoint);
  json(line, KEY.calls, event.calls);
  json(line, KEY.tool, event.tool);
  number(line, action === "lost" ? KEY.lost : KEY.writes, event.count);
  json(line, KEY.ranges, event.ranges);
}

function layForeign(line: LineBytes, { path, target }: TelemetryEvent): void {
  for (const [key, binary] of [[KEY.path_base64, path], [KEY.target_base64, target]] as const) {
    const text = binary === undefined ? null : foreign(binary);
    if (text === null) continue;
    line.put(key);
    line.unicode(text);
  }
}
