/**
 * How requests of macOS are carried out where that differs: what is opened is counted, directories are listed by positions,
 * no name that is not there is kept, and extended attributes have no namespace.
 *
 * @module
 */

import { IN_HEADER, Opcode } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../host/errno.ts";
import { NAME_CHANGES } from "../fuse/changes.ts";
import type { Context, Handler } from "../fuse/context.ts";
import { OUT, type Reply, sized } from "../fuse/reply.ts";
import { BODY, type Request } from "../fuse/request.ts";
import { VIRTUAL_VIEW } from "../views.ts";
import type { KeptOpens, RequestNumber } from "./kept_opens.ts";
import { Listings } from "./listings.ts";
import { Opens } from "./opens.ts";
import { XATTR_NAMESPACE } from "./translate_request.ts";

export class DarwinOperations {
  readonly #listings = new Listings();
  readonly #opens: Opens;

  constructor(opens: KeptOpens) {
    this.#opens = new Opens(opens);
  }

  /** How long the answer in `reply` is, which may have been waited for: a listing gets its positions. */
  answered(reply: Reply, result: number): number {
    return this.#listings.answered(reply, result);
  }

  /** As a {@linkcode Handler} that knows the operation. */
  carryOut(context: Context, opcode: number, handler: Handler): number {
    const isVirtual = context.request.viewNumber === VIRTUAL_VIEW;
    switch (opcode) {
      case Opcode.OPEN:
      case Opcode.OPENDIR:
        return this.#open(context, isVirtual);
      case Opcode.RELEASE:
      case Opcode.RELEASEDIR:
        return this.#release(context);
      case Opcode.FLUSH:
        return 0;
      case Opcode.READDIR: {
        const list = () => plainly(context, opcode, handler, isVirtual);
        return this.#listings.read(context.request, context.reply, list);
      }
      case Opcode.LOOKUP:
        return isVirtual ? plainly(context, opcode, handler, true) : lookup(context, handler);
      case Opcode.LISTXATTR:
        return isVirtual ? plainly(context, opcode, handler, true) : listXattrs(context);
    }
    const result = plainly(context, opcode, handler, isVirtual);
    if (opcode === Opcode.CREATE && result > 0) return this.created(context, result);
    if (result === 0 && NAME_CHANGES.has(opcode)) this.#opens.dropNameless(context.view);
    return result;
  }

  /** struct fuse_open_out. What there was opened is only counted: handles carry no state. */
  #open({ request, reply, view, virtual }: Context, isVirtual: boolean): number {
    const { nodeId, opcode } = request;
    const isThere = isVirtual
      ? virtual.nodes.get(nodeId) !== null
      : view.tree.node(nodeId) !== undefined;
    if (!isThere) return -Errno.ESTALE;
    const handle = this.#opens.open(numberOf(request), request.wireNode);
    if (opcode === Opcode.OPENDIR) this.#listings.begin(handle);
    reply.u64(OUT, handle);
    reply.u64(OUT + 8, 0);
    return 16;
  }

  /** The answer to CREATE, whose entry is there, gets its handle. */
  created({ request, reply }: Context, length: number): number {
    const { entryOut } = reply.dialect;
    const node = Number(reply.view.getBigUint64(OUT + entryOut.NODEID, true));
    reply.u64(OUT + entryOut.SIZE, this.#opens.open(numberOf(request), node));
    reply.u64(OUT + entryOut.SIZE + 8, 0);
    return length;
  }

  #release({ request, views }: Context): number {
    const handle = request.u64(BODY);
    this.#listings.end(handle);
    this.#opens.close(handle, views);
    return 0;
  }
}

function numberOf({ view }: Request): RequestNumber {
  return [
    view.getUint32(IN_HEADER.UNIQUE, true),
    view.getUint32(IN_HEADER.UNIQUE + 4, true),
  ];
}

/** As the table has it for every system. */
function plainly(context: Context, opcode: number, handler: Handler, isVirtual: boolean): number {
  return isVirtual ? context.virtual.handle(opcode) ?? handler(context) : handler(context);
}

/** The client asks for `.` and `..` itself, and keeps no name that is not there. */
function lookup(context: Context, handler: Handler): number {
  const { view, tree, request, reply } = context;
  const name = request.name(BODY);
  if (name === "." || name === "..") {
    const inode = tree.node(request.nodeId);
    if (inode === undefined || inode.stale) return -Errno.ESTALE;
    return reply.entry(view, name === "." ? inode : inode.parent ?? inode);
  }
  const length = handler(context);
  if (length <= 0) return length;
  const node = reply.view.getBigUint64(OUT + reply.dialect.entryOut.NODEID, true);
  return node === 0n ? -Errno.ENOENT : length;
}

/** Their names without the namespace, which macOS does not have. */
function listXattrs({ tree, request, reply }: Context): number {
  const inode = tree.node(request.nodeId);
  if (inode === undefined || inode.stale) return -Errno.ESTALE;
  const names = [...tree.xattrs(inode).keys()]
    .filter((name) => name.startsWith(XATTR_NAMESPACE))
    .map((name) => name.slice(XATTR_NAMESPACE.length) + "\0").join("");
  return sized(reply, Uint8Array.from(names, (c) => c.charCodeAt(0)), request.u32(BODY));
}
