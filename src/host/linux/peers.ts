/**
 * Who the clients of a socket are, as the kernel has it.
 *
 * Deno does not tell a connection's descriptor. But connections are accepted one at a time, so the one socket that this
 * process did not have before is the one that was just accepted. Where that is not clear, whoever it can be is named:
 * the client is then treated as the one of them that may do least.
 *
 * @module
 */

import { type PeerCredentials, peerCredentials } from "../../../ffi/linux/socket_peer.ts";

export type { PeerCredentials };

const DIRECTORY = "/proc/self/fd";

export class Peers {
  #known: ReadonlySet<string>;

  constructor() {
    this.#known = new Set(sockets().map(({ id }) => id));
  }

  /** Who may be at the other end of the new connection. Call it right after each accept. */
  accepted(): readonly PeerCredentials[] {
    const all = sockets();
    const fresh = peersOf(all.filter(({ id }) => !this.#known.has(id)));
    this.#known = new Set(all.map(({ id }) => id));
    // Of a connection of this process to itself both ends are new.
    const [own] = fresh;
    if (own != null && fresh.every((peer) => peer?.pid === Deno.pid)) return [own];
    const others = strangers(fresh);
    return others.length > 0 ? others : strangers(peersOf(all));
  }
}

/** Null of a socket that has nobody at its other end, or nobody on this machine. */
function peersOf(all: readonly { fd: number }[]): (PeerCredentials | null)[] {
  return all.map(({ fd }) => peerCredentials(fd));
}

function strangers(peers: readonly (PeerCredentials | null)[]): PeerCredentials[] {
  return peers.filter((peer) => peer !== null && peer.pid !== Deno.pid) as PeerCredentials[];
}

/** The open sockets: descriptors, and numbers that are not used again. */
function sockets(): { fd: number; id: string }[] {
  const found: { fd: number; id: string }[] = [];
  for (const { name } of Deno.readDirSync(DIRECTORY)) {
    try {
      const target = Deno.readLinkSync(`${DIRECTORY}/${name}`);
      if (target.startsWith("socket:")) found.push({ fd: Number(name), id: target });
    } catch { /* closed meanwhile: the descriptor of this listing, most likely */ }
  }
  return found;
}
