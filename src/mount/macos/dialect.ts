/**
 * The protocol as macOS speaks it.
 *
 * A client of NFS keeps inode numbers as handles: so they are the node ids. All files are shown as the user's who
 * started the daemon, because the server asks as root, whoever does.
 *
 * @module
 */

import { ATTR_OUT, ENTRY_OUT } from "../../../ffi/fuse_kernel.ts";
import {
  DARWIN_ATTR,
  DARWIN_ATTR_OUT_BYTES,
  DARWIN_ENTRY_OUT_BYTES,
  DARWIN_MINOR_VERSION,
} from "../../../ffi/macos/fuse_darwin.ts";
import type { Dialect, Owner } from "../fuse/dialect.ts";

export function darwinDialect(owner: Owner): Dialect {
  return {
    newestMinor: DARWIN_MINOR_VERSION,
    oldestMinor: DARWIN_MINOR_VERSION,
    attr: DARWIN_ATTR,
    attrOut: { ...ATTR_OUT, SIZE: DARWIN_ATTR_OUT_BYTES },
    entryOut: { ...ENTRY_OUT, SIZE: DARWIN_ENTRY_OUT_BYTES },
    created: { SECONDS: DARWIN_ATTR.CRTIME, NANOSECONDS: DARWIN_ATTR.CRTIME_NSEC },
    numbersByNode: true,
    owner,
  };
}
