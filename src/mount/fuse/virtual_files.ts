/**
 * `.agentvfs/` at the root of each view: a way to the daemon that needs no program, and at the root of the mount
 * the other trees.
 *
 * - `status` reads as the daemon's status. A line written to `ctl` is carried out as a command on the view's branch;
 *   what is read from it is the answer; `hook` is the same for agents, which write and read JSON of theirs. Their entries are never cached: every lookup makes a node of its own with
 *   the bytes of that moment, so that no page of an earlier answer can be shown. It is one file all the same, with one
 *   inode number.
 * - `branches/NAME` (`main`: a symlink to where it is) is the tree of a branch, `checkpoints/REF` that of a checkpoint,
 *   which nobody can change. Both are views of their own, opened when first looked up.
 *
 * A client that keeps nodes by name, and what was written to a file as what can be read from it, has each file once, and finds
 * answers when it opens a file anew. There an agent writes to `hook.NAME`, whatever the name, and reads `hook.NAME.answer`: so
 * several may do so at once.
 *
 * `.agentvfs` itself is not listed. In a branch's own view `branches` has those that were made from it: there no way leads to
 * the others.
 *
 * @module
 */

import { Fattr, GETATTR_FH, Opcode } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../host/errno.ts";
import { NAME_CHANGES } from "./changes.ts";
import { SEEK_HOLE } from "../../host/source_files.ts";
import { S_IFDIR } from "../../store/trees/entry.ts";
import { MAIN_VIEW, type ViewTable, VIRTUAL_VIEW, wireNode } from "../views.ts";
import { ancestryOf, CtlAnswers } from "../virtual/ctl_answers.ts";
import { CtlFile, type Door } from "../virtual/ctl_file.ts";
import type { Answer, Ask } from "../virtual/question.ts";
import { ASK_AGAIN, Questions, type Send } from "./questions.ts";
import { FOREVER, OUT, type Reply } from "./reply.ts";
import { BODY, MAX_WRITE, type Request } from "./request.ts";
import {
  type BranchesNode,
  branchNames,
  CHECKPOINTS,
  type Listed,
  MAIN_LINK,
  MAIN_NAME,
  MAIN_TARGET,
  sizeOf,
  type VirtualNode,
  VirtualNodes,
} from "../virtual/virtual_nodes.ts";
import { VirtualReply } from "./virtual_reply.ts";

export class VirtualFiles {
  readonly nodes: VirtualNodes;
  readonly questions: Questions;
  readonly #answers: Readonly<Record<Door, CtlAnswers>> = {
    ctl: new CtlAnswers("ctl"),
    hook: new CtlAnswers("hook"),
  };
  /** What the listing that is being read began with, of a directory of which only the daemon knows what is in it. */
  #listing = { id: -1, view: MAIN_VIEW, names: [] as readonly Listed[] };
  readonly #laid: VirtualReply;

  constructor(
    readonly request: Request,
    readonly reply: Reply,
    readonly views: ViewTable,
    ask: Ask,
    send: Send,
  ) {
    this.nodes = new VirtualNodes(views);
    const { tree } = views.main;
    this.#laid = new VirtualReply(reply, () => {
      tree.tick();
      return tree.now;
    });
    this.questions = new Questions(request, ask, send);
  }

  /** The answer to a lookup of `.agentvfs` in the root of a view. */
  lookupHome(view: number): number {
    return this.#laid.entry(view, { kind: "home", view }, FOREVER);
  }

  /** Any request about a virtual node. Null: it is answered as it is anywhere else. */
  handle(opcode: number): number | null {
    const id = this.request.nodeId;
    const node = this.nodes.get(id);
    if (node === null) return -Errno.ESTALE;
    switch (opcode) {
      case Opcode.LOOKUP:
        return this.#lookup(id, node, this.request.name(BODY));
      case Opcode.CREATE:
        return this.#lasts && node.kind === "home"
          ? this.#lookupDoor(node.view, this.request.name(BODY + 16)) ?? -Errno.EACCES
          : -Errno.EACCES;
      case Opcode.GETATTR:
        return this.#attributes(id, node);
      case Opcode.SETATTR:
        return this.#setAttributes(id, node);
      case Opcode.READLINK:
        return node.kind === "main" ? this.#read(MAIN_TARGET_BYTES, 0, MAX_WRITE) : -Errno.EINVAL;
      case Opcode.READ:
        return this.#readFile(node, this.request.u64(BODY + 8), this.request.u32(BODY + 16));
      case Opcode.WRITE:
        return node instanceof CtlFile ? this.#write(id, node) : -Errno.EACCES;
      case Opcode.LSEEK:
        return this.#seek(node, this.request.u64(BODY + 8), this.request.u32(BODY + 16));
      case Opcode.READDIR:
      case Opcode.READDIRPLUS:
        return this.#list(id, node, opcode === Opcode.READDIRPLUS);
      case Opcode.FSYNC:
      case Opcode.FSYNCDIR:
        return 0;
      // ENOSYS would switch these off for the whole mount.
      case Opcode.GETXATTR:
      case Opcode.LISTXATTR:
      case Opcode.SETXATTR:
      case Opcode.REMOVEXATTR:
      case Opcode.FALLOCATE:
      case Opcode.COPY_FILE_RANGE:
        return -Errno.EOPNOTSUPP;
      default:
        return NAME_CHANGES.has(opcode) ? -Errno.EACCES : null;
    }
  }

  /** True of a client for which a name is the same file as long as the mount lives. */
  get #lasts(): boolean {
    return this.reply.dialect.numbersByNode;
  }

  #lookup(id: number, node: VirtualNode, name: string): number {
    if (name === "." || name === "..") {
      // They are found by path only elsewhere: no handle leads to a status or an answer.
      if (!this.#lasts) return -Errno.ESTALE;
      return name === "." ? this.#laid.entry(id, node, 0) : this.#lookupAbove(node);
    }
    if (node.kind === "home") return this.#lookupInHome(id, node.view, name);
    if (node.kind === "branches") {
      const path = node.prefix + name;
      return node.view === MAIN_VIEW ? this.#lookupBranch(path) : this.#lookupChild(node, path);
    }
    if (node.kind !== "checkpoints") return -Errno.ENOTDIR;
    // What a ref means may change with every checkpoint; a whole id stays what it is.
    const valid = /^[0-9a-f]{64}$/.test(name) ? FOREVER : 0;
    const ref = textOf(name);
    if (ref === null) return -Errno.ENOENT;
    return this.questions.wait(
      { about: "checkpoint", ref },
      (answer) => this.#root(answer, valid),
    );
  }

  /** The directory that a directory is in. */
  #lookupAbove(node: VirtualNode): number {
    if (node.kind === "home") return this.#root({ view: node.view }, 0);
    if (node.kind === "checkpoints") return this.lookupHome(MAIN_VIEW);
    if (node.kind !== "branches") return -Errno.ENOTDIR;
    const { prefix, place } = node;
    if (prefix === "") return this.lookupHome(place);
    const above = prefix.slice(0, prefix.lastIndexOf("/", prefix.length - 2) + 1);
    return this.#branches(place, above, FOREVER);
  }

  #branches(place: number, prefix: string, valid: number): number {
    const id = this.nodes.branches(place, prefix);
    return this.#laid.entry(id, this.nodes.get(id)!, valid);
  }

  /** `ctl`, `hook`, and what is written and read under names of its own; null: it is none of those. */
  #lookupDoor(view: number, name: string): number | null {
    const key = `${name} ${view}`;
    const known = this.nodes.known(key);
    const named = NAMED_HOOK.exec(name);
    if (named?.groups?.answer !== undefined && known === null) return -Errno.ENOENT;
    if (named === null && name !== "ctl" && name !== "hook") return null;
    const door = name === "ctl" ? name : "hook";
    const called = named === null ? null : name;
    const id = this.nodes.once(
      key,
      () => new CtlFile(door, view, new Uint8Array(), 0, undefined, called),
    );
    return this.#laid.entry(id, this.nodes.get(id)!, 0);
  }

  /** `id`: of the home, which is the number of the view whose root it is in; `view`: that of whoever asks. */
  #lookupInHome(id: number, view: number, name: string): number {
    if (this.#lasts) {
      const door = this.#lookupDoor(view, name);
      if (door !== null) return door;
    }
    if (name === "ctl" || name === "hook") {
      return this.#newNode(this.#answers[name].find(view, ancestryOf(this.request.pid)), 0);
    }
    if (name === "status") {
      return this.questions.wait(
        { about: "status", view },
        ({ text }) => this.#newNode({ kind: "status", view, bytes: lineOf(text) }, 0),
      );
    }
    if (name === "branches") return this.#branches(id, "", FOREVER);
    if (view !== MAIN_VIEW) return -Errno.ENOENT;
    if (name === "checkpoints") {
      // Not kept: each look tells another time, so that the kernel does not keep the listing either.
      return this.#laid.entry(CHECKPOINTS, this.nodes.get(CHECKPOINTS)!, 0);
    }
    return -Errno.ENOENT;
  }

  #lookupBranch(name: string): number {
    // A caller of another view is to be told that it is not there.
    const valid = this.views.main.isRouted ? 0 : FOREVER;
    if (name === MAIN_NAME) return this.#laid.entry(MAIN_LINK, { kind: "main" }, valid);
    if (this.nodes.hasBranch(name)) {
      const open = this.views.ofBranch(name);
      if (open !== undefined) return this.#root({ view: open.number }, valid);
      return this.questions.wait(
        { about: "branch", name, view: MAIN_VIEW },
        (answer) => this.#root(answer, valid),
      );
    }
    const prefix = `${name}/`;
    if (!this.nodes.hasBranchesBelow(prefix)) return -Errno.ENOENT;
    return this.#branches(MAIN_VIEW, prefix, valid);
  }

  /** A branch that was made from the one that a view shows: of those only the daemon knows. */
  #lookupChild({ view, place }: BranchesNode, name: string): number {
    const valid = place === MAIN_VIEW ? 0 : CHILD_VALID;
    return this.questions.wait({ about: "branch", name, view }, (answer) => {
      if (!answer.isPrefix) return this.#root(answer, valid);
      return this.#branches(place, `${name}/`, valid);
    });
  }

  /** The entry of a view's root. */
  #root({ view: number }: Answer, valid: number): number {
    if (number === undefined || number === null) return -Errno.ENOENT;
    const view = this.views.get(number);
    // It was closed on the way.
    if (view === undefined) return ASK_AGAIN;
    const { root } = view.tree;
    this.views.remember(view, root);
    this.reply.entryOf(OUT, view, root, wireNode(view.number, root.nodeId));
    const { entryOut } = this.reply.dialect;
    this.reply.u64(OUT + entryOut.ENTRY_VALID, valid);
    return entryOut.SIZE;
  }

  #newNode(node: VirtualNode, valid: number): number {
    if (!this.#lasts) return this.#laid.entry(this.nodes.add(node), node, valid);
    const place = "view" in node ? node.view : MAIN_VIEW;
    const id = this.nodes.once(`${node.kind} ${place}`, () => node);
    this.nodes.set(id, node);
    return this.#laid.entry(id, node, valid);
  }

  #attributes(id: number, node: VirtualNode): number {
    const isReading = (this.request.u32(BODY) & GETATTR_FH) !== 0;
    if (this.#lasts && node.kind === "status") {
      // Who opens it again by the same node wants to know how it is now.
      return this.questions.wait({ about: "status", view: node.view }, ({ text }) => {
        const status = { ...node, bytes: lineOf(text) };
        this.nodes.set(id, status);
        return this.#laid.attributes(id, status, sizeOf(status));
      });
    }
    if (!(node instanceof CtlFile)) return this.#laid.attributes(id, node, sizeOf(node));
    return this.#laid.attributes(id, node, isReading ? node.sizeToRead() : node.look());
  }

  /** Times may be set, to no effect: touch(1) is no command. */
  #setAttributes(id: number, node: VirtualNode): number {
    const valid = this.request.u32(BODY);
    if ((valid & (Fattr.MODE | Fattr.UID | Fattr.GID)) !== 0) return -Errno.EPERM;
    if ((valid & Fattr.SIZE) !== 0) {
      if (!(node instanceof CtlFile)) return -Errno.EACCES;
      node.resize(this.request.u64(BODY + SETATTR_SIZE));
    }
    return this.#laid.attributes(id, node, sizeOf(node));
  }

  #readFile(node: VirtualNode, offset: number, size: number): number {
    if (node.kind === "status" || node.kind === "answer") {
      return this.#read(node.bytes, offset, size);
    }
    if (!(node instanceof CtlFile)) return -Errno.EISDIR;
    return node.read(offset, this.reply.bytes, OUT, Math.min(size, MAX_WRITE));
  }

  #read(bytes: Uint8Array, offset: number, size: number): number {
    const start = Math.min(offset, bytes.length);
    const length = Math.min(size, MAX_WRITE, bytes.length - start);
    this.reply.bytes.set(bytes.subarray(start, start + length), OUT);
    return length;
  }

  /** There are no holes. */
  #seek(node: VirtualNode, offset: number, whence: number): number {
    const size = sizeOf(node);
    if (offset >= size) return -Errno.ENXIO;
    this.reply.u64(OUT, whence === SEEK_HOLE ? size : offset);
    return 8;
  }

  #write(id: number, node: CtlFile): number {
    const offset = this.request.u64(BODY + 8);
    const size = this.request.u32(BODY + 16);
    const piece = this.request.bytes.slice(BODY + 40, BODY + 40 + size);
    const caller = this.request.pid;
    const said = node.said(offset, piece);
    const written = () => {
      this.reply.u32(OUT, size);
      this.reply.u32(OUT + 4, 0);
      return 8;
    };
    if (said === null) return written();
    const { view, kind } = node;
    const end = offset + size;
    const writer = ancestryOf(caller);
    const cached = node.mayBeCached && !this.#lasts ? wireNode(VIRTUAL_VIEW, id) : null;
    return this.questions.wait({ ...said, view, caller, cached }, ({ text }) => {
      // More of it is to come.
      if (text === undefined) return written();
      const answer = kind === "ctl" || text !== "" ? lineOf(text) : new Uint8Array();
      if (this.#lasts) this.#answerAnew(node, answer);
      else {
        node.answered(end, answer);
        this.#answers[kind].keep(view, writer, answer, end);
      }
      return written();
    });
  }

  /** The answer is there for whoever opens the file it is in from now on. */
  #answerAnew(node: CtlFile, bytes: Uint8Array<ArrayBuffer>): void {
    const { called, view } = node;
    if (called === null) return node.answeredAnew(bytes);
    node.answeredAnew(new Uint8Array());
    const answer = { kind: "answer", view, bytes } as const;
    this.nodes.set(this.nodes.once(`${called}.answer ${view}`, () => answer), answer);
  }

  #list(id: number, node: VirtualNode, plus: boolean): number {
    const offset = this.request.u64(BODY + 8);
    const limit = this.request.u32(BODY + 16);
    if (node.kind === "home" || (node.kind === "branches" && node.view === MAIN_VIEW)) {
      return this.#laid.listing(id, this.nodes.names(node), offset, limit, plus);
    }
    if (node.kind !== "checkpoints" && node.kind !== "branches") return -Errno.ENOTDIR;
    // The rest of a listing is of the list it began with: positions in another one are others.
    const view = node.kind === "branches" ? node.view : MAIN_VIEW;
    if (offset > 0 && this.#listing.id === id && this.#listing.view === view) {
      return this.#laid.listing(id, this.#listing.names, offset, limit, plus);
    }
    const question = node.kind === "checkpoints"
      ? { about: "checkpoints" } as const
      : { about: "children", view: node.view } as const;
    return this.questions.wait(question, ({ names = [] }) => {
      const listed = node.kind === "branches"
        ? branchNames(names, node.prefix)
        : names.map((name) => ({ name, type: S_IFDIR }));
      this.#listing = { id, view, names: listed };
      return this.#laid.listing(id, listed, offset, limit, plus);
    });
  }
}

/** How long the kernel may keep the name of a branch of a branch, seconds: nobody tells it when that goes. */
const CHILD_VALID = 1;

/** A file of its own for one event, and for what that is answered. */
const NAMED_HOOK = /^hook\.[A-Za-z0-9_-]{1,64}(?<answer>\.answer)?$/;

/** Offset of the size in struct fuse_setattr_in. */
const SETATTR_SIZE = 16;

const MAIN_TARGET_BYTES = new TextEncoder().encode(MAIN_TARGET);

/** A name as text; null if it is not UTF-8: then nothing is called that. */
function textOf(name: string): string | null {
  try {
    return utf8.decode(Uint8Array.from(name, (c) => c.charCodeAt(0)));
  } catch {
    return null;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function lineOf(text = ""): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text.endsWith("\n") ? text : text + "\n");
}
