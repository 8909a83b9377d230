/**
 * Captures the difference between two models as the working tree would, for tests.
 *
 * @module
 */

import type { Snapshot } from "../../../store/trees/entry.ts";
import type { StoreWriter } from "../../../store/store_writer.ts";
import type {
  Capture,
  CapturedContent,
  CapturedDirectory,
  CapturedEntry,
  CapturedFile,
  CapturedLinkedFile,
} from "../../../tree/capture/capture.ts";
import { EXTENT_ZERO } from "../../../tree/nodes/extent.ts";
import { type ModelInode, nameCounts, storedAttributes, textBytes } from "./fixtures.ts";
import { lookupPath } from "../lookup_path.ts";
import type { ReadSegment } from "../overlay_reader.ts";

export interface ModelCapture {
  readonly capture: Capture;
  readonly readSegment: ReadSegment;
}

/** The capture that turns `base`, which is what `before` is stored as, into `after`. */
export function captureModel(
  store: StoreWriter,
  base: Snapshot,
  before: ModelInode,
  after: ModelInode,
): ModelCapture {
  return new ModelTaker(store, base, before, after).take();
}

class ModelTaker {
  readonly #journal: number[] = [];
  readonly #before: ReadonlyMap<number, { node: ModelInode; path: string }>;
  readonly #counts: ReadonlyMap<ModelInode, number>;
  readonly #countsBefore: ReadonlyMap<ModelInode, number>;
  #slots = 0;

  constructor(
    readonly store: StoreWriter,
    readonly base: Snapshot,
    readonly before: ModelInode,
    readonly after: ModelInode,
  ) {
    this.#before = byInode(before);
    this.#counts = nameCounts(after);
    this.#countsBefore = nameCounts(before);
  }

  take(): ModelCapture {
    const directories = this.#directories();
    const links = this.#links();
    const journal = Uint8Array.from(this.#journal);
    return {
      capture: { base: this.base, directories, links, slots: this.#slots },
      readSegment: (segment, position, into, length) => {
        if (segment !== 7) throw new Error(`There is no segment ${segment}`);
        into.set(journal.subarray(position, position + length));
      },
    };
  }

  #directories(): CapturedDirectory[] {
    const found = [this.after];
    const captured: CapturedDirectory[] = [];
    for (const node of found) captured.push(this.#directory(node, found));
    return captured;
  }

  #directory(node: ModelInode, found: ModelInode[]): CapturedDirectory {
    const known = this.#before.get(node.ino);
    const changes = new Map<string, CapturedEntry | null>();
    for (const [name, child] of node.children) {
      const old = known?.node.children.get(name);
      if (old === undefined || !this.#same(old, child)) {
        changes.set(name, this.#entry(child, found));
      }
    }
    for (const name of known?.node.children.keys() ?? []) {
      if (!node.children.has(name)) changes.set(name, null);
    }
    const base = known === undefined
      ? null
      : lookupPath(this.store, this.base, known.path)!.content;
    return {
      slot: this.#slots++,
      attributes: storedAttributes(this.store, node),
      base,
      changes,
    };
  }

  #entry(node: ModelInode, found: ModelInode[]): CapturedEntry {
    if (this.#counts.get(node)! > 1) return { type: "link", ino: node.ino };
    const known = this.#before.get(node.ino);
    if (known !== undefined && this.#same(known.node, node) && node.kind !== "directory") {
      return { type: "record", record: lookupPath(this.store, this.base, known.path)! };
    }
    if (node.kind !== "directory") return this.#file(node);
    return { type: "directory", index: found.push(node) - 1 };
  }

  #file(node: ModelInode): CapturedFile {
    return {
      type: "file",
      slot: this.#slots++,
      attributes: storedAttributes(this.store, node),
      content: this.#content(node),
    };
  }

  /** The first half comes from the base if it is the same there, the rest from the journal or from nothing. */
  #content(node: ModelInode): CapturedContent {
    const bytes = textBytes(node.text);
    if (node.kind === "symlink") return { type: "bytes", bytes };
    const known = this.#before.get(node.ino);
    const record = known === undefined ? null : lookupPath(this.store, this.base, known.path)!;
    if (bytes.length % 3 === 0) return { type: "bytes", bytes };
    let same = 0;
    while (same < bytes.length && node.text[same] === known?.node.text[same]) same++;
    const position = this.#journal.push(0xee) + 0;
    this.#journal.push(...bytes.subarray(same));
    const rest = bytes.length - same;
    return {
      type: "overlay",
      overlay: {
        base: record ?? { content: null, chunked: false },
        baseLength: record?.size ?? 0,
        baseSize: same,
        offsets: Float64Array.from(rest > 0 ? [same, bytes.length] : [bytes.length]),
        lengths: Float64Array.from(rest > 0 ? [rest, 5] : [5]),
        sources: Float64Array.from(rest > 0 ? [7, EXTENT_ZERO] : [EXTENT_ZERO]),
        positions: Float64Array.from(rest > 0 ? [position, 0] : [0]),
        references: [],
      },
    };
  }

  #links(): CapturedLinkedFile[] {
    const links: CapturedLinkedFile[] = [];
    for (const [node, nlink] of this.#counts) {
      if (nlink > 1) links.push({ ...this.#file(node), nlink });
    }
    for (const [node, count] of this.#countsBefore) {
      const left = [...this.#counts].find(([now]) => now.ino === node.ino)?.[1] ?? 0;
      if (count > 1 && left < 2) links.push({ ...this.#file(node), nlink: 0 });
    }
    return links;
  }

  #same(before: ModelInode, after: ModelInode): boolean {
    if (this.#counts.get(after)! > 1 !== this.#countsBefore.get(before)! > 1) return false;
    return before.ino === after.ino && before.mode === after.mode && before.uid === after.uid &&
      before.text === after.text && before.xattr === after.xattr && before.mtime === after.mtime &&
      before.children.size === after.children.size &&
      [...before.children].every(([name, child]) => {
        const other = after.children.get(name);
        return other !== undefined && this.#same(child, other);
      });
  }
}

function byInode(root: ModelInode): Map<number, { node: ModelInode; path: string }> {
  const found = new Map([[root.ino, { node: root, path: "" }]]);
  const visit = (node: ModelInode, path: string) => {
    for (const [name, child] of node.children) {
      const at = path === "" ? name : `${path}/${name}`;
      if (!found.has(child.ino)) found.set(child.ino, { node: child, path: at });
      visit(child, at);
    }
  };
  visit(root, "");
  return found;
}
