/**
 * The files that Linux's kernel has node ids of: names from the root of the volume, and which file each was when it was
 * looked up.
 *
 * @module
 */

import { ROOT_ID } from "../../../ffi/fuse_kernel.ts";
import type { Handle } from "../driver.ts";

export interface Node {
  readonly id: number;
  /** Null of the root, and of what has no name any more. */
  parent: Node | null;
  /** As Windows has it. */
  name: string;
  /** IndexNumber of the file. */
  readonly index: bigint;
  /** References of the kernel. */
  lookups: number;
  readonly handles: Set<Handle>;
}

export class Nodes {
  readonly #byId = new Map<number, Node>();
  readonly #byName = new Map<string, Node>();
  #last = ROOT_ID;

  constructor() {
    const root = { parent: null, name: "", index: 0n, lookups: 1, handles: new Set<Handle>() };
    this.#byId.set(ROOT_ID, { id: ROOT_ID, ...root });
  }

  get(id: number): Node | undefined {
    return this.#byId.get(id);
  }

  /** What has the name, as far as the kernel knows. */
  child(parent: Node, name: string): Node | undefined {
    return this.#byName.get(keyOf(parent, name));
  }

  /** The node of a file that was found, with one reference more. */
  found(parent: Node, name: string, index: bigint): Node {
    const known = this.child(parent, name);
    if (known?.index === index) {
      known.lookups++;
      return known;
    }
    if (known !== undefined) this.lost(known);
    const node = { id: ++this.#last, parent, name, index, lookups: 1, handles: new Set<Handle>() };
    this.#byId.set(node.id, node);
    this.#byName.set(keyOf(parent, name), node);
    return node;
  }

  /** It has no name any more. */
  lost(node: Node): void {
    if (node.parent === null) return;
    this.#byName.delete(keyOf(node.parent, node.name));
    node.parent = null;
  }

  renamed(parent: Node, name: string, newParent: Node, newName: string): void {
    const node = this.child(parent, name);
    if (node === undefined) return;
    const replaced = this.child(newParent, newName);
    if (replaced !== undefined && replaced !== node) this.lost(replaced);
    this.#byName.delete(keyOf(parent, name));
    node.parent = newParent;
    node.name = newName;
    this.#byName.set(keyOf(newParent, newName), node);
  }

  forget(id: number, count: number): void {
    const node = this.#byId.get(id);
    if (node === undefined || id === ROOT_ID) return;
    node.lookups -= count;
    if (node.lookups > 0) return;
    this.#byId.delete(id);
    if (node.parent !== null && this.child(node.parent, node.name) === node) this.lost(node);
  }

  /** Null if it has no name. */
  pathOf(node: Node): string | null {
    const names: string[] = [];
    let at = node;
    for (; at.parent !== null; at = at.parent) names.unshift(at.name);
    return at.id === ROOT_ID ? "\\" + names.join("\\") : null;
  }
}

function keyOf({ id }: Node, name: string): string {
  return `${id}\0${name}`;
}
