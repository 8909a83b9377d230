/**
 * The protocol as Linux speaks it.
 *
 * @module
 */

import {
  ATTR,
  ATTR_OUT,
  ENTRY_OUT,
  KERNEL_MINOR_VERSION,
  OLDEST_MINOR_VERSION,
} from "../../../ffi/fuse_kernel.ts";
import type { Dialect } from "../fuse/dialect.ts";

export const LINUX_DIALECT: Dialect = {
  newestMinor: KERNEL_MINOR_VERSION,
  oldestMinor: OLDEST_MINOR_VERSION,
  attr: ATTR,
  attrOut: ATTR_OUT,
  entryOut: ENTRY_OUT,
  created: null,
  numbersByNode: false,
  owner: null,
};
