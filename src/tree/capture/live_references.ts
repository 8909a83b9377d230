/**
 * Which objects a working tree needs that its snapshot may not reach: bytes under changed files, bytes that
 * were copied from files that are gone, and unlinked files that are still open.
 *
 * @module
 */

import { contentType, type Reference } from "../../store/objects/references.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Content } from "../nodes/overlay.ts";
import { StoredContent } from "../nodes/content.ts";
import type { Inode } from "../nodes/inode.ts";
import { scanSegment } from "../journal/journal_scan.ts";
import { listSegments } from "../journal/journal.ts";
import { RecordType } from "../journal/journal_record.ts";
import { keptOutFiles } from "../kept_out.ts";
import { parseOrphanRecord } from "../orphan.ts";
import { Overlay } from "../nodes/overlay.ts";
import type { WorkingTree } from "../working_tree.ts";

/** Of the tree as it is now. Its snapshot itself is part of it. No capture may be under way. */
export function liveReferences(tree: WorkingTree): Reference[] {
  const found = new Found();
  if (tree.base !== null) {
    const { root, links } = tree.base;
    found.add(root.content, "tree");
    found.add(root.xattrs, "xattrs");
    found.add(links, "links");
  }
  const waiting: Inode[] = [
    tree.root,
    ...tree.nodes.orphans,
    ...tree.nodes.relinked,
    ...tree.changedLinks,
    ...Array.from(keptOutFiles(tree), ({ inode }) => inode),
  ];
  const seen = new Set<Inode>();
  for (let inode = waiting.pop(); inode !== undefined; inode = waiting.pop()) {
    if (seen.has(inode)) continue;
    seen.add(inode);
    found.inode(inode);
    const { directory } = inode;
    if (directory === null) continue;
    found.add(directory.base, "tree");
    for (const name of [...directory.changed, ...directory.captured ?? []]) {
      const child = directory.entries?.get(name)?.inode;
      if (child !== undefined) waiting.push(child);
    }
  }
  return found.references;
}

/**
 * What the journal's records of unlinked files name: a server that takes over reads these files again. Segments that
 * go away meanwhile are not needed.
 */
export function journalReferences(directory: string): Reference[] {
  const found = new Found();
  for (const segment of listSegments(directory)) {
    scanSegment(directory, segment, (record) => {
      if (record.type !== RecordType.ORPHAN) return true;
      const orphan = parseOrphanRecord(record.blob());
      if (orphan === null) return true;
      const stored = orphan.base === null ? orphan.references : [orphan.base, ...orphan.references];
      for (const { content, chunked } of stored) {
        found.add(content as ObjectId, chunked ? "chunks" : "blob");
      }
      return true;
    });
  }
  return found.references;
}

class Found {
  readonly references: Reference[] = [];
  readonly #seen = new Set<ObjectId>();

  add(id: ObjectId | null, type: Reference["type"]): void {
    if (id === null || this.#seen.has(id)) return;
    this.#seen.add(id);
    this.references.push({ id, type });
  }

  inode(inode: Inode): void {
    if (typeof inode.xattrs === "string") this.add(inode.xattrs as ObjectId, "xattrs");
    this.#content(inode, inode.content);
  }

  #content({ mode }: Inode, content: Content): void {
    let at = content;
    while (at instanceof Overlay) {
      for (const stored of at.references) this.#stored(mode, stored);
      at = at.base;
    }
    if (at instanceof StoredContent) this.#stored(mode, at);
  }

  #stored(mode: number, { content, chunked }: StoredContent): void {
    this.add(content, contentType({ mode, chunked }));
  }
}
