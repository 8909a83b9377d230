/**
 * Turns a capture of the working tree into a stored snapshot. The cost follows what was changed: only changed
 * directories are rewritten, only written ranges of large files are hashed, and totals of directories are
 * corrected by the difference.
 *
 * @module
 */

import type { ContentId, InodeRecord, Snapshot, TreeEntry } from "../../store/trees/entry.ts";
import { S_IFDIR, S_IFMT, S_IFREG } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import type {
  BuiltSlot,
  Capture,
  CapturedAttributes,
  CapturedContent,
  CapturedDirectory,
  CapturedEntry,
  CapturedFile,
} from "../../tree/capture/capture.ts";
import { OverlayReader, type ReadSegment } from "./overlay_reader.ts";
import { addEntry, emptyTotals, recordedTotals, type Totals, totalsOf } from "./totals.ts";

export interface BuiltSnapshot {
  readonly snapshot: Snapshot;
  /** What was stored for each slot of the capture. */
  readonly slots: BuiltSlot[];
}

/**
 * Stores what `capture` holds and returns the snapshot it makes of its base. Puts objects only: the caller
 * commits them together with the ref that names them.
 *
 * @param readSegment reads journal bytes that can no longer change
 */
export function buildSnapshot(
  store: StoreWriter,
  capture: Capture,
  readSegment: ReadSegment,
): BuiltSnapshot {
  return new Build(store, capture, readSegment).run();
}

const NO_SLOT: BuiltSlot = { content: null, chunked: false, xattrs: null, size: 0, entries: 0 };

class Build {
  readonly #store: StoreWriter;
  readonly #capture: Capture;
  readonly #readSegment: ReadSegment;
  readonly #slots: BuiltSlot[];

  constructor(store: StoreWriter, capture: Capture, readSegment: ReadSegment) {
    this.#store = store;
    this.#capture = capture;
    this.#readSegment = readSegment;
    this.#slots = new Array(capture.slots).fill(NO_SLOT);
  }

  run(): BuiltSnapshot {
    const { base, directories } = this.#capture;
    const links = this.#buildLinks();
    const snapshot: Snapshot = {
      root: directories.length === 0 ? base.root : this.#buildRoot(),
      links,
    };
    return { snapshot, slots: this.#slots };
  }

  #buildLinks(): ObjectId | null {
    const { base, links } = this.#capture;
    if (links.length === 0) return base.links;
    const changes = new Map<number, InodeRecord | null>();
    for (const file of links) {
      const record = file.nlink === 0 ? null : { ...this.#buildFile(file), nlink: file.nlink };
      changes.set(file.attributes.ino, record);
    }
    return this.#store.updateLinks(base.links, changes);
  }

  /** Backwards: so what is in a directory is stored before it. */
  #buildRoot(): InodeRecord {
    const { directories } = this.#capture;
    const totals = this.#baseTotals();
    const built = new Array<InodeRecord>(directories.length);
    for (let i = directories.length - 1; i >= 0; i--) {
      built[i] = this.#buildDirectory(directories[i]!, totals[i]!, built);
    }
    return built[0]!;
  }

  /** The totals of what the directories' changes apply to. */
  #baseTotals(): Totals[] {
    const { base, directories } = this.#capture;
    const totals = new Array<Totals>(directories.length);
    // What has a directory's name in the base tells its totals if it is the same tree.
    totals[0] = this.#totalsOf(directories[0]!.base, base.root);
    for (const { base, changes } of directories) {
      for (const [name, entry] of changes) {
        if (entry?.type !== "directory") continue;
        const before = this.#store.lookupTree(base, name);
        totals[entry.index] = this.#totalsOf(directories[entry.index]!.base, before);
      }
    }
    return totals;
  }

  #totalsOf(base: ObjectId | null, before: InodeRecord | TreeEntry | null): Totals {
    if (base === null) return emptyTotals();
    if (before !== null && "content" in before && before.content === base) {
      if ((before.mode & S_IFMT) === S_IFDIR) return recordedTotals(before);
    }
    return totalsOf(this.#store.readTree(base));
  }

  /** @param built the directories that are in it */
  #buildDirectory(
    { slot, attributes, base, changes: captured }: CapturedDirectory,
    totals: Totals,
    built: readonly InodeRecord[],
  ): InodeRecord {
    const changes = new Map<string, TreeEntry | null>();
    for (const [name, entry] of captured) {
      const now = entry === null ? null : this.#buildEntry(name, entry, built);
      const before = this.#store.lookupTree(base, name);
      if (before !== null) addEntry(totals, before, -1);
      if (now !== null) addEntry(totals, now);
      changes.set(name, now);
    }
    const content = changes.size === 0 ? base : this.#store.updateTree(base, changes);
    const xattrs = this.#putXattrs(attributes.xattrs);
    const { size, entries } = totals;
    this.#slots[slot] = { content, chunked: false, xattrs, size, entries };
    return { ...attributesOf(attributes), ...totals, xattrs, content, chunked: false };
  }

  #buildEntry(name: string, entry: CapturedEntry, built: readonly InodeRecord[]): TreeEntry {
    switch (entry.type) {
      case "directory":
        return { ...built[entry.index]!, name, linked: false };
      case "file":
        return { ...this.#buildFile(entry), name, linked: false };
      case "link":
        return { name, linked: true, ino: entry.ino };
      case "record":
        return { ...entry.record, name, linked: false };
    }
  }

  #buildFile(file: CapturedFile): InodeRecord {
    const { attributes } = file;
    const { content, chunked } = this.#putContent(attributes, file.content);
    const xattrs = this.#putXattrs(attributes.xattrs);
    this.#slots[file.slot] = { content, chunked, xattrs, size: attributes.size, entries: 0 };
    return { ...attributesOf(attributes), xattrs, content, chunked, nlink: 1, entries: 0 };
  }

  #putContent(attributes: CapturedAttributes, content: CapturedContent): ContentId {
    const { size } = attributes;
    switch (content.type) {
      case "stored":
        return content;
      case "bytes": {
        const { bytes } = content;
        if ((attributes.mode & S_IFMT) !== S_IFREG) {
          return {
            content: bytes.length === 0 ? null : this.#store.putBlob(bytes),
            chunked: false,
          };
        }
        return this.#store.putFile(size, (offset, into, length) => {
          const piece = bytes.subarray(offset, Math.min(bytes.length, offset + length));
          into.set(piece);
          into.fill(0, piece.length, length);
        });
      }
      case "overlay": {
        const { overlay } = content;
        const reader = new OverlayReader(this.#store, overlay, this.#readSegment);
        return this.#store.putChunked(
          size,
          overlay.base.content === null ? null : overlay.base,
          reader.shown,
          reader.covered(),
          (offset, into, length) => reader.read(offset, into, length),
          (from, to) => reader.data(size, from, to),
        );
      }
    }
  }

  #putXattrs(xattrs: CapturedAttributes["xattrs"]): ObjectId | null {
    if (xattrs === null || typeof xattrs === "string") return xattrs;
    return xattrs.size === 0 ? null : this.#store.putXattrs(xattrs);
  }
}

function attributesOf(attributes: CapturedAttributes): Omit<CapturedAttributes, "xattrs"> {
  return {
    mode: attributes.mode,
    uid: attributes.uid,
    gid: attributes.gid,
    rdev: attributes.rdev,
    ino: attributes.ino,
    size: attributes.size,
    mtimeSec: attributes.mtimeSec,
    mtimeNsec: attributes.mtimeNsec,
    ctimeSec: attributes.ctimeSec,
    ctimeNsec: attributes.ctimeNsec,
  };
}
