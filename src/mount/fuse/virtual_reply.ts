/**
 * Answers about the nodes of `.agentvfs`: entries, attributes, listings.
 *
 * @module
 */

import { DIRENT } from "../../../ffi/fuse_kernel.ts";
import type { Timestamp } from "../../host/clock.ts";
import { S_IFDIR, S_IFMT } from "../../store/trees/entry.ts";
import { VIRTUAL_VIEW, wireNode } from "../views.ts";
import { FOREVER, OUT, type Reply } from "./reply.ts";
import { MAX_WRITE } from "./request.ts";
import {
  inodeNumberOf,
  isInFlux,
  type Listed,
  modeOf,
  sizeOf,
  type VirtualNode,
} from "../virtual/virtual_nodes.ts";

export class VirtualReply {
  /** `clock`: what the files' times are. */
  constructor(readonly reply: Reply, readonly clock: () => Readonly<Timestamp>) {}

  /** `valid`: seconds for which the kernel may keep the name. */
  entry(id: number, node: VirtualNode, valid: number): number {
    const { entryOut } = this.reply.dialect;
    this.reply.bytes.fill(0, OUT, OUT + entryOut.SIZE);
    this.reply.u64(OUT + entryOut.GENERATION, this.reply.generation);
    this.reply.u64(OUT + entryOut.NODEID, wireNode(VIRTUAL_VIEW, id));
    this.reply.u64(OUT + entryOut.ENTRY_VALID, valid);
    this.reply.u64(OUT + entryOut.ATTR_VALID, isInFlux(node) ? 0 : FOREVER);
    const size = sizeOf(node);
    this.#attr(OUT + entryOut.ATTR, id, node, size);
    return entryOut.SIZE;
  }

  attributes(id: number, node: VirtualNode, size: number): number {
    const { attrOut } = this.reply.dialect;
    this.reply.bytes.fill(0, OUT, OUT + attrOut.SIZE);
    this.reply.u64(OUT + attrOut.VALID, isInFlux(node) ? 0 : FOREVER);
    this.#attr(OUT + attrOut.ATTR, id, node, size);
    return attrOut.SIZE;
  }

  #attr(at: number, id: number, node: VirtualNode, size: number): void {
    const { attr } = this.reply.dialect;
    const { reply } = this;
    const now = this.clock();
    const number = reply.dialect.numbersByNode
      ? wireNode(VIRTUAL_VIEW, id)
      : inodeNumberOf(id, node);
    reply.u64(at + attr.INO, number);
    reply.u64(at + attr.SIZE, size);
    for (const time of [attr.ATIME, attr.MTIME, attr.CTIME]) reply.u64(at + time, now.sec);
    for (const time of [attr.ATIME_NSEC, attr.MTIME_NSEC, attr.CTIME_NSEC]) {
      reply.u32(at + time, now.nsec);
    }
    const mode = modeOf(node);
    reply.u32(at + attr.MODE, mode);
    reply.u32(at + attr.NLINK, (mode & S_IFMT) === S_IFDIR ? 2 : 1);
    reply.u32(at + attr.UID, Deno.uid() ?? 0);
    reply.u32(at + attr.GID, Deno.gid() ?? 0);
    reply.u32(at + attr.BLKSIZE, 4096);
  }

  /** With `plus`, without attributes: node id 0 says so. */
  listing(
    id: number,
    names: readonly Listed[],
    offset: number,
    limit: number,
    plus: boolean,
  ): number {
    const { entryOut } = this.reply.dialect;
    const all = [DOT, DOT_DOT, ...names];
    const { reply } = this;
    const end = OUT + Math.min(limit, MAX_WRITE);
    let at = OUT;
    for (let i = offset; i < all.length; i++) {
      const { name, type } = all[i]!;
      const padded = Math.ceil((DIRENT.SIZE + name.length) / 8) * 8;
      if (at + padded + (plus ? entryOut.SIZE : 0) > end) break;
      if (plus) {
        reply.bytes.fill(0, at, at + entryOut.SIZE);
        at += entryOut.SIZE;
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

const DOT: Listed = { name: ".", type: S_IFDIR };
const DOT_DOT: Listed = { name: "..", type: S_IFDIR };
