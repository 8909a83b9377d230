/**
 * Positions in a directory as fuse-t's server has them: it takes no position that a name was given, but counts the
 * bytes of the answers before (macos-fuse-t/fuse-t issue 63). So the position given with each name is the count of bytes up
 * to its end, and either reading of the protocol is right.
 *
 * The handlers number names by cookies. Here is which cookie a position stands for, for each directory that is open.
 *
 * @module
 */

import { DIRENT, IN_HEADER } from "../../../ffi/fuse_kernel.ts";
import { NO_REPLY, OUT, type Reply } from "../fuse/reply.ts";
import { BODY, type Request } from "../fuse/request.ts";

/** struct fuse_read_in. */
const READ_IN = { HANDLE: 0, OFFSET: 8 } as const;

interface Listing {
  /** Where names end, ascending, and the cookie behind each. */
  readonly ends: number[];
  readonly cookies: number[];
}

/** A listing whose names the daemon is asked for. */
interface Late {
  readonly listing: Listing;
  readonly index: number;
  readonly position: number;
}

export class Listings {
  readonly #open = new Map<number, Listing>();
  /** By the id of the request. */
  readonly #late = new Map<string, Late>();

  begin(handle: number): void {
    this.#open.set(handle, { ends: [0], cookies: [0] });
  }

  end(handle: number): void {
    this.#open.delete(handle);
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * Answers a READDIR of macOS by `list`, which reads the request's offset as a cookie. Returns the answer's length or a negative errno.
   *
   * A handle that was opened with another server is read from the beginning up to its position: names that came or went
   * since may be listed twice or missed then, as on any server of NFS that lost its place.
   */
  read(request: Request, reply: Reply, list: () => number): number {
    const handle = request.u64(BODY + READ_IN.HANDLE);
    const position = request.u64(BODY + READ_IN.OFFSET);
    if (!this.#open.has(handle)) this.begin(handle);
    const listing = this.#open.get(handle)!;
    const from = (index: number) => {
      setOffset(request, listing.cookies[index]!);
      const length = list();
      // What is put aside is the request as it came.
      setOffset(request, position);
      if (length === NO_REPLY) this.#late.set(idOf(request.bytes), { listing, index, position });
      else if (length > 0) lay(listing, index, reply, length);
      return length;
    };
    while (listing.ends.at(-1)! < position) {
      const length = from(listing.ends.length - 1);
      if (length <= 0) return length;
    }
    return from(place(listing.ends, position));
  }

  /**
   * The answer in `reply` may be one that the daemon was asked for: its names get their positions, too. Returns how long it is
   * then.
   */
  answered(reply: Reply, length: number): number {
    if (this.#late.size === 0) return length;
    const id = idOf(reply.bytes);
    const late = this.#late.get(id);
    if (late === undefined) return length;
    this.#late.delete(id);
    if (length <= 0) return length;
    const { listing, index, position } = late;
    lay(listing, index, reply, length);
    // It begins before, where the place was lost.
    const begins = listing.ends[index]!;
    const skipped = Math.min(length, listing.ends[place(listing.ends, position)]! - begins);
    reply.bytes.copyWithin(OUT, OUT + skipped, OUT + length);
    return length - skipped;
  }
}

/** At the same place in a request and in the answer to it. */
function idOf(message: Uint8Array): string {
  return message.subarray(IN_HEADER.UNIQUE, IN_HEADER.UNIQUE + 8).toHex();
}

function setOffset({ view }: Request, cookie: number): void {
  view.setUint32(BODY + READ_IN.OFFSET, cookie >>> 0, true);
  view.setUint32(BODY + READ_IN.OFFSET + 4, Math.floor(cookie / 2 ** 32), true);
}

/** Index of the last end that is not beyond `position`. */
function place(ends: readonly number[], position: number): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (ends[middle]! <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Names in the answer get positions for their cookies, and what was known behind `index` is forgotten. */
function lay(listing: Listing, index: number, reply: Reply, length: number): void {
  const { ends, cookies } = listing;
  ends.length = cookies.length = index + 1;
  let position = ends[index]!;
  for (let at = OUT; at < OUT + length;) {
    const name = reply.view.getUint32(at + DIRENT.NAMELEN, true);
    const padded = (DIRENT.SIZE + name + 7) & ~7;
    position += padded;
    ends.push(position);
    cookies.push(Number(reply.view.getBigUint64(at + DIRENT.OFF, true)));
    reply.u64(at + DIRENT.OFF, position);
    at += padded;
  }
}
