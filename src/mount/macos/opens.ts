/**
 * What is open, by handle.
 *
 * Files that have no name any more go when the last handle of them is closed: nobody gives their node ids back. The
 * client renames a file that it has open itself before it removes it, so few of them ever have one.
 *
 * @module
 */

import { NODES_PER_VIEW, type View, type ViewTable, VIRTUAL_VIEW, wireNode } from "../views.ts";
import type { KeptOpens, RequestNumber } from "./kept_opens.ts";

interface OpenFile {
  /** As macOS has it. */
  readonly node: number;
  /** Where the next server finds it; null: nowhere. */
  readonly place: number | null;
}

export class Opens {
  readonly #files = new Map<number, OpenFile>();
  /** How often each node is open. */
  readonly #counts = new Map<number, number>();
  #last = 0;
  /** What a server before this one opened last: it may have died before it said so, and is asked again. */
  #unsaid: { request: RequestNumber; handle: number } | null = null;

  /** @param kept what a server before this one left open */
  constructor(readonly kept: KeptOpens) {
    const { request, place: last } = kept.last;
    for (const [place, handle, node] of kept.entries()) {
      this.#add(handle, { node, place });
      if (place === last) this.#unsaid = { request, handle };
    }
  }

  /** Returns the handle. No server gives one again that another one gave: they begin with the time. */
  open(request: RequestNumber, node: number): number {
    if (viewOf(node) === VIRTUAL_VIEW) return this.#add(this.#next(), { node, place: null });
    const unsaid = this.#unsaid;
    if (unsaid !== null && isSame(unsaid.request, request)) {
      this.#unsaid = null;
      return unsaid.handle;
    }
    const handle = this.#next();
    return this.#add(handle, { node, place: this.kept.put(request, handle, node) });
  }

  close(handle: number, views: ViewTable): void {
    const file = this.#files.get(handle);
    if (file === undefined) return;
    const { node, place } = file;
    this.#files.delete(handle);
    if (this.#unsaid?.handle === handle) this.#unsaid = null;
    const count = this.#counts.get(node)! - 1;
    if (count > 0) this.#counts.set(node, count);
    else this.#counts.delete(node);
    if (place !== null) this.kept.remove(place);
    const view = views.get(viewOf(node));
    if (view !== undefined) this.dropNameless(view);
  }

  get size(): number {
    return this.#files.size;
  }

  /** Forgets files of the view that have no name and are not open. */
  dropNameless({ number, tree: { nodes } }: View): void {
    for (const { nodeId, lookups } of [...nodes.orphans]) {
      if (!this.#counts.has(wireNode(number, nodeId))) nodes.forget(nodeId, lookups);
    }
  }

  #next(): number {
    if (this.#last === 0) this.#last = Date.now() * 1_000;
    return ++this.#last;
  }

  #add(handle: number, file: OpenFile): number {
    this.#files.set(handle, file);
    this.#counts.set(file.node, (this.#counts.get(file.node) ?? 0) + 1);
    this.#last = Math.max(this.#last, handle);
    return handle;
  }
}

function isSame([low, high]: RequestNumber, other: RequestNumber): boolean {
  return low === other[0] && high === other[1];
}

function viewOf(node: number): number {
  return Math.floor(node / NODES_PER_VIEW);
}
