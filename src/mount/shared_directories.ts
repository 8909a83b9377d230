/**
 * Directories where several views stand at one path: which node id each of them has there.
 *
 * At the shared mountpoint a process sees the tree of its own branch. The kernel has one tree of directories for all
 * of them, in which processes have their working directories. So a directory's node id stands there for a place that
 * the views have in common, and each view has a directory of its own behind it. Files need nothing of the kind: their
 * node ids are those of their view.
 *
 * The ids are those that the main view gave its directories, and for directories that it does not have others, of a
 * view number that is no view's ({@linkcode SHARED_VIEW}).
 *
 * The kernel moves a directory with its id when it is renamed, and lets nobody into it any more once it is removed. So
 * that one view's renaming does not carry the others along, an id that other views use is given out at its own place
 * only. Who is about to rename or remove the directory gets another id for it first ({@linkcode unshare}).
 *
 * @module
 */

import { type Inode, pathOf } from "../tree/nodes/inode.ts";
import { ROOT_NODE_ID } from "../tree/nodes/inode.ts";
import type { SharedLog, SharedRecord } from "./shared_log.ts";
import { MAIN_VIEW, NODES_PER_VIEW, SHARED_VIEW, type View, type ViewTable } from "./views.ts";

/** A directory that others have where a caller has none. */
export interface Elsewhere {
  readonly view: View;
  /** As the kernel has them: its own, and that of the directory it is in. */
  readonly id: number;
  readonly parent: number;
  readonly name: string;
  /** From the root of the view, a binary string. */
  readonly path: string;
}

interface Place {
  /** Shared id of the directory. */
  readonly parent: number;
  readonly name: string;
}

/** What a view has behind shared ids. The main view's own ids are not in it. */
interface Mapped {
  readonly directories: Map<number, Inode>;
  /** The id under which a directory is given out. It may be found under others, which it had before. */
  readonly ids: Map<Inode, number>;
}

export class SharedDirectories {
  readonly #mapped = new Map<View, Mapped>();
  readonly #places = new Map<number, Place>();
  /** Id by name, by the id of the directory they are in. */
  readonly #children = new Map<number, Map<string, number>>();
  /** References that the kernel has to ids that are not the main view's. */
  readonly #references = new Map<number, number>();
  /**
   * Ids that a directory has for being renamed or removed, until it is. Comparing it with the one it has, the kernel
   * forgets such an id and looks the directory up again.
   */
  readonly #awaited = new Set<number>();
  #next = SHARED_VIEW * NODES_PER_VIEW;

  constructor(readonly views: ViewTable, readonly log: SharedLog) {}

  /** Takes over what the server before this one wrote down. What the kernel has of it is not known any more. */
  restore(records: Iterable<SharedRecord>): void {
    for (const { view: number, id, node, parent, name } of records) {
      const view = this.views.get(number);
      const inode = view?.tree.node(node);
      if (id >= this.#next) this.#next = id + 1;
      if (view === undefined || inode === undefined || inode.directory === null) continue;
      const mapped = this.#of(view);
      mapped.directories.set(id, inode);
      mapped.ids.set(inode, id);
      if (id >= SHARED_VIEW * NODES_PER_VIEW) this.#references.set(id, Infinity);
      if (parent !== 0) this.#setPlace(id, { parent, name });
    }
    this.log.rewrite(this.#records());
  }

  /** True while the main view has directories under ids that are not its own. */
  get isMainMixed(): boolean {
    return (this.#mapped.get(this.views.main)?.ids.size ?? 0) > 0;
  }

  /** The directory of `view` that a shared id stands for; undefined if it has none there. */
  directory(view: View, id: number): Inode | undefined {
    // Up to where the view has something, and from there down to the places that it was never asked for.
    const way: { readonly id: number; readonly place: Place }[] = [];
    let at = id;
    while (!this.#isAnswered(view, at)) {
      const place = this.#placeOf(at);
      if (place === null) return undefined;
      way.push({ id: at, place });
      at = place.parent;
    }
    let found = this.#known(view, at);
    for (const { id, place } of way.reverse()) {
      if (found === undefined) return undefined;
      found = this.#find(view, id, found, place);
    }
    return found;
  }

  /** True if it need not be looked for what the view has behind the id. */
  #isAnswered(view: View, id: number): boolean {
    return (view === this.views.main && isMainId(id)) || this.#known(view, id) !== undefined;
  }

  #known(view: View, id: number): Inode | undefined {
    if (id === ROOT_NODE_ID) return view.tree.root;
    const known = this.#mapped.get(view)?.directories.get(id);
    if (known !== undefined && !known.stale) return known;
    return view === this.views.main && isMainId(id) ? view.tree.node(id) : undefined;
  }

  /** The id for a directory of `view` that the kernel is about to be told; counts the reference that it gets. */
  remember(view: View, directory: Inode): number {
    const id = this.#assign(view, directory);
    const { main } = this.views;
    if (isMainId(id)) {
      this.views.remember(
        main,
        main.tree.node(id) ?? this.#mainAt(this.#placeIn(view, directory)!)!,
      );
    } else {
      this.#references.set(id, (this.#references.get(id) ?? 0) + 1);
    }
    return id;
  }

  /** The kernel gives back references to an id that is not the main view's. */
  forget(id: number, count: number): void {
    const left = (this.#references.get(id) ?? 0) - count;
    if (left > 0 || this.#awaited.has(id)) this.#references.set(id, Math.max(0, left));
    else this.#drop(id);
  }

  /** The kernel has given back references to an id of the main view: maybe the last ones. */
  forgotMain(id: number): void {
    const isConcerned = this.#mapped.size > 0 || this.#places.size > 0;
    if (isConcerned && this.views.main.tree.node(id) === undefined) this.#drop(id);
  }

  /**
   * To be called before a directory is renamed or removed. True if other views use its id, too: it has another one now,
   * and the kernel has to look it up again before it goes on.
   */
  unshare(view: View, directory: Inode): boolean {
    const id = this.idOf(view, directory);
    if (id === undefined || !this.#isUsedByOthers(view, id)) return false;
    // Other views go on finding it where it was.
    const place = this.#placeOf(id);
    if (place !== null) this.#setPlace(id, place);
    const own = this.#next++;
    this.#awaited.add(own);
    this.#map(view, own, directory, null);
    return true;
  }

  /**
   * The directory that another view has at a place, if the kernel may know it; null if there is none, or none
   * that can be looked up by its path. What `view` finds
   * there makes the kernel drop that directory.
   */
  elsewhere(view: View, parent: number, name: string): Elsewhere | null {
    const place = { parent, name };
    const id = this.#children.get(parent)?.get(name) ?? this.#mainIdAt(place);
    if (id === null) return null;
    const isKnown = isMainId(id)
      ? this.views.main.tree.node(id) !== undefined
      : (this.#references.get(id) ?? 0) > 0;
    if (!isKnown) return null;
    for (const other of [this.views.main, ...this.#mapped.keys()]) {
      if (other === view) continue;
      const directory = this.#mapped.get(other)?.directories.get(id) ??
        (other === this.views.main && isMainId(id) ? other.tree.node(id) : undefined);
      if (directory === undefined || directory.stale) continue;
      if (samePlace(this.#placeIn(other, directory), place)) {
        const path = pathOf(directory);
        return path === null ? null : { view: other, id, parent, name, path };
      }
    }
    return null;
  }

  /** A directory was renamed or removed: nobody is led to it by its former name. */
  moved(view: View, directory: Inode): void {
    const id = this.idOf(view, directory);
    if (id === undefined) return;
    this.#removePlace(id);
    this.#awaited.delete(id);
  }

  /** A view is closed. Its number may be another's soon. */
  close(view: View): void {
    if (this.#mapped.delete(view)) this.log.rewrite(this.#records());
  }

  #of(view: View): Mapped {
    let mapped = this.#mapped.get(view);
    if (mapped === undefined) {
      mapped = { directories: new Map(), ids: new Map() };
      this.#mapped.set(view, mapped);
    }
    return mapped;
  }

  /** The id that a directory is given out under; undefined if it never was. */
  idOf(view: View, directory: Inode): number | undefined {
    if (directory === view.tree.root) return ROOT_NODE_ID;
    const id = this.#mapped.get(view)?.ids.get(directory);
    if (id !== undefined) return id;
    return view === this.views.main && directory.lookups > 0 ? directory.nodeId : undefined;
  }

  #assign(view: View, directory: Inode): number {
    if (directory === view.tree.root) return ROOT_NODE_ID;
    const place = this.#placeIn(view, directory);
    const known = this.idOf(view, directory);
    // Nobody else is to find the one that is about to be renamed or removed.
    if (known !== undefined && this.#awaited.has(known)) return known;
    if (known !== undefined) {
      const isHome = samePlace(this.#placeOf(known), place);
      if (isHome || !this.#isUsedByOthers(view, known)) {
        if (!isHome) this.#settle(known, place);
        return known;
      }
    }
    const id = this.#idAt(view, place) ??
      (view === this.views.main && known === undefined ? directory.nodeId : this.#next++);
    if (view === this.views.main && id === directory.nodeId) return id;
    this.#map(view, id, directory, place);
    return id;
  }

  /** An id that stands for this place already and that the view has nothing behind. */
  #idAt(view: View, place: Place | null): number | null {
    if (place === null) return null;
    const id = this.#children.get(place.parent)?.get(place.name) ?? this.#mainIdAt(place);
    if (id === null) return null;
    // The main view's own ids are of its own directories, and of no other.
    if (view === this.views.main && isMainId(id)) return null;
    const used = this.#mapped.get(view)?.directories.get(id);
    // Whoever stands in one that was removed is not to find itself in another.
    return used === undefined || used.stale ? id : null;
  }

  /** Under which id the main view has the directory at a place. */
  #mainIdAt(place: Place): number | null {
    const found = this.#mainAt(place);
    if (found === null) return null;
    return this.#mapped.get(this.views.main)?.ids.get(found) ?? found.nodeId;
  }

  #mainAt({ parent, name }: Place): Inode | null {
    const { main } = this.views;
    const directory = this.directory(main, parent);
    if (directory === undefined) return null;
    const found = main.tree.lookup(directory, name);
    return typeof found === "number" || found.directory === null ? null : found;
  }

  #map(view: View, id: number, directory: Inode, place: Place | null): void {
    const mapped = this.#of(view);
    const before = mapped.directories.get(id);
    if (before !== undefined) this.#unmap(view, mapped, id, before);
    mapped.directories.set(id, directory);
    mapped.ids.set(directory, id);
    // For as long as the id may come back, the tree must not drop what it stands for.
    this.views.remember(view, directory);
    if (place !== null) this.#setPlace(id, place);
    this.log.append(this.#record(view, id, directory));
  }

  #unmap(view: View, mapped: Mapped, id: number, directory: Inode): void {
    mapped.directories.delete(id);
    if (mapped.ids.get(directory) === id) mapped.ids.delete(directory);
    this.views.forget(view.number, directory.nodeId, 1);
    this.log.append({ view: view.number, id, node: 0, parent: 0, name: "" });
    if (this.log.isLong(this.#size)) this.log.rewrite(this.#records());
    if (view === this.views.main) this.forgotMain(directory.nodeId);
  }

  #drop(id: number): void {
    this.#references.delete(id);
    this.#awaited.delete(id);
    for (const [view, mapped] of this.#mapped) {
      const directory = mapped.directories.get(id);
      if (directory !== undefined) this.#unmap(view, mapped, id, directory);
    }
    this.#removePlace(id);
  }

  #isUsedByOthers(view: View, id: number): boolean {
    if (isMainId(id) && view !== this.views.main) return true;
    for (const [other, { directories }] of this.#mapped) {
      if (other !== view && directories.has(id)) return true;
    }
    return false;
  }

  /** Finds what is at the place that an id stands for, of a view that was never asked for it. */
  #find(view: View, id: number, parent: Inode, place: Place): Inode | undefined {
    const found = view.tree.lookup(parent, place.name);
    if (typeof found === "number" || found.directory === null) return undefined;
    if (this.#mapped.get(view)?.ids.has(found)) return undefined;
    this.#map(view, id, found, place);
    return found;
  }

  /** Where an id stands: the main view knows it of its own directories. What is asked for may be the id of a file of it. */
  #placeOf(id: number): Place | null {
    const place = this.#places.get(id);
    if (place !== undefined) return place;
    const node = isMainId(id) ? this.views.main.tree.node(id) : undefined;
    if (node === undefined || node.directory === null) return null;
    return this.#placeIn(this.views.main, node);
  }

  /** Where a view has a directory; null if it is removed or the kernel was never told its parent's id. */
  #placeIn(view: View, { parent, name }: Inode): Place | null {
    const id = parent === null ? undefined : this.idOf(view, parent);
    return id === undefined ? null : { parent: id, name };
  }

  /** A place has one id, the first: whoever has another directory there shares it with nobody. */
  #setPlace(id: number, place: Place): void {
    const children = this.#children.get(place.parent) ?? new Map<string, number>();
    if (children.has(place.name)) return;
    this.#removePlace(id);
    this.#places.set(id, place);
    this.#children.set(place.parent, children.set(place.name, id));
  }

  #settle(id: number, place: Place | null): void {
    this.#removePlace(id);
    if (place !== null) this.#setPlace(id, place);
  }

  #removePlace(id: number): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#places.delete(id);
    const children = this.#children.get(place.parent);
    if (children?.get(place.name) !== id) return;
    children.delete(place.name);
    if (children.size === 0) this.#children.delete(place.parent);
  }

  get #size(): number {
    let size = 0;
    for (const { directories } of this.#mapped.values()) size += directories.size;
    return size;
  }

  *#records(): Generator<SharedRecord, void> {
    for (const [view, { directories }] of this.#mapped) {
      for (const [id, directory] of directories) yield this.#record(view, id, directory);
    }
  }

  #record({ number: view }: View, id: number, { nodeId: node }: Inode): SharedRecord {
    return { view, id, node, ...(this.#places.get(id) ?? NOWHERE) };
  }
}

const NOWHERE = { parent: 0, name: "" };

function isMainId(id: number): boolean {
  return id < (MAIN_VIEW + 1) * NODES_PER_VIEW;
}

function samePlace(a: Place | null, b: Place | null): boolean {
  return a !== null && b !== null && a.parent === b.parent && a.name === b.name;
}
