/**
 * `.agentvfs/` at the root of each view: a way to the daemon that needs no program, and at the root of the mount
 * the other trees.
 *
 * - `status` reads as the daemon's status. A line written to `ctl` is carried out as a command on the view's branch;
 *   what is read from it is the answer. Their entries are never cached: every lookup makes a node of its own with
 *   the bytes of that moment, so that no page of an earlier answer can be shown.
 * - `branches/NAME` (`main`: a symlink to where it is) is the tree of a branch, `checkpoints/REF` that of a checkpoint, which nobody can change. Both
 *   are views of their own, opened when first looked up.
 *
 * `.agentvfs` itself is not listed. Nothing else is in it in a branch's own view: there no way leads to the others.
 *
 * The fs thread does not carry out commands or open views. It asks the daemon and goes on; the request is answered
 * when the answer comes.
 *
 * @module
 */

import { ATTR, ATTR_OUT, DIRENT, ENTRY_OUT, Opcode } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../../ffi/errno.ts";
import { S_IFDIR, S_IFLNK, S_IFREG } from "../../store/entry.ts";
import { MAIN_VIEW, VIEW_LIMIT, type ViewTable, wireNode } from "../views.ts";
import { FOREVER, NO_REPLY, OUT, type Reply } from "./reply.ts";
import { BODY, MAX_WRITE, type Request } from "./request.ts";

export const VIRTUAL_NAME = ".agentvfs";

/** The view number of virtual nodes, above those of trees. */
export const VIRTUAL_VIEW = VIEW_LIMIT;

/** Nodes of directories: that of view v's `.agentvfs` is v, so that another server knows it. */
const BRANCHES = VIEW_LIMIT;
const CHECKPOINTS = VIEW_LIMIT + 1;
const MAIN_LINK = VIEW_LIMIT + 2;
const FIRST_OTHER = VIEW_LIMIT + 3;

/** The root of the mount cannot have a second name in it. */
const MAIN_NAME = "main";
const MAIN_TARGET = "../..";

/** What the daemon is asked. `view`: where. */
export type Question =
  | { readonly about: "status"; readonly view: number }
  | { readonly about: "command"; readonly view: number; readonly line: string }
  /** The view of a branch, or of the checkpoint that a ref names. */
  | { readonly about: "branch"; readonly name: string }
  | { readonly about: "checkpoint"; readonly ref: string }
  /** Names for the listing of `checkpoints`. */
  | { readonly about: "checkpoints" };

/** What it answers: text, the number of a view that is open now (null: there is none), or names. */
export interface Answer {
  readonly text?: string;
  readonly view?: number | null;
  readonly names?: readonly string[];
}

/** Names, by node id of their directory, and directories whose listings are others now. */
export interface ForgottenNames {
  readonly parents: number[];
  readonly names: string[];
  readonly data: number[];
}

/** What the server that takes over has to know to answer who has `ctl` open: plain data. */
export interface InheritedNodes {
  readonly nextNode: number;
  readonly ctl: readonly {
    readonly id: number;
    readonly view: number;
    readonly text: string;
    readonly lookups: number;
  }[];
}

export type Ask = (ticket: number, question: Question) => void;

/** Sends a delayed answer: `length` bytes of the reply, or a negative errno. */
export type Send = (unique: Uint8Array, result: number) => void;

type VirtualNode =
  | { readonly kind: "home"; readonly view: number }
  | { readonly kind: "branches"; readonly prefix: string }
  | { readonly kind: "checkpoints" }
  | { readonly kind: "main" }
  | { readonly kind: "ctl"; readonly view: number; bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "status"; readonly bytes: Uint8Array<ArrayBuffer> };

interface Listed {
  readonly name: string;
  /** The bits of a mode that tell. */
  readonly type: number;
}

export class VirtualFiles {
  /** Those without a number of their own, and how many references the kernel has. */
  readonly #nodes = new Map<number, { node: VirtualNode; lookups: number }>();
  readonly #waiting = new Map<number, { unique: Uint8Array; complete(answer: Answer): number }>();
  readonly #lastAnswers = new Map<number, Uint8Array<ArrayBuffer>>();
  #branches: readonly string[] = [];
  #nextNode = FIRST_OTHER;
  #nextTicket = 1;

  constructor(
    readonly request: Request,
    readonly reply: Reply,
    readonly views: ViewTable,
    readonly ask: Ask,
    readonly send: Send,
  ) {}

  /** The answer to a lookup of {@linkcode VIRTUAL_NAME} in the root of a view. */
  lookupHome(view: number): number {
    return this.#entry(view, { kind: "home", view }, FOREVER);
  }

  handOver(): InheritedNodes {
    const ctl = [...this.#nodes].flatMap(([id, { node, lookups }]) =>
      node.kind !== "ctl"
        ? []
        : [{ id, view: node.view, text: new TextDecoder().decode(node.bytes), lookups }]
    );
    return { nextNode: this.#nextNode, ctl };
  }

  inherit({ nextNode, ctl }: InheritedNodes): void {
    this.#nextNode = nextNode;
    for (const { id, view, text, lookups } of ctl) {
      const bytes = new TextEncoder().encode(text);
      this.#nodes.set(id, { node: { kind: "ctl", view, bytes }, lookups });
    }
  }

  /** There are these branches now, and those of `gone` no more. Returns what the kernel must forget. */
  setBranches(names: readonly string[], gone: readonly string[]): ForgottenNames {
    this.#branches = [...names].sort();
    const forgotten = { parents: [] as number[], names: [] as string[], data: [] as number[] };
    const forget = (path: string) => {
      const place = this.#placeOf(path);
      if (place === null) return;
      forgotten.parents.push(place.parent);
      forgotten.names.push(place.name);
    };
    gone.forEach(forget);
    forgotten.data.push(wireNode(VIRTUAL_VIEW, BRANCHES));
    for (const [id, { node }] of this.#nodes) {
      if (node.kind !== "branches") continue;
      forgotten.data.push(wireNode(VIRTUAL_VIEW, id));
      if (!this.#branches.some((name) => name.startsWith(node.prefix))) {
        forget(node.prefix.slice(0, -1));
      }
    }
    return forgotten;
  }

  /** Node ids of the directory that lists checkpoints, for the kernel. */
  get checkpointsNode(): number {
    return wireNode(VIRTUAL_VIEW, CHECKPOINTS);
  }

  /** The directory that a path below `branches` is in, and its name there; null if the kernel cannot know it. */
  #placeOf(path: string): { parent: number; name: string } | null {
    const slash = path.lastIndexOf("/");
    const prefix = path.slice(0, slash + 1);
    const name = path.slice(slash + 1);
    if (prefix === "") return { parent: wireNode(VIRTUAL_VIEW, BRANCHES), name };
    for (const [id, { node }] of this.#nodes) {
      if (node.kind === "branches" && node.prefix === prefix) {
        return { parent: wireNode(VIRTUAL_VIEW, id), name };
      }
    }
    return null;
  }

  /** Any request about a virtual node. */
  handle(opcode: number): number {
    const id = this.request.nodeId;
    const node = this.#node(id);
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
      case Opcode.OPENDIR:
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

  forget(id: number, count: number): void {
    const known = this.#nodes.get(id);
    if (known === undefined) return;
    known.lookups -= count;
    if (known.lookups <= 0) this.#nodes.delete(id);
  }

  /** The daemon's answer has come. */
  answer(ticket: number, answer: Answer): void {
    const waiting = this.#waiting.get(ticket);
    if (waiting === undefined) return;
    this.#waiting.delete(ticket);
    this.send(waiting.unique, waiting.complete(answer));
  }

  #node(id: number): VirtualNode | null {
    if (id < VIEW_LIMIT) return { kind: "home", view: id };
    if (id === BRANCHES) return { kind: "branches", prefix: "" };
    if (id === CHECKPOINTS) return { kind: "checkpoints" };
    if (id === MAIN_LINK) return { kind: "main" };
    return this.#nodes.get(id)?.node ?? null;
  }

  #wait(question: Question, complete: (answer: Answer) => number): number {
    const ticket = this.#nextTicket++;
    this.#waiting.set(ticket, { unique: this.request.bytes.slice(8, 16), complete });
    this.ask(ticket, question);
    return NO_REPLY;
  }

  #lookup(node: VirtualNode, name: string): number {
    if (node.kind === "home") return this.#lookupInHome(node.view, name);
    if (node.kind === "branches") return this.#lookupBranch(node.prefix + name);
    if (node.kind !== "checkpoints") return -Errno.ENOTDIR;
    // What a ref means may change with every checkpoint; a whole id stays what it is.
    const valid = /^[0-9a-f]{64}$/.test(name) ? FOREVER : 0;
    return this.#wait({ about: "checkpoint", ref: name }, (answer) => this.#root(answer, valid));
  }

  #lookupInHome(view: number, name: string): number {
    if (name === "ctl") {
      const bytes = this.#lastAnswers.get(view) ?? new Uint8Array();
      return this.#newNode({ kind: "ctl", view, bytes }, 0);
    }
    if (name === "status") {
      return this.#wait(
        { about: "status", view },
        ({ text }) => this.#newNode({ kind: "status", bytes: lineOf(text) }, 0),
      );
    }
    if (view !== MAIN_VIEW) return -Errno.ENOENT;
    if (name === "branches") return this.#entry(BRANCHES, this.#node(BRANCHES)!, FOREVER);
    if (name === "checkpoints") return this.#entry(CHECKPOINTS, this.#node(CHECKPOINTS)!, FOREVER);
    return -Errno.ENOENT;
  }

  #lookupBranch(name: string): number {
    if (name === MAIN_NAME) return this.#entry(MAIN_LINK, { kind: "main" }, FOREVER);
    if (this.#branches.includes(name)) {
      return this.#wait({ about: "branch", name }, (answer) => this.#root(answer, FOREVER));
    }
    const prefix = `${name}/`;
    if (!this.#branches.some((branch) => branch.startsWith(prefix))) return -Errno.ENOENT;
    return this.#newNode({ kind: "branches", prefix }, FOREVER);
  }

  /** The entry of a view's root. */
  #root({ view: number }: Answer, valid: number): number {
    const view = number === undefined || number === null ? undefined : this.views.get(number);
    if (view === undefined) return -Errno.ENOENT;
    this.views.rememberRoot(view);
    this.reply.entryOf(OUT, view, view.tree.root);
    this.reply.u64(OUT + ENTRY_OUT.ENTRY_VALID, valid);
    return ENTRY_OUT.SIZE;
  }

  #newNode(node: VirtualNode, valid: number): number {
    const id = this.#nextNode++;
    this.#nodes.set(id, { node, lookups: 1 });
    return this.#entry(id, node, valid);
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
    return this.#wait({ about: "command", view: node.view, line }, ({ text }) => {
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
      return this.#wait(
        { about: "checkpoints" },
        ({ names = [] }) =>
          this.#listing(id, names.map((name) => ({ name, type: S_IFDIR })), offset, limit, plus),
      );
    }
    const names = node.kind === "home" ? homeNames(node.view) : this.#branchNames(node.prefix);
    return this.#listing(id, names, offset, limit, plus);
  }

  /** What is directly below a prefix. */
  #branchNames(prefix: string): Listed[] {
    const names = this.#branches.filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length).split("/")[0]!);
    const main = prefix === "" ? MAIN_NAME : null;
    return [...new Set(names)].map((name) => ({ name, type: name === main ? S_IFLNK : S_IFDIR }));
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

function homeNames(view: number): Listed[] {
  const files = [{ name: "ctl", type: S_IFREG }, { name: "status", type: S_IFREG }];
  const trees = [{ name: "branches", type: S_IFDIR }, { name: "checkpoints", type: S_IFDIR }];
  return view === MAIN_VIEW ? [...files, ...trees] : files;
}

/** Directories stay as they are; the length of `ctl` changes with what is written to it. */
function attributesValid(node: VirtualNode): number {
  return "bytes" in node ? 0 : FOREVER;
}

function modeOf({ kind }: VirtualNode): number {
  if (kind === "main") return S_IFLNK | 0o777;
  if (kind === "ctl") return S_IFREG | 0o600;
  return kind === "status" ? S_IFREG | 0o400 : S_IFDIR | 0o700;
}

function lineOf(text = ""): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text.endsWith("\n") ? text : text + "\n");
}
