/**
 * Who the clients of a socket are, as the kernel has it.
 *
 * Deno does not tell a connection's descriptor. But connections are accepted one at a time, so the one socket that this
 * process did not have before is the one that was just accepted.
 *
 * @module
 */

import { type PeerCredentials, peerCredentials } from "../../ffi/socket_peer.ts";

const DIRECTORY = "/proc/self/fd";

export class Peers {
  #known: ReadonlySet<string>;

  constructor() {
    this.#known = new Set(sockets().map(({ id }) => id));
  }

  /** Call it right after each accept. Null if it cannot be told which connection is the new one. */
  accepted(): PeerCredentials | null {
    const all = sockets();
    const fresh = all.filter(({ id }) => !this.#known.has(id))
      .flatMap(({ fd }) => peerCredentials(fd) ?? []);
    this.#known = new Set(all.map(({ id }) => id));
    const [only, another] = fresh.filter(({ pid }) => pid !== Deno.pid);
    return another === undefined ? only ?? null : null;
  }
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
