/**
 * A line that a process beside the daemon handed in, as an event.
 *
 * @module
 */

import type { Action, Provider, TelemetryEvent, TelemetryProcess } from "../event.ts";

const PROVIDERS: ReadonlySet<string> = new Set<Provider>(["seccomp", "ptrace", "ldpreload"]);
const ACTIONS: ReadonlySet<string> = new Set<Action>([
  ...["create", "mkdir", "mknod", "symlink", "link", "unlink", "rmdir", "rename"] as const,
  ...["write", "truncate", "fallocate", "chmod", "chown", "utimes"] as const,
  ...["setxattr", "removexattr"] as const,
  ...["open", "read", "close", "stat", "exec", "fork", "exit", "chdir"] as const,
  ...["connect", "bind", "send", "lost"] as const,
  ...["source-started", "source-stopped", "source-blind"] as const,
]);
const MOST_TEXT = 4096;
const MOST_ARGUMENTS = 1024;

type Fields = Readonly<Record<string, unknown>>;

/** Null: it is no event that such a process can have seen. */
export function parseRecord(line: string): TelemetryEvent | null {
  const fields = parse(line);
  if (fields === null) return null;
  const { provider, action, time, address, error } = fields;
  if (typeof provider !== "string" || !PROVIDERS.has(provider)) return null;
  if (typeof action !== "string" || !ACTIONS.has(action)) return null;
  if (typeof time !== "number" || !Number.isFinite(time) || time < 0) return null;
  return {
    provider: provider as Provider,
    action: action as Action,
    time,
    ...(error === 0 ? { error: 0 } : texts(fields, ["error"])),
    ...texts(fields, ["path", "target", "branch", "message"]),
    ...numbers(fields, ["mode", "flags", "count", "bytes"]),
    ...(isObject(fields.process) ? { process: processOf(fields.process) } : {}),
    ...(isObject(address) ? addressOf(address) : {}),
  };
}

function parse(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MOST_TEXT;
}

function texts<K extends string>(fields: Fields, names: readonly K[]): { [N in K]?: string } {
  return pick(fields, names, isText);
}

function numbers<K extends string>(fields: Fields, names: readonly K[]): { [N in K]?: number } {
  const isNumber = (value: unknown): value is number => Number.isSafeInteger(value);
  return pick(fields, names, isNumber);
}

function pick<K extends string, V>(
  fields: Fields,
  names: readonly K[],
  is: (value: unknown) => value is V,
): { [N in K]?: V } {
  const picked: { [N in K]?: V } = {};
  for (const name of names) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (is(value)) picked[name] = value;
  }
  return picked;
}

function processOf(fields: Fields): TelemetryProcess {
  const { args } = fields;
  const areTexts = Array.isArray(args) && args.length <= MOST_ARGUMENTS && args.every(isText);
  return {
    ...numbers(fields, ["tid", "pid", "parent", "uid", "gid", "exitCode", "signal"]),
    ...texts(fields, ["name", "executable", "directory"]),
    ...(areTexts ? { args } : {}),
  };
}

function addressOf(fields: Fields): Pick<TelemetryEvent, "address"> {
  const { ip, transport } = texts(fields, ["ip", "transport"]);
  const { port } = numbers(fields, ["port"]);
  if (ip === undefined || port === undefined) return {};
  return { address: { ip, port, transport: transport ?? "" } };
}
