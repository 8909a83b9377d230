/**
 * Inodes for what is stored and for what the source has.
 *
 * @module
 */

import type { InodeRecord } from "../../store/trees/entry.ts";
import type { SourceListing } from "./backing.ts";
import { SourceContent, StoredContent } from "./content.ts";
import { DirectoryState, Inode, XATTRS_IN_SOURCE } from "./inode.ts";
import type { SourcePath } from "./source_path.ts";

/** What records and listings have in common. */
type Described = Pick<
  InodeRecord & SourceListing,
  | "ino"
  | "mode"
  | "uid"
  | "gid"
  | "rdev"
  | "size"
  | "nlink"
  | "mtimeSec"
  | "mtimeNsec"
  | "ctimeSec"
  | "ctimeNsec"
>;

function describe(nodeId: number, from: Described, directory: () => DirectoryState): Inode {
  const inode = new Inode(
    nodeId,
    from.ino,
    from.mode,
    from.uid,
    from.gid,
    from.rdev,
    from.size,
    from.mtimeSec,
    from.mtimeNsec,
    from.ctimeSec,
    from.ctimeNsec,
  );
  if (inode.isDirectory) {
    inode.directory = directory();
    inode.directory.subdirectories = subdirectories(from.nlink);
    inode.size = 0;
  } else {
    inode.nlink = from.nlink;
  }
  return inode;
}

/** An inode for a stored record, without a name yet. */
export function inodeFromRecord(nodeId: number, record: InodeRecord): Inode {
  const inode = describe(nodeId, record, () => new DirectoryState(record.content, null));
  inode.xattrs = record.xattrs;
  if (inode.directory === null && record.content !== null) {
    inode.content = new StoredContent(record.content, record.chunked, record.size);
  }
  return inode;
}

/** An inode for what the source has at `path`, without a name yet. */
export function inodeFromListing(
  nodeId: number,
  path: SourcePath,
  listing: SourceListing,
): Inode {
  const inode = describe(nodeId, listing, () => new DirectoryState(null, path));
  inode.xattrs = XATTRS_IN_SOURCE;
  if (inode.directory === null) {
    inode.content = new SourceContent(path, listing.size, listing.blocks);
  }
  return inode;
}

/** A directory's link count is 2 and one for each subdirectory; 1 where a file system does not count. */
export function subdirectories(nlink: number): number {
  return nlink >= 2 ? nlink - 2 : -1;
}
