/**
 * Makes the names in a directory durable.
 *
 * @module
 */

import {
  binaryString,
  close,
  cString,
  fsync,
  O_DIRECTORY,
  O_RDONLY,
  open,
} from "../../ffi/libc.ts";
import { checkIo } from "./io_error.ts";

export function syncDirectory(path: string): void {
  const flags = O_RDONLY | O_DIRECTORY;
  const fd = checkIo("open folder", path, open(cString(binaryString(path)), flags));
  const result = fsync(fd);
  close(fd);
  checkIo("sync folder", path, result);
}
