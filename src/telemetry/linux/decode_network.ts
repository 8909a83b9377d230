/**
 * What records of the network have of their own: whom a socket speaks to.
 *
 * @module
 */

import { Head, Kind, NetworkHead } from "../../../bpf/record.ts";
import type { TelemetryEvent } from "../event.ts";
import { recordString, recordText } from "./record_text.ts";

const AF = { UNIX: 1, INET: 2, INET6: 10 } as const;
/** IPPROTO_* */
const TRANSPORT: Readonly<Record<number, string>> = {
  1: "icmp",
  6: "tcp",
  17: "udp",
  58: "ipv6-icmp",
  132: "sctp",
  262: "mptcp",
};
const ACTION = { [Kind.CONNECT]: "connect", [Kind.BIND]: "bind", [Kind.SEND]: "send" } as const;

type Network = Pick<TelemetryEvent, "action" | "address" | "path" | "error" | "verdict" | "rule">;

/** Null: it is no such record. */
export function decodeNetwork(record: Uint8Array, view: DataView): Network | null {
  if (record.length < NetworkHead.BYTES) return null;
  const action = ACTION[view.getUint16(Head.KIND, true) as keyof typeof ACTION];
  const family = view.getUint16(NetworkHead.FAMILY, true);
  const isRefused = view.getUint32(NetworkHead.REFUSED, true) === 1;
  const refusal = { error: "EACCES", verdict: "deny", rule: "net" } as const;
  const event = { action, ...(isRefused ? refusal : {}) };
  if (family === AF.UNIX) return { ...event, path: socketPath(record) };
  const ip = addressText(record.subarray(NetworkHead.ADDRESS), family);
  if (ip === null) return null;
  const protocol = view.getUint32(NetworkHead.PROTOCOL, true);
  const transport = TRANSPORT[protocol] ?? String(protocol);
  return { ...event, address: { ip, port: view.getUint16(NetworkHead.PORT, false), transport } };
}

/** A name that is no path begins with NUL; it is written with @, as everybody does. */
function socketPath(record: Uint8Array): string {
  const from = NetworkHead.BYTES;
  if (record[from] !== 0) return recordString(record, from, record.length);
  return `@${recordText(record, from + 1, record.length)}`;
}

/** The address in the first 4 or 16 bytes; null if the family has none. */
export function addressText(bytes: Uint8Array, family: number): string | null {
  if (family === AF.INET) return bytes.subarray(0, 4).join(".");
  if (family !== AF.INET6) return null;
  const groups = Array.from(
    { length: 8 },
    (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16),
  );
  // An IPv4 address within IPv6 is written as such.
  const isMapped = groups.slice(0, 6).join() === "0,0,0,0,0,ffff";
  return isMapped ? `::ffff:${bytes.subarray(12, 16).join(".")}` : shortest(groups);
}

/** An IPv6 address as RFC 5952 wants it: the longest run of zeros is left out. */
function shortest(groups: readonly string[]): string {
  let [start, length] = [0, 1];
  for (let i = 0; i < groups.length; i++) {
    let run = 0;
    while (groups[i + run] === "0") run++;
    if (run > length) [start, length] = [i, run];
  }
  if (length < 2) return groups.join(":");
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}
