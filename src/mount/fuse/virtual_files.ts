/**
 * `.agentvfs/` at the root of each view: a way to the daemon that needs no program, and at the root of the mount
 * the other trees.
 *
 * - `status` reads as the daemon's status. A line written to `ctl` is carried out as a command on the view's branch;
 *   what is read from it is the answer. Their entries are never cached: every lookup makes a node of its own with
 *   the bytes of that moment, so that no page of an earlier answer can be shown.
 * - `branches/NAME` (`main`: a symlink to where it is) is the tree of a branch, `checkpoints/REF` that of a checkpoint,
 *   which nobody can change. Both are views of their own, opened when first looked up.
 *
 * `.agentvfs` itself is not listed. Nothing else is in it in a branch's own view: there no way leads to the others.
 *
 * @module
 */

import { ATTR, ATTR_OUT, DIRENT, ENTRY_OUT, Opcode } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../host/errno.ts";
import { S_IFDIR } from "../../store/trees/entry.ts";
import { MAIN_VIEW, type ViewTable, VIRTUAL_VIEW, wireNode } from "../views.ts";
import { type Answer, type Ask, Questions, type Send } from "./questions.ts";
import { FOREVER, OUT, type Reply } from "./reply.ts";
import { BODY, MAX_WRITE, type Request } from "./request.ts";
import {
  attributesValid,
  BRANCHES,
  CHECKPOINTS,
  type Listed,
  MAIN_LINK,
  MAIN_NAME,
  MAIN_TARGET,
  modeOf,
  type VirtualNode,
  VirtualNodes,
} from "./virtual_nodes.ts";

export class VirtualFiles {
  readonly nodes = new VirtualNodes();
  readonly questions: Questions;
  readonly #lastAnswers = new Map<number, Uint8Array<ArrayBuffer>>();

  constructor(
    readonly request: Request,
    readonly reply: Reply,
    readonly views: ViewTable,
    ask: Ask,
    send: Send,
  ) {
    this.questions = new Questions(request, ask, send);
  }

  /** The answer to a lookup of `.agentvfs` in the root of a view. */
  lookupHome(view: number): number {
    return this.#entry(view, { kind: "home", view }, FOREVER);
  }

  /** Any request about a virtual node. */
  handle(opcode: number): number {
    const id = this.request.nodeId;
    const node = this.nodes.get(id);
    if (node === null) return -Errno.ESTALE;
    switch (opcode) {
      case Opcode.LOOKUP:
        return this.#lookup(node, this.request.name(BODY));
      case Opcode.GETATTR:
      case Opcode.SETATTR:
        return this.#attributes(id, node);
      case Opcode.READLINK:
        return node.kind === "main" ? this.#read(MAIN_TARGET_BYTES, 0, MAX_WRITE) : -Errno.EINVAL;
      case Opcode.READ:
        return "bytes" in node
          ? this.#read(node.bytes, this.request.u64(BODY + 8), this.request.u32(BODY + 16))
          : -Errno.EISDIR;
      case Opcode.WRITE:
        return node.kind === "ctl" ? this.#write(node) : -Errno.EACCES;
      case Opcode.READDIR:
      case Opcode.READDIRPLUS:
        return this.#list(id, node, opcode === Opcode.READDIRPLUS);
      case Opcode.OPEN:
      case Opcode.FLUSH:
        return -Errno.ENOSYS;
      // ENOSYS would switch extended attributes off for the whole mount.
      case Opcode.GETXATTR:
      case Opcode.LISTXATTR:
        return -Errno.EOPNOTSUPP;
      case Opcode.FSYNC:
      case Opcode.FSYNCDIR:
      case Opcode.RELEASE:
      case Opcode.RELEASEDIR:
        return 0;
      default:
        return -Errno.EACCES;
    }
  }

  #lookup(node: VirtualNode, name: string): number {
    if (node.kind === "home") return this.#lookupInHome(node.view, name);
    if (node.kind === "branches") return this.#lookupBranch(node.prefix + name);
    if (node.kind !== "checkpoints") return -Errno.ENOTDIR;
    // What a ref means may change with every checkpoint; a whole id stays what it is.
    const valid = /^[0-9a-f]{64}$/.test(name) ? FOREVER : 0;
    return this.questions.wait(
      { about: "checkpoint", ref: name },
      (answer) => this.#root(answer, valid),
    );
  }

  #lookupInHome(view: number, name: string): number {
    if (name === "ctl") {
      const bytes = this.#lastAnswers.get(view) ?? new Uint8Array();
      return this.#newNode({ kind: "ctl", view, bytes }, 0);
    }
    if (name === "status") {
      return this.questions.wait(
        { about: "status", view },
        ({ text }) => this.#newNode({ kind: "status", bytes: lineOf(text) }, 0),
      );
    }
    if (view !== MAIN_VIEW) return -Errno.ENOENT;
    // A caller of another view is to be told that they are not there.
    const valid = this.views.main.isRouted ? 0 : FOREVER;
    if (name === "branches") return this.#entry(BRANCHES, this.nodes.get(BRANCHES)!, valid);
    if (name === "checkpoints") {
      return this.#entry(CHECKPOINTS, this.nodes.get(CHECKPOINTS)!, valid);
    }
    return -Errno.ENOENT;
  }

  #lookupBranch(name: string): number {
    if (name === MAIN_NAME) return this.#entry(MAIN_LINK, { kind: "main" }, FOREVER);
    if (this.nodes.hasBranch(name)) {
      return this.questions.wait(
        { about: "branch", name },
        (answer) => this.#root(answer, FOREVER),
      );
    }
    const prefix = `${name}/`;
    if (!this.nodes.hasBranchesBelow(prefix)) return -Errno.ENOENT;
    return this.#newNode({ kind: "branches", prefix }, FOREVER);
  }

  /** The entry of a view's root. */
  #root({ view: number }: Answer, valid: number): number {
    const view = number === undefined || number === null ? undefined : this.views.get(number);
    if (view === undefined) return -Errno.ENOENT;
    const { root } = view.tree;
    this.views.remember(view, root);
    this.reply.entryOf(OUT, view, root, wireNode(view.number, root.nodeId));
    this.reply.u64(OUT + ENTRY_OUT.ENTRY_VALID, valid);
    return ENTRY_OUT.SIZE;
  }

  #newNode(node: VirtualNode, valid: number): number {
    return this.#entry(this.nodes.add(node), node, valid);
  }

  #entry(id: number, node: VirtualNode, valid: number): number {
    this.reply.bytes.fill(0, OUT, OUT + ENTRY_OUT.SIZE);
    this.reply.u64(OUT + ENTRY_OUT.NODEID, wireNode(VIRTUAL_VIEW, id));
    this.reply.u64(OUT + ENTRY_OUT.ENTRY_VALID, valid);
    this.reply.u64(OUT + ENTRY_OUT.ATTR_VALID, attributesValid(node));
    this.#attr(OUT + ENTRY_OUT.ATTR, id, node);
    return ENTRY_OUT.SIZE;
  }

  #attributes(id: number, node: VirtualNode): number {
    this.reply.bytes.fill(0, OUT, OUT + ATTR_OUT.SIZE);
    this.reply.u64(OUT + ATTR_OUT.VALID, attributesValid(node));
    this.#attr(OUT + ATTR_OUT.ATTR, id, node);
    return ATTR_OUT.SIZE;
  }

  #attr(at: number, id: number, node: VirtualNode): void {
    const { reply } = this;
    const bytes = "bytes" in node ? node.bytes : null;
    reply.u64(at + ATTR.INO, wireNode(VIRTUAL_VIEW, id));
    const isDirectory = bytes === null && node.kind !== "main";
    reply.u64(at + ATTR.SIZE, node.kind === "main" ? MAIN_TARGET.length : bytes?.length ?? 0);
    reply.u32(at + ATTR.MODE, modeOf(node));
    reply.u32(at + ATTR.NLINK, isDirectory ? 2 : 1);
    reply.u32(at + ATTR.UID, Deno.uid() ?? 0);
    reply.u32(at + ATTR.GID, Deno.gid() ?? 0);
    reply.u32(at + ATTR.BLKSIZE, 4096);
  }

  #read(bytes: Uint8Array, offset: number, size: number): number {
    const start = Math.min(offset, bytes.length);
    const length = Math.min(size, MAX_WRITE, bytes.length - start);
    this.reply.bytes.set(bytes.subarray(start, start + length), OUT);
    return length;
  }

  #write(node: VirtualNode & { kind: "ctl" }): number {
    const size = this.request.u32(BODY + 16);
    const text = new TextDecoder().decode(this.request.bytes.slice(BODY + 40, BODY + 40 + size));
    const line = text.trim();
    const written = () => {
      this.reply.u32(OUT, size);
      this.reply.u32(OUT + 4, 0);
      return 8;
    };
    if (line === "") return written();
    return this.questions.wait({ about: "command", view: node.view, line }, ({ text }) => {
      node.bytes = lineOf(text);
      this.#lastAnswers.set(node.view, node.bytes);
      return written();
    });
  }

  #list(id: number, node: VirtualNode, plus: boolean): number {
    const offset = this.request.u64(BODY + 8);
    const limit = this.request.u32(BODY + 16);
    if ("bytes" in node || node.kind === "main") return -Errno.ENOTDIR;
    if (node.kind === "checkpoints") {
      return this.questions.wait(
        { about: "checkpoints" },
        ({ names = [] }) =>
          this.#listing(id, names.map((name) => ({ name, type: S_IFDIR })), offset, limit, plus),
      );
    }
    return this.#listing(id, this.nodes.names(node), offset, limit, plus);
  }

  /** With `plus`, without attributes: node id 0 says so. */
  #listing(
    id: number,
    names: readonly Listed[],
    offset: number,
    limit: number,
    plus: boolean,
  ): number {
    const all = [DOT, DOT_DOT, ...names];
    const { reply } = this;
    const end = OUT + Math.min(limit, MAX_WRITE);
    let at = OUT;
    for (let i = offset; i < all.length; i++) {
      const { name, type } = all[i]!;
      const padded = Math.ceil((DIRENT.SIZE + name.length) / 8) * 8;
      if (at + padded + (plus ? ENTRY_OUT.SIZE : 0) > end) break;
      if (plus) {
        reply.bytes.fill(0, at, at + ENTRY_OUT.SIZE);
        at += ENTRY_OUT.SIZE;
      }
      reply.bytes.fill(0, at, at + padded);
      // What a name leads to has its number once it is looked up.
      reply.u64(at + DIRENT.INO, wireNode(VIRTUAL_VIEW, id));
      reply.u64(at + DIRENT.OFF, i + 1);
      reply.u32(at + DIRENT.NAMELEN, name.length);
      reply.u32(at + DIRENT.TYPE, type >> 12);
      for (let c = 0; c < name.length; c++) {
        reply.bytes[at + DIRENT.SIZE + c] = name.charCodeAt(c);
      }
      at += padded;
    }
    return at - OUT;
  }
}

const MAIN_TARGET_BYTES = new TextEncoder().encode(MAIN_TARGET);
const DOT: Listed = { name: ".", type: S_IFDIR };
const DOT_DOT: Listed = { name: "..", type: S_IFDIR };

function lineOf(text = ""): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text.endsWith("\n") ? text : text + "\n");
}
