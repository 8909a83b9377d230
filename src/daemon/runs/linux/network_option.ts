/**
 * What `run --net` names: the places that a run may speak to.
 *
 * @module
 */

import { lookup } from "node:dns/promises";
import { isIPv4, isIPv6 } from "node:net";
import { type AllowedNetwork, MOST_PORTS } from "../../../../bpf/network_rules.ts";
import { WorkspaceError } from "../../workspaces/workspace.ts";

const IPV4_BITS = 96;
const ALL_BITS = 128;
/** This machine by every name. Who connects to no address means it, too. */
const LOCAL = ["127.0.0.0/8", "::1", "0.0.0.0", "::"];
const DNS_PORT = 53;

interface Place {
  readonly host: string;
  readonly bits: number | null;
  readonly port: number | null;
}

/**
 * `none`, or places with a comma between: `local`, a name, an address, a range such as `10.0.0.0/8`, each with `:PORT` if need
 * be (of an IPv6 address `[::1]:80`). Names are looked up here, once. Where there are any, the machine's name servers may be
 * asked, too. Throws {@linkcode WorkspaceError}.
 */
export async function parseNetworkOption(
  text: string,
  nameServers: readonly string[] = nameServersOf("/etc/resolv.conf"),
): Promise<AllowedNetwork[]> {
  if (text === "none") return [];
  const places = text.split(",").flatMap((word) => word === "local" ? LOCAL : [word]).map(
    parsePlace,
  );
  const isAddress = ({ host }: Place) => isIPv4(host) || isIPv6(host);
  if (!places.every(isAddress)) {
    places.push(...nameServers.map((host) => ({ host, bits: null, port: DNS_PORT })));
  }
  return together((await Promise.all(places.map(networksOf))).flat());
}

function refuse(message: string): never {
  throw new WorkspaceError("bad_network", 2, message, {
    hint: "Give none, or HOST, ADDRESS, ADDRESS/BITS or local, each with :PORT if need be, and " +
      "commas between",
  });
}

function parsePlace(word: string): Place {
  const bracketed = /^\[([^\]]*)\](?:\/(\d+))?(?::(\d+))?$/.exec(word);
  const plain = /^([^\s:/]+)(?:\/(\d+))?(?::(\d+))?$/.exec(word);
  const six = /^([0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(?:\/(\d+))?$/.exec(word);
  const six6 = six !== null && isIPv6(six[1]!) ? six : null;
  const [, host, bits, port] = bracketed ?? six6 ?? plain ??
    refuse(`${word} is no place in a network`);
  const number = (text: string | undefined, most: number, what: string) => {
    if (text === undefined) return null;
    return Number(text) <= most ? Number(text) : refuse(`${word} has a ${what} above ${most}`);
  };
  if (bits !== undefined && !isIPv4(host!) && !isIPv6(host!)) {
    refuse(`${word}: ${host} is no address`);
  }
  if (bracketed !== null && !isIPv6(host!)) refuse(`${word}: ${host} is no IPv6 address`);
  const place = {
    host: host!,
    bits: number(bits, isIPv4(host!) ? ALL_BITS - IPV4_BITS : ALL_BITS, "number of bits"),
    port: number(port, 65_535, "port"),
  };
  return place.port === 0 ? refuse(`${word} has port 0`) : place;
}

async function networksOf({ host, bits, port }: Place): Promise<AllowedNetwork[]> {
  const addresses = isIPv4(host) || isIPv6(host) ? [host] : await addressesOf(host);
  return addresses.map((address) => ({
    address: [...addressBytes(address)],
    bits: bits === null ? ALL_BITS : isIPv4(address) ? IPV4_BITS + bits : bits,
    ports: port === null ? [] : [port],
  }));
}

async function addressesOf(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  if (found.length > 0) return found.map(({ address }) => address);
  throw new WorkspaceError("unknown_host", 1, `There is no address for ${host}`);
}

/** An address as 16 bytes. */
function addressBytes(address: string): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  if (isIPv4(address)) {
    view.setUint16(10, 0xffff);
    bytes.set(address.split(".").map(Number), 12);
    return bytes;
  }
  // The URL parser has every way of writing them.
  const groups = (text: string) =>
    text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
  const [before, after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::").map(
    groups,
  );
  before!.forEach((group, i) => view.setUint16(2 * i, group));
  after?.forEach((group, i) => view.setUint16(16 - 2 * (after.length - i), group));
  return bytes;
}

/** The kernel finds the narrowest range alone: so each has the ports of those around it, too. */
function together(networks: readonly AllowedNetwork[]): AllowedNetwork[] {
  return networks.map((network) => {
    const around = networks.filter((other) => covers(other, network));
    const ports = around.some(({ ports }) => ports.length === 0)
      ? []
      : [...new Set(around.flatMap(({ ports }) => ports))];
    if (ports.length > MOST_PORTS) refuse(`More than ${MOST_PORTS} ports of one place`);
    return { ...network, ports };
  });
}

function covers(wide: AllowedNetwork, narrow: AllowedNetwork): boolean {
  if (wide.bits > narrow.bits) return false;
  for (let bit = 0; bit < wide.bits; bit++) {
    const difference = wide.address[bit >> 3]! ^ narrow.address[bit >> 3]!;
    if ((difference & (0x80 >> (bit & 7))) !== 0) return false;
  }
  return true;
}

function nameServersOf(path: string): string[] {
  try {
    return [...Deno.readTextFileSync(path).matchAll(/^\s*nameserver\s+([0-9a-fA-F.:]+)/gm)]
      .map(([, address]) => address!).filter((address) => isIPv4(address) || isIPv6(address));
  } catch {
    return [];
  }
}
