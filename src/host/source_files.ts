/**
 * Reading a tree of files without leaving it: directories by descriptor, what lies beneath one, links, extended
 * attributes, holes. As `files.ts`: blocking, negative numbers are failures.
 *
 * @module
 */

import * as linux from "./linux/source_files.ts";
import * as macos from "./macos/source_files.ts";
import * as windows from "./windows/source_files.ts";
import { pick } from "./pick.ts";

export type { DirectoryEntry } from "./linux/source_files.ts";

export const {
  countStreams,
  fgetxattr,
  flistxattr,
  lgetxattr,
  llistxattr,
  lseek,
  O_NOATIME,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  openat,
  openBeneath,
  PATH_BYTES,
  pathOfEntry,
  readDirectory,
  readlinkat,
  SEEK_DATA,
  SEEK_HOLE,
  statx,
} = pick(linux, { macos, windows });
