/**
 * What is recorded of a mount, by whom, and how it is kept: as the command line says it, in one word list.
 *
 * @module
 */

import { type Level, LEVELS } from "./level.ts";
import { LOG_LIMITS, type LogLimits } from "./log/log_limits.ts";

/** Those beside the mount that can be chosen. The names of ContextFS mean the same. */
export const OPTIONAL_SOURCES = ["ebpf", "fanotify", "seccomp", "ptrace", "ldpreload"] as const;
export type OptionalSource = typeof OPTIONAL_SOURCES[number];

export interface TelemetryChoice {
  readonly level: Level;
  /** `auto`: those that can start here and cost nothing while they are not needed. */
  readonly sources: "auto" | readonly OptionalSource[];
  /** What runs and sessions do with files outside the mount, too: it costs every system call of the machine. */
  readonly outside: boolean;
  /** Of programs' arguments, nothing but their names is written down. */
  readonly redactsArguments: boolean;
  readonly limits: LogLimits;
  /** Where events go beside the log. */
  readonly sinks: readonly SinkChoice[];
}

export interface SinkChoice {
  readonly kind: "otlp" | "unix" | "stdout";
  /** URL of a collector, or path of a socket. */
  readonly place: string;
}

export const TELEMETRY_DEFAULT: TelemetryChoice = {
  level: "changes",
  sources: "auto",
  outside: false,
  redactsArguments: false,
  limits: LOG_LIMITS,
  sinks: [],
};

/** What a list may have in it, for people. */
export const TELEMETRY_WORDS =
  "off, changes, opens or all; ebpf, fanotify, seccomp, ptrace, ldpreload, auto or none; outside; redact-args; sync; file=64m, files=32, age=1d; otlp=URL, unix=SOCKET, stdout";

const SIZES: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
const TIMES: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 7 * 864e5 };
/** Smallest file that is worth one, bytes. */
const LEAST_FILE = 64 * 1024;

/** Reads a list like `opens,ebpf,files=100`. Returns the word that means nothing, if there is one. */
export function parseTelemetry(list: string): TelemetryChoice | string {
  let choice = TELEMETRY_DEFAULT;
  const named: OptionalSource[] = [];
  for (const word of list.split(",").map((word) => word.trim()).filter((word) => word !== "")) {
    const level = LEVELS.find((level) => level === word);
    const source = OPTIONAL_SOURCES.find((source) => source === word);
    if (level !== undefined) choice = { ...choice, level };
    else if (source !== undefined) named.push(source);
    // As ContextFS says it when nothing is to be recorded.
    else if (word === "none" && list.trim() === "none") choice = { ...choice, level: "off" };
    else if (word === "none") choice = { ...choice, sources: [] };
    else if (word === "auto") choice = { ...choice, sources: "auto" };
    else if (word === "outside") choice = { ...choice, outside: true };
    else if (word === "redact-args") choice = { ...choice, redactsArguments: true };
    else if (sink(word) !== null) choice = { ...choice, sinks: [...choice.sinks, sink(word)!] };
    else {
      const limits = limit(word);
      if (limits === null) return word;
      choice = { ...choice, limits: { ...choice.limits, ...limits } };
    }
  }
  return named.length === 0 ? choice : { ...choice, sources: named };
}

/** The list that means a choice. */
export function telemetryList(
  { level, sources, outside, redactsArguments, limits, sinks }: TelemetryChoice,
): string {
  const words: string[] = [level];
  if (sources === "auto") words.push("auto");
  else words.push(...sources.length === 0 ? ["none"] : sources);
  if (outside) words.push("outside");
  if (redactsArguments) words.push("redact-args");
  if (limits.sync) words.push("sync");
  words.push(`file=${limits.fileBytes}`, `files=${limits.files}`, `age=${limits.fileMs / 1000}s`);
  words.push(...sinks.map(({ kind, place }) => kind === "stdout" ? kind : `${kind}=${place}`));
  return words.join();
}

/** Null if the word names none. */
function sink(word: string): SinkChoice | null {
  if (word === "stdout") return { kind: "stdout", place: "standard output" };
  const [, kind, place] = /^(otlp|unix)=(.+)$/.exec(word) ?? [];
  if (kind === "unix" && place!.startsWith("/")) return { kind, place: place! };
  return kind === "otlp" && /^https?:\/\/[^/]/.test(place!) && URL.canParse(place!)
    ? { kind, place: place! }
    : null;
}

/** What a word says of the log; null if it says nothing. */
function limit(word: string): Partial<LogLimits> | null {
  if (word === "sync") return { sync: true };
  const [, name, number, unit] = /^(file|files|age)=(\d+)([a-z]?)$/.exec(word) ?? [];
  const count = Number(number);
  if (name === "files" && unit === "" && count >= 1) return { files: count };
  const scale = name === "file" ? unit === "" ? 1 : SIZES[unit!] : TIMES[unit!];
  if (scale === undefined || !Number.isSafeInteger(count * scale)) return null;
  if (name === "file" && count * scale >= LEAST_FILE) return { fileBytes: count * scale };
  return name === "age" && count >= 1 ? { fileMs: count * scale } : null;
}

/** Who records, for people and for ContextFS's clients: `mount,ebpf`, or `none`. */
export function telemetryNames(list = ""): string {
  const choice = parseTelemetry(list);
  if (typeof choice === "string" || choice.level === "off") return "none";
  return ["mount", ...choice.sources === "auto" ? [] : choice.sources].join();
}
