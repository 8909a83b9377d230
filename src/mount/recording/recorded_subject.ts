/**
 * What a request is about, as a record tells it: found before it is carried out, since afterwards it may be gone.
 *
 * @module
 */

import { Fattr, Opcode } from "../../../ffi/fuse_kernel.ts";
import type { Inode } from "../../tree/nodes/inode.ts";
import { UNKNOWN } from "../../telemetry/mount_record.ts";
import { type Context, otherNode } from "../fuse/context.ts";
import { OUT } from "../fuse/reply.ts";
import { BODY } from "../fuse/request.ts";
import { NODES_PER_VIEW } from "../views.ts";

/** Where the first name of a request is, behind the header. Those without one are about a node. */
const NAME_AT: ReadonlyMap<number, number> = new Map([
  [Opcode.LOOKUP, 0],
  [Opcode.UNLINK, 0],
  [Opcode.RMDIR, 0],
  [Opcode.SYMLINK, 0],
  [Opcode.MKDIR, 8],
  [Opcode.MKNOD, 16],
  [Opcode.CREATE, 16],
  [Opcode.RENAME, 8],
  [Opcode.RENAME2, 16],
]);

/** One for all requests: nothing is made anew. */
export class RecordedSubject {
  /** Directory and name of its path; null: it has none, or is the root. */
  parent: Inode | null = null;
  name = "";
  /** Directory of the second name; null: that is no name of a file. */
  targetParent: Inode | null = null;
  /** The second name, the text of a symlink or the name of an attribute; null: there is none. */
  target: string | null = null;
  /** Null if it is made by the request, or is not known. */
  inode: Inode | null = null;
  /** Negative: it has none. */
  offset = -1;
  size = -1;
  mode = UNKNOWN;
  flags = UNKNOWN;

  find(context: Context, opcode: number): void {
    this.target = this.targetParent = null;
    this.offset = this.size = -1;
    this.mode = this.flags = UNKNOWN;
    const { request, tree } = context;
    const node = tree.node(request.nodeId) ?? null;
    const at = NAME_AT.get(opcode);
    if (at !== undefined) this.#named(context, opcode, node, BODY + at);
    else if (opcode === Opcode.LINK) this.#linked(context, node);
    // Of a file without a name only the file system is asked for, by one of its directories.
    else if (opcode === Opcode.TMPFILE) this.#is(null);
    else this.#is(opcode === Opcode.COPY_FILE_RANGE ? target(context) : node);
    this.#fields(context, opcode);
  }

  /** What was made by the request is there now, and its entry begins the answer. */
  made({ tree, reply }: Context, opcode: number): void {
    this.inode ??= opcode === Opcode.TMPFILE
      ? tree.node(Number(reply.view.getBigUint64(OUT, true)) % NODES_PER_VIEW) ?? null
      : childOf(this.parent, this.name);
  }

  #is(inode: Inode | null): void {
    this.inode = inode;
    this.parent = inode?.parent ?? null;
    this.name = inode?.name ?? "";
  }

  #named(context: Context, opcode: number, directory: Inode | null, at: number): void {
    const { request } = context;
    this.parent = directory;
    this.name = request.name(at);
    this.inode = childOf(directory, this.name);
    if (opcode === Opcode.SYMLINK) this.target = request.name(request.nameEnd);
    if (opcode !== Opcode.RENAME && opcode !== Opcode.RENAME2) return;
    this.target = request.name(request.nameEnd);
    this.targetParent = nodeAt(context, BODY);
    if (opcode === Opcode.RENAME2) this.flags = request.u32(BODY + 8);
  }

  #linked(context: Context, directory: Inode | null): void {
    this.#is(nodeAt(context, BODY));
    this.target = context.request.name(BODY + 8);
    this.targetParent = directory;
  }

  #fields({ request }: Context, opcode: number): void {
    switch (opcode) {
      case Opcode.WRITE:
      case Opcode.READ:
        this.offset = request.u64(BODY + 8);
        this.size = request.u32(BODY + 16);
        break;
      case Opcode.FALLOCATE:
        this.offset = request.u64(BODY + 8);
        this.size = request.u64(BODY + 16);
        this.mode = request.u32(BODY + 24);
        break;
      case Opcode.COPY_FILE_RANGE:
        this.offset = request.u64(BODY + 32);
        this.size = request.u64(BODY + 40);
        break;
      case Opcode.SETATTR:
        this.#attributes(request.u32(BODY), request.u64(BODY + 16), request.u32(BODY + 68));
        break;
      case Opcode.SETXATTR:
        this.target = request.name(BODY + 8);
        break;
      case Opcode.REMOVEXATTR:
        this.target = request.name(BODY);
        break;
      case Opcode.CREATE:
      case Opcode.TMPFILE:
        this.flags = request.u32(BODY);
        this.mode = request.u32(BODY + 4);
        break;
      case Opcode.MKDIR:
      case Opcode.MKNOD:
        this.mode = request.u32(BODY);
        break;
      case Opcode.OPEN:
        this.flags = request.u32(BODY);
        break;
    }
  }

  #attributes(valid: number, size: number, mode: number): void {
    if ((valid & Fattr.SIZE) !== 0) this.size = size;
    if ((valid & Fattr.MODE) !== 0) this.mode = mode;
  }
}

function target(context: Context): Inode | null {
  return nodeAt(context, BODY + 16);
}

function nodeAt(context: Context, at: number): Inode | null {
  const node = otherNode(context, at);
  return node < 0 ? null : context.tree.node(node) ?? null;
}

/** Among the names that are in memory: the kernel looked it up. */
function childOf(directory: Inode | null, name: string): Inode | null {
  return directory?.directory?.entries?.get(name)?.inode ?? null;
}
