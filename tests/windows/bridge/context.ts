/**
 * What the operations of the bridge work with.
 *
 * @module
 */

import { Errno } from "../../../src/host/errno.ts";
import { BODY, Request } from "../../../src/mount/fuse/request.ts";
import { Access } from "../../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../../ffi/windows/nt_status.ts";
import type { Driver, Handle } from "../driver.ts";
import type { OpenOptions } from "../driver_requests.ts";
import { type Opened, Refused, VolumeFiles } from "./files.ts";
import type { NameRule } from "./name_rule.ts";
import { type Node, Nodes } from "./nodes.ts";
import { Reply } from "./reply.ts";

export interface BridgeOptions {
  readonly driver: Driver;
  /** Whose files are that say nothing of it. */
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly names: NameRule;
  /** How long Linux's kernel believes names and attributes. The driver believes them until it is told. */
  readonly cacheSeconds: number;
}

/** Ends an operation with an error of Linux. */
export class Failure extends Error {
  constructor(readonly errno: number) {
    super(`errno ${errno}`);
  }
}

export class BridgeContext {
  readonly request = new Request();
  readonly reply: Reply;
  readonly nodes = new Nodes();
  readonly files: VolumeFiles;
  readonly handles = new Map<number, Handle>();
  #lastHandle = 0;

  constructor(readonly options: BridgeOptions) {
    this.reply = new Reply(options.cacheSeconds);
    this.files = new VolumeFiles(options.driver, options.owner);
  }

  /** The node that the request is about. */
  get node(): Node {
    return this.nodeAt(this.request.nodeId);
  }

  nodeAt(id: number): Node {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Failure(Errno.ESTALE);
    return node;
  }

  /** Throws for what has no name any more. */
  pathOf(node: Node): string {
    const path = this.nodes.pathOf(node);
    if (path === null) throw new Failure(Errno.ESTALE);
    return path;
  }

  /** A name of the request. The driver takes none that is longer than it said. */
  nameAt(at: number): string {
    const name = this.request.name(at);
    const shown = this.options.names.toWindows(name);
    if (name.length > 255 || shown.length > 255) throw new Failure(Errno.ENAMETOOLONG);
    return shown;
  }

  pathIn(parent: Node, name: string): string {
    const path = this.pathOf(parent);
    return path === "\\" ? `\\${name}` : `${path}\\${name}`;
  }

  /** What a request says that is open. */
  handleAt(at: number): Handle {
    const handle = this.handles.get(this.request.u64(at));
    if (handle === undefined) throw new Failure(Errno.EBADF);
    return handle;
  }

  /** Does something with the file: by a handle if there is one that may do so, else it is opened by its name. */
  withNode<T>(node: Node, access: number, use: (handle: Handle) => T): T {
    for (const handle of node.handles) {
      if ((handle.access & access) === access) return use(handle);
    }
    const path = this.nodes.pathOf(node);
    const [handle] = node.handles;
    if (path === null && handle !== undefined) return use(handle);
    return this.files.with(this.pathOf(node), { access }, (opened) => {
      this.#mustBe(node, opened);
      return use(opened.handle);
    });
  }

  /** Another file may have its name since. */
  #mustBe(node: Node, opened: Opened): void {
    if (node.index === 0n) return;
    if (this.files.attributesOf(opened).ino !== node.index) throw new Failure(Errno.ESTALE);
  }

  /** Opens the file for a program, which closes it. */
  open(node: Node, open: OpenOptions): number {
    const opened = this.files.open(this.pathOf(node), open);
    try {
      this.#mustBe(node, opened);
    } catch (error) {
      this.options.driver.close(opened.handle);
      throw error;
    }
    return this.opened(node, opened.handle);
  }

  opened(node: Node, handle: Handle): number {
    node.handles.add(handle);
    this.handles.set(++this.#lastHandle, handle);
    return this.#lastHandle;
  }

  closed(node: Node | undefined, number: number): void {
    const handle = this.handles.get(number);
    if (handle === undefined) throw new Failure(Errno.EBADF);
    this.handles.delete(number);
    node?.handles.delete(handle);
    this.options.driver.close(handle);
  }

  /** The node of what a name stands for, by a handle that is closed afterwards. */
  lookedUp(parent: Node, name: string): number {
    const path = this.pathIn(parent, name);
    return this.files.with(path, { access: Access.READ_ATTRIBUTES }, (opened) => {
      const attributes = this.files.attributesOf(opened);
      const stored = opened.handle.path.split("\\").at(-1)!;
      const node = this.nodes.found(parent, stored, attributes.ino);
      return this.reply.entry(node.id, attributes);
    });
  }

  isMissing(error: unknown): boolean {
    return error instanceof Refused && error.status === NtStatus.OBJECT_NAME_NOT_FOUND;
  }
}

export { BODY };
