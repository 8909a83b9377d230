import type { AuditEvent } from "../../../control/service/telemetry.ts";
import { defineTool, READS } from "../tool.ts";
import { lines, shown } from "../words.ts";

export const audit = defineTool({
  name: "audit",
  title: "Say who did what",
  description:
    "Lists what was done to files, newest first: when, by which process and tool call, and what a rule refused. Use it to find out who " +
    "changed or deleted a file (`paths`), or what a tool call really did (`call`). `since` is a time in RFC 3339.",
  hints: READS,
  method: "audit",
  params: ["paths", "call", "since", "limit", "branch"],
  fields: ["branch", "events"],
  cuts: ["events"],
  rest: "older events are not listed here; give paths, or read them with `agentvfs audit`",
  text: ({ branch, events }) =>
    events.length === 0
      ? `Nothing of that is in the log of ${branch}`
      : lines(`On ${branch}:`, ...events.map(eventLine)),
});

function eventLine(event: AuditEvent): string {
  const { sequence, time, action, path, target, bytes, program, pid, error, rule, call, message } =
    event;
  return [
    `- #${sequence} ${action}${path === null ? "" : ` ${shown(path)}`}${
      target === null ? "" : ` to ${shown(target)}`
    }`,
    time,
    bytes === null ? "" : `${bytes} bytes`,
    program === null && pid === null ? "" : `by ${shown(program ?? "?")}[${pid ?? "?"}]`,
    error === null ? "" : `failed with ${error}`,
    rule === null ? "" : `rule ${JSON.stringify(rule)}`,
    call === null ? "" : `call ${shown(call)}`,
    message === null ? "" : shown(message),
  ].filter((part) => part !== "").join(", ");
}
