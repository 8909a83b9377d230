/**
 * Lines of the log as OTLP/HTTP has logs, in JSON (opentelemetry.io/docs/specs/otlp).
 *
 * Names of attributes are the log's, with dots between: OpenTelemetry's are the same for the most part.
 *
 * @module
 */

import type { LoggedEvent } from "../logged_event.ts";

type Value =
  | { stringValue: string }
  | { intValue: string }
  | { doubleValue: number }
  | { boolValue: boolean }
  | { arrayValue: { values: Value[] } };

interface Attribute {
  key: string;
  value: Value;
}

/** SEVERITY_NUMBER_INFO, and that of a refusal or a loss: WARN. */
const INFO = 9;
const WARN = 13;

/** The body of a POST to /v1/logs. */
export function otlpLogs(events: readonly LoggedEvent[], workspace: string): object {
  const resource = { "service.name": "agentvfs", "agentvfs.workspace": workspace };
  return {
    resourceLogs: [{
      resource: { attributes: attributesOf(resource) },
      scopeLogs: [{ scope: { name: "agentvfs" }, logRecords: events.map(recordOf) }],
    }],
  };
}

function recordOf(event: LoggedEvent) {
  const { "@timestamp": time, message, ...rest } = event;
  const isBad = event.agentvfs.verdict === "deny" || event.event.action === "lost";
  return {
    timeUnixNano: nanoseconds(time),
    severityNumber: isBad ? WARN : INFO,
    eventName: `${event.event.category[0]}.${event.event.action}`,
    ...(message === undefined ? {} : { body: { stringValue: message } }),
    attributes: attributesOf(rest),
  };
}

/** Of RFC 3339 to the microsecond: more digits than a double has. */
function nanoseconds(time: string): string {
  const [, whole, fraction = ""] = /^(.*?)(?:\.(\d+))?Z$/.exec(time) ?? [];
  const seconds = BigInt(Math.floor(Date.parse(`${whole}Z`) / 1000));
  return String(seconds * 1_000_000_000n + BigInt(fraction.padEnd(9, "0").slice(0, 9)));
}

function attributesOf(object: object, prefix = ""): Attribute[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const key = prefix + name;
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
    return isGroup ? attributesOf(value, `${key}.`) : [{ key, value: valueOf(value) }];
  });
}

function valueOf(value: unknown): Value {
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(valueOf) } };
  return { stringValue: String(value) };
}
