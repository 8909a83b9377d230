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

/** A directory whose changes are being stored. */
interface Frame {
  readonly directory: CapturedDirectory;
  /** Its name in the frame below; the root has none. */
  readonly name: string;
  readonly rest: Iterator<[string, CapturedEntry | null]>;
  readonly changes: Map<string, TreeEntry | null>;
  /** Of the base so far, then of what is stored. */
  readonly totals: Totals;
}

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
    const { base, root } = this.#capture;
    const links = this.#buildLinks();
    const snapshot: Snapshot = {
      root: root === null ? base.root : this.#buildRoot(root),
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

  /** Depth first with a stack of its own: a tree may be deeper than the call stack. */
  #buildRoot(root: CapturedDirectory): InodeRecord {
    const stack = [this.#enter(root, "", this.#capture.base.root)];
    while (true) {
      const frame = stack.at(-1)!;
      const next = frame.rest.next();
      if (next.done) {
        stack.pop();
        const record = this.#leave(frame);
        const parent = stack.at(-1);
        if (parent === undefined) return record;
        this.#change(parent, frame.name, { ...record, name: frame.name, linked: false });
        continue;
      }
      const [name, entry] = next.value;
      switch (entry?.type) {
        case undefined:
          this.#change(frame, name, null);
          break;
        case "directory":
          stack.push(this.#enter(entry, name, this.#store.lookupTree(frame.directory.base, name)));
          break;
        case "file":
          this.#change(frame, name, { ...this.#buildFile(entry), name, linked: false });
          break;
        case "link":
          this.#change(frame, name, { name, linked: true, ino: entry.ino });
          break;
        case "record":
          this.#change(frame, name, { ...entry.record, name, linked: false });
          break;
      }
    }
  }

  /** `before` is what has the directory's name in the base: its totals count if it is the same tree. */
  #enter(
    directory: CapturedDirectory,
    name: string,
    before: InodeRecord | TreeEntry | null,
  ): Frame {
    return {
      directory,
      name,
      rest: directory.changes.entries(),
      changes: new Map(),
      totals: this.#baseTotals(directory.base, before),
    };
  }

  #baseTotals(base: ObjectId | null, before: InodeRecord | TreeEntry | null): Totals {
    if (base === null) return emptyTotals();
    if (before !== null && "content" in before && before.content === base) {
      if ((before.mode & S_IFMT) === S_IFDIR) return recordedTotals(before);
    }
    return totalsOf(this.#store.readTree(base));
  }

  #change(frame: Frame, name: string, entry: TreeEntry | null): void {
    const before = this.#store.lookupTree(frame.directory.base, name);
    if (before !== null) addEntry(frame.totals, before, -1);
    if (entry !== null) addEntry(frame.totals, entry);
    frame.changes.set(name, entry);
  }

  #leave(frame: Frame): InodeRecord {
    const { directory, changes, totals } = frame;
    const content = changes.size === 0
      ? directory.base
      : this.#store.updateTree(directory.base, changes);
    const xattrs = this.#putXattrs(directory.attributes.xattrs);
    const { size, entries } = totals;
    this.#slots[directory.slot] = { content, chunked: false, xattrs, size, entries };
    return {
      ...attributesOf(directory.attributes),
      ...totals,
      xattrs,
      content,
      chunked: false,
    };
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
