/**
 * Who the clients of a socket are, as the kernel has it. As on Linux: the one socket that was not there before is the one
 * that was just accepted, and a socket is known by its number and that of its inode.
 *
 * @module
 */

import { peerOf } from "../../../ffi/macos/socket.ts";
import type { PeerCredentials } from "../linux/peers.ts";
import { emptyStat, fstat } from "./files.ts";

const S_IFMT = 0o170000;
const S_IFSOCK = 0o140000;

export class Peers {
  #known: ReadonlySet<string>;

  constructor() {
    this.#known = new Set(sockets().map(({ id }) => id));
  }

  /** Who may be at the other end of the new connection. Call it right after each accept. */
  accepted(): readonly PeerCredentials[] {
    const all = sockets();
    const fresh = strangers(all.filter(({ id }) => !this.#known.has(id)));
    this.#known = new Set(all.map(({ id }) => id));
    return fresh.length > 0 ? fresh : strangers(all);
  }
}

function strangers(all: readonly { fd: number }[]): PeerCredentials[] {
  return all.flatMap(({ fd }) => peerOf(fd) ?? []).filter(({ pid }) => pid !== Deno.pid);
}

function sockets(): { fd: number; id: string }[] {
  const stat = emptyStat();
  const found: { fd: number; id: string }[] = [];
  for (const { name } of Deno.readDirSync("/dev/fd")) {
    const fd = Number(name);
    if (fstat(fd, stat) < 0 || (stat.mode & S_IFMT) !== S_IFSOCK) continue;
    found.push({ fd, id: `${name} ${stat.inoHigh} ${stat.inoLow}` });
  }
  return found;
}
