/**
 * What differs between the kernels that speak the FUSE protocol: the versions, and where the fields of their structs lie.
 *
 * The codec takes it as a value, and the handlers do not know whose it is. Requests begin alike everywhere; error
 * numbers are Linux's (`host/errno.ts`) until they are sent.
 *
 * @module
 */

import type { ATTR, ATTR_OUT, ENTRY_OUT } from "../../../ffi/fuse_kernel.ts";

/** Bytes from the start of a struct to each of its fields, and its size. */
type Layout<Fields> = { readonly [Field in keyof Fields]: number };

export interface Dialect {
  /** The newest minor version whose messages are understood, and the oldest that has what is relied on. */
  readonly newestMinor: number;
  readonly oldestMinor: number;
  /** struct fuse_attr, fuse_attr_out and fuse_entry_out. */
  readonly attr: Layout<typeof ATTR>;
  readonly attrOut: Layout<typeof ATTR_OUT>;
  readonly entryOut: Layout<typeof ENTRY_OUT>;
  /** Where struct fuse_attr has the time of creation; null: nowhere. */
  readonly created: { readonly SECONDS: number; readonly NANOSECONDS: number } | null;
  /** True: a file's inode number is its node id. False: it is the file's own. */
  readonly numbersByNode: boolean;
  /** Whose all files are shown to be; null: who owns them. */
  readonly owner: Owner | null;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}
