/**
 * Positions in a directory as fuse-t's server has them: it takes no position that a name was given, but counts the
 * bytes of the answers before (macos-fuse-t/fuse-t issue 63). So the position given with each name is the count of bytes up
 * to its end, and either reading of the protocol is right.
 *
 * The handlers number names by cookies. Here is which cookie a position stands for, for each directory that is open.
 *
 * @module
 */

import { DIRENT } from "../../../ffi/fuse_kernel.ts";
import { BODY, type Request } from "../fuse/request.ts";
import { OUT, type Reply } from "../fuse/reply.ts";

/** struct fuse_read_in. */
const READ_IN = { HANDLE: 0, OFFSET: 8 } as const;

interface Listing {
  /** Where names end, ascending, and the cookie behind each. */
  readonly ends: number[];
  readonly cookies: number[];
}

export class Listings {
  readonly #open = new Map<number, Listing>();

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
    while (listing.ends.at(-1)! < position) {
      const length = this.#from(listing, listing.ends.length - 1, request, reply, list);
      if (length <= 0) return length;
    }
    return this.#from(listing, place(listing.ends, position), request, reply, list);
  }

  #from(
    listing: Listing,
    index: number,
    request: Request,
    reply: Reply,
    list: () => number,
  ): number {
    setOffset(request, listing.cookies[index]!);
    const length = list();
    if (length > 0) lay(listing, index, reply, length);
    return length;
  }
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
