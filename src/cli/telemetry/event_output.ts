/**
 * Events of the log, for people.
 *
 * @module
 */

import type { LoggedEvent } from "../../telemetry/logged_event.ts";
import { byteSize, localTime, words } from "../print/format.ts";
import { safe } from "../print/output.ts";

/** Columns of fixed width, so that lines can be shown as they come. */
export function eventLine(event: LoggedEvent, mount: string): string {
  const { file, process, agentvfs, event: { action } } = event;
  const who = process === undefined
    ? ""
    : `${process.name ?? "?"}[${process.pid ?? process.thread?.id ?? "?"}]`;
  const target = file?.target_path;
  const what = words(
    file?.path === undefined ? "" : shown(file.path, mount),
    target === undefined ? "" : `→ ${shown(target, mount)}`,
    address(event),
    extent(event),
    event.error === undefined ? "" : event.error.code,
    event.rule === undefined ? "" : `rule ${event.rule.name}`,
    agentvfs.lost === undefined ? "" : `${agentvfs.lost} events`,
    event.message ?? "",
    checkpoint(event),
    call(event),
    agentvfs.branch === undefined || agentvfs.branch === "main" ? "" : `on ${agentvfs.branch}`,
  );
  const time = localTime(event["@timestamp"]);
  const number = `#${event.event.sequence}`;
  return safe(`${number.padEnd(7)}  ${time}  ${who.padEnd(20)}  ${action.padEnd(10)}  ${what}`);
}

function address({ destination, network }: LoggedEvent): string {
  if (destination === undefined) return "";
  const { ip, port } = destination;
  const place = ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
  return words(place, network?.transport ?? "");
}

function checkpoint({ agentvfs: { checkpoint } }: LoggedEvent): string {
  return checkpoint === undefined
    ? ""
    : words(checkpoint.kind, checkpoint.id.slice(0, 12), JSON.stringify(checkpoint.label));
}

function call({ agentvfs: { call, tool } }: LoggedEvent): string {
  return call === undefined ? "" : `(${words(tool ?? "", call)})`;
}

function shown(path: string, mount: string): string {
  return path === mount ? "." : path.startsWith(`${mount}/`) ? path.slice(mount.length + 1) : path;
}

function extent({ file, agentvfs: { bytes, offset } }: LoggedEvent): string {
  if (file?.size !== undefined) return `to ${byteSize(file.size)}`;
  if (bytes === undefined) return "";
  return offset === undefined ? byteSize(bytes) : `${byteSize(bytes)} at ${offset}`;
}
