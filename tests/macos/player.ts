/**
 * A client of NFS at work, as fuse-t's server passes it on, and a model of what there must be: names looked up twice, writes
 * in any order, sizes set after opening, files left open, listings by either reading of their offsets, nothing forgotten. The
 * server of ours is killed wherever it calls the system.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Opcode } from "../../ffi/fuse_kernel.ts";
import { DarwinRename } from "../../ffi/macos/fuse_darwin.ts";
import type { StreamSession } from "../../src/mount/macos/session.ts";
import type { Flush } from "../../src/tree/journal/group_sync.ts";
import type { RequestId } from "../../src/tree/journal/journal_record.ts";
import type { Random } from "../support/random.ts";
import type { Fixture } from "../tree/fixture.ts";
import { DarwinClient, fields, Refused, ROOT } from "./darwin_client.ts";
import { MemoryStream } from "./memory_stream.ts";
import { type Left, nothingLeft, serveTree } from "./served.ts";

/** What a sequence is made of. */
export interface Shape {
  readonly name: string;
  /** Weights. */
  readonly steps: Partial<Record<StepName, number>>;
  /** Most bytes that one call takes or gives. */
  readonly cut: number;
  /** One call in so many is the server's last; 0: none is. */
  readonly killOneIn: number;
}

export type StepName =
  | "make"
  | "mkdir"
  | "symlink"
  | "write"
  | "resize"
  | "mode"
  | "rename"
  | "swap"
  | "link"
  | "unlink"
  | "rmdir"
  | "open"
  | "close"
  | "nameless"
  | "list"
  | "xattr"
  | "check";

interface ModelNode {
  readonly id: number;
  readonly kind: "file" | "directory" | "symlink";
  mode: number;
  bytes: Uint8Array<ArrayBuffer>;
  readonly names: Map<string, ModelNode>;
  readonly xattrs: Map<string, string>;
  links: number;
}

/** What a killed server says, which nobody hears. */
export const KILLED = "This server was killed";

/** What a killed server meets instead of its next call. */
class Killed extends Error {
  constructor() {
    super(KILLED);
  }
}

const NAMES = ["a", "b", "c", "Datei", "\u00e9t\u00e9", "._a", ".nfs.20051"];
const MOST_BYTES = 20_000;

export class Player {
  readonly #stream: MemoryStream;
  readonly #client: DarwinClient;
  readonly #left: Left;
  readonly #root: ModelNode = {
    id: ROOT,
    kind: "directory",
    mode: 0o40755,
    bytes: new Uint8Array(),
    names: new Map(),
    xattrs: new Map(),
    links: 1,
  };
  readonly #open: { node: ModelNode; handle: bigint }[] = [];
  /** Whose RELEASE never comes. */
  readonly #unclosed = new Set<ModelNode>();
  #completed: RequestId | null = null;
  /** What waits for the disk, in this server's memory. */
  #flushes: (() => void)[] = [];
  kills = 0;

  constructor(
    readonly fixture: Fixture,
    readonly shape: Shape,
    readonly random: Random,
  ) {
    this.#stream = new MemoryStream(() => 1 + random(shape.cut));
    const directory = `${fixture.directory}/left`;
    Deno.mkdirSync(directory);
    this.#left = nothingLeft(directory);
    this.#client = new DarwinClient(this.#stream, this.#server());
    this.#client.init();
    this.#live();
  }

  #server() {
    const [stream, left, completed] = [this.#stream, this.#left, this.#completed];
    this.#flushes = [];
    const flush: Flush = (_fd, ended) => {
      this.#flushes.push(() => ended(0));
      return true;
    };
    return serveTree(this.fixture.tree, stream, { left, completed, flush });
  }

  /** Each of a server's calls may be its last, before it or after it. */
  #live(): void {
    const { random, shape: { killOneIn } } = this;
    const calls = this.#stream.session as {
      -readonly [K in keyof MemoryStream["session"]]: MemoryStream["session"][K];
    };
    // A dead server does nothing any more, whatever its code says.
    let isDead = false;
    for (const name of ["peek", "take", "send"] as const) {
      const call = calls[name];
      calls[name] = (bytes: Uint8Array<ArrayBuffer>) => {
        isDead ||= killOneIn > 0 && random(killOneIn) === 0;
        if (isDead) throw new Killed();
        if (name !== "take") return call(bytes);
        if (killOneIn === 0) return call(bytes);
        // All of a request is there when it is taken, and recv(2) gives it in one piece.
        for (let at = 0; at < bytes.length;) at += call(bytes.subarray(at));
        return bytes.length;
      };
    }
    // The conversation may be begun by another server than the one that goes on with it.
    let session = this.#client.session;
    let isNew = false;
    this.#client.session = {
      serve: () => {
        const { journal } = this.fixture.tree;
        for (;;) {
          const before = journal.records;
          try {
            if (isNew) session.takeOver();
            isNew = false;
            const isThere = session.serve();
            for (const ended of this.#flushes.splice(0)) ended();
            return isThere;
          } catch (error) {
            if (!(error instanceof Killed)) throw error;
            this.kills++;
            isDead = false;
            // What the journal's last record says.
            if (journal.records > before) this.#completed = { ...journal.request };
            session = this.#server();
            isNew = true;
          }
        }
      },
    } as StreamSession;
  }

  step(): void {
    const steps = Object.entries(this.shape.steps) as [StepName, number][];
    let at = this.random(steps.reduce((sum, [, weight]) => sum + weight, 0));
    const [name] = steps.find(([, weight]) => (at -= weight) < 0)!;
    this[`_${name}`]();
    assert.equal(this.#stream.receive(), null, `An answer that nobody waits for, after ${name}`);
    assert.equal(this.#stream.untaken, 0, `A request that nobody took, after ${name}`);
  }

  /** Everything is as the model has it. */
  finish(): void {
    this.#compare(this.#root);
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.random(from.length)]!;
  }

  #directories(): ModelNode[] {
    const found: ModelNode[] = [];
    const visit = (node: ModelNode) => {
      found.push(node);
      for (const child of node.names.values()) if (child.kind === "directory") visit(child);
    };
    visit(this.#root);
    return found;
  }

  /** A directory, a name that may be in it, and what it is. */
  #place(): { directory: ModelNode; name: string; node: ModelNode | undefined } {
    const directory = this.#pick(this.#directories());
    const name = this.#pick(NAMES);
    return { directory, name, node: directory.names.get(name) };
  }

  #file(): ModelNode | undefined {
    const files = this.#directories().flatMap(({ names }) =>
      [...names.values()].filter(({ kind }) => kind === "file")
    );
    return files.length === 0 ? undefined : this.#pick(files);
  }

  /** As it goes over the wire: binary. */
  #said(name: string): string {
    return Array.from(new TextEncoder().encode(name), (byte) => String.fromCharCode(byte)).join("");
  }

  /** Twice, as the client does. */
  #lookUp(directory: ModelNode, name: string): number | null {
    const answers = [0, 1].map(() => {
      try {
        return this.#client.lookup(directory.id, this.#said(name)).node;
      } catch (error) {
        if (error instanceof Refused && error.code === "ENOENT") return null;
        throw error;
      }
    });
    assert.equal(answers[0], answers[1]);
    assert.equal(answers[0], directory.names.get(name)?.id ?? null, name);
    return answers[0]!;
  }

  #refused(code: string, act: () => unknown): void {
    assert.throws(act, (error) => error instanceof Refused && error.code === code, code);
  }

  #made(id: number, kind: ModelNode["kind"], mode: number): ModelNode {
    return {
      ...{ id, kind, mode, links: 1 },
      bytes: new Uint8Array(),
      names: new Map(),
      xattrs: new Map(),
    };
  }

  _make(): void {
    const { directory, name, node } = this.#place();
    this.#lookUp(directory, name);
    if (node !== undefined) return;
    const { node: id, handle } = this.#client.create(directory.id, this.#said(name));
    const file = this.#made(id, "file", 0o100644);
    directory.names.set(name, file);
    assert.ok(handle > 0n);
    this.#open.push({ node: file, handle });
    this._write(file);
    if (this.random(2) === 0) this._close();
  }

  _mkdir(): void {
    const { directory, name, node } = this.#place();
    this.#lookUp(directory, name);
    if (node !== undefined) {
      this.#refused("EEXIST", () => this.#client.mkdir(directory.id, this.#said(name)));
      return;
    }
    const { node: id } = this.#client.mkdir(directory.id, this.#said(name));
    directory.names.set(name, this.#made(id, "directory", 0o40755));
  }

  _symlink(): void {
    const { directory, name, node } = this.#place();
    if (node !== undefined) return;
    const target = `../${"x".repeat(this.random(300))}`;
    this.#client.ask(Opcode.SYMLINK, directory.id, fields(this.#said(name), target));
    const link = this.#made(
      this.#client.lookup(directory.id, this.#said(name)).node,
      "symlink",
      0o120777,
    );
    link.bytes = new TextEncoder().encode(target);
    directory.names.set(name, link);
  }

  /** Several pieces, the last ones first or in any order, some of them twice. */
  _write(file = this.#file()): void {
    if (file === undefined) return;
    const pieces = Array.from({ length: 1 + this.random(5) }, () => {
      const at = this.random(MOST_BYTES);
      const text = this.#pick(["x", "yz", "0123456789"]).repeat(1 + this.random(200));
      return { at, text };
    });
    for (const { at, text } of [...pieces, ...pieces.slice(0, this.random(2))]) {
      assert.equal(this.#client.write(file.id, 0n, at, text), text.length);
      const end = at + text.length;
      if (end > file.bytes.length) file.bytes = grown(file.bytes, end);
      file.bytes.set(new TextEncoder().encode(text), at);
    }
    if (this.random(3) === 0) {
      this.#client.ask(Opcode.FSYNC, file.id, fields(0n, this.random(2), 0));
    }
  }

  /** After opening, without the handle. */
  _resize(): void {
    const file = this.#file();
    if (file === undefined) return;
    this.#open.push({ node: file, handle: this.#client.open(file.id) });
    const size = this.random(MOST_BYTES);
    this.#client.truncate(file.id, size);
    file.bytes = size < file.bytes.length ? file.bytes.slice(0, size) : grown(file.bytes, size);
  }

  _mode(): void {
    const file = this.#file();
    if (file === undefined) return;
    file.mode = 0o100000 | this.random(0o1000);
    assert.equal(this.#client.setattr(file.id, 1, { mode: file.mode }).mode, file.mode);
  }

  _rename(): void {
    const [from, to] = [this.#place(), this.#place()];
    const { node } = from;
    if (node === undefined || node === to.node || isWithin(to.directory, node)) return;
    const move = () =>
      this.#client.rename(
        from.directory.id,
        this.#said(from.name),
        to.directory.id,
        this.#said(to.name),
      );
    if (to.node !== undefined) {
      const [isDirectory, isOver] = [node.kind === "directory", to.node.kind === "directory"];
      if (isDirectory && !isOver) return this.#refused("ENOTDIR", move);
      if (!isDirectory && isOver) return this.#refused("EISDIR", move);
      if (isOver && to.node.names.size > 0) return this.#refused("ENOTEMPTY", move);
    }
    move();
    if (to.node !== undefined) to.node.links--;
    from.directory.names.delete(from.name);
    to.directory.names.set(to.name, node);
    this.#lookUp(from.directory, from.name);
    this.#lookUp(to.directory, to.name);
  }

  _swap(): void {
    const [a, b] = [this.#place(), this.#place()];
    if (a.node === undefined || b.node === undefined || a.node === b.node) return;
    if (isWithin(a.node, b.node) || isWithin(b.node, a.node)) return;
    const names = [this.#said(a.name), this.#said(b.name)] as const;
    this.#client.rename(a.directory.id, names[0], b.directory.id, names[1], DarwinRename.SWAP);
    a.directory.names.set(a.name, b.node);
    b.directory.names.set(b.name, a.node);
  }

  _link(): void {
    const { directory, name, node } = this.#place();
    const file = this.#file();
    if (file === undefined || node !== undefined) return;
    this.#client.ask(Opcode.LINK, directory.id, fields(BigInt(file.id), this.#said(name)));
    file.links++;
    directory.names.set(name, file);
    assert.equal(this.#client.attributes(file.id).nlink, file.links);
  }

  _unlink(): void {
    const { directory, name, node } = this.#place();
    const remove = () => this.#client.unlink(directory.id, this.#said(name));
    if (node === undefined) return this.#refused("ENOENT", remove);
    if (node.kind === "directory") return this.#refused("EISDIR", remove);
    remove();
    node.links--;
    directory.names.delete(name);
    this.#lookUp(directory, name);
    if (node.kind === "file") this.#checkGone(node);
  }

  /** What is neither named nor open is no more. */
  #checkGone(node: ModelNode): void {
    if (node.links > 0 || this.#open.some((open) => open.node === node)) return;
    if (this.#unclosed.has(node)) return;
    this.#refused("ESTALE", () => this.#client.attributes(node.id));
  }

  _rmdir(): void {
    const { directory, name, node } = this.#place();
    const remove = () => this.#client.rmdir(directory.id, this.#said(name));
    if (node === undefined) return this.#refused("ENOENT", remove);
    if (node.kind !== "directory") return this.#refused("ENOTDIR", remove);
    if (node.names.size > 0) return this.#refused("ENOTEMPTY", remove);
    remove();
    directory.names.delete(name);
  }

  _open(): void {
    const file = this.#file();
    if (file !== undefined) this.#open.push({ node: file, handle: this.#client.open(file.id) });
  }

  /** Late, or never. */
  _close(): void {
    if (this.#open.length === 0) return;
    const [{ node, handle }] = this.#open.splice(this.random(this.#open.length), 1) as [
      { node: ModelNode; handle: bigint },
    ];
    if (this.random(3) === 0) return void this.#unclosed.add(node);
    this.#client.ask(Opcode.FLUSH, node.id, fields(handle, 0, 0, 0n));
    this.#client.release(node.id, handle);
    this.#checkGone(node);
  }

  /** What has no name any more and is open is there, written and read, whichever server answers. */
  _nameless(): void {
    const open = this.#open.filter(({ node: { links } }) => links === 0);
    if (open.length === 0) return;
    const { node } = this.#pick(open);
    this._write(node);
    this.#compare(node);
  }

  _list(): void {
    const directory = this.#pick(this.#directories());
    assert.deepEqual(
      this.#listed(directory).filter((name) => name !== ".agentvfs").sort(),
      [...directory.names.keys()].map((name) => this.#said(name)).sort(),
    );
  }

  /** In answers of some size, whose offset is taken from names or counted. */
  #listed(directory: ModelNode): string[] {
    const handle = this.#client.open(directory.id, true);
    const size = this.#pick([100, 300, 65536]);
    const counts = this.random(2) === 0;
    const names: string[] = [];
    for (let position = 0;;) {
      const some = this.#client.list(directory.id, handle, position, size);
      if (some.length === 0) break;
      names.push(...some.map(({ name }) => name));
      const bytes = some.reduce((sum, { name }) => sum + ((24 + name.length + 7) & ~7), 0);
      position = counts ? position + bytes : some.at(-1)!.offset;
    }
    if (this.random(2) === 0) this.#client.release(directory.id, handle, true);
    return names.filter((name) => name !== "." && name !== "..");
  }

  _xattr(): void {
    const file = this.#file();
    if (file === undefined) return;
    const name = this.#pick(["com.apple.FinderInfo", "note"]);
    const value = "v".repeat(this.random(100));
    this.#client.setxattr(file.id, name, value);
    file.xattrs.set(name, value);
    assert.equal(this.#client.getxattr(file.id, name), value);
  }

  _check(): void {
    const file = this.#file();
    if (file !== undefined) this.#compare(file);
  }

  #compare(node: ModelNode): void {
    const { ino, mode, size, nlink } = this.#client.attributes(node.id);
    assert.deepEqual([ino, mode], [node.id, node.mode]);
    if (node.kind === "directory") {
      for (const [name, child] of node.names) {
        this.#lookUp(node, name);
        this.#compare(child);
      }
      return;
    }
    assert.equal(nlink, node.links);
    assert.equal(size, node.bytes.length);
    if (node.kind === "symlink") {
      const target = this.#client.ask(Opcode.READLINK, node.id);
      assert.deepEqual(bytesOf(target), node.bytes);
      return;
    }
    assert.equal(this.#client.read(node.id, 65536), new TextDecoder().decode(node.bytes));
    for (const [name, value] of node.xattrs) {
      assert.equal(this.#client.getxattr(node.id, name), value);
    }
  }
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
}

function grown(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(size);
  made.set(bytes);
  return made;
}

function isWithin(node: ModelNode, directory: ModelNode): boolean {
  return node === directory || [...directory.names.values()].some((child) => isWithin(node, child));
}
