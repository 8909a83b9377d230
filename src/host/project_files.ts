/**
 * Changing a tree of files without leaving it: names in open directories, and attributes of what is open. As `files.ts`:
 * blocking, negative numbers are failures.
 *
 * @module
 */

import * as linux from "./linux/project_files.ts";
import * as macos from "./macos/project_files.ts";
import * as windows from "./windows/project_files.ts";
import { pick } from "./pick.ts";

export const {
  chmodOpen,
  chownOpen,
  getxattr,
  linkat,
  listxattr,
  lremovexattr,
  lsetxattr,
  mayChangeNames,
  mkdirat,
  mknodat,
  pathOfDescriptor,
  removexattr,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  renameat2,
  rmdirat,
  setModificationTime,
  setxattr,
  symlinkat,
  syncfs,
  unlinkat,
} = pick(linux, { macos, windows });
