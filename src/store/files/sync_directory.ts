/**
 * Makes the names in a directory durable.
 *
 * @module
 */

import { close, O_DIRECTORY, O_RDONLY } from "../../host/files.ts";
import { type FileCalls, SYSTEM_CALLS } from "./file_calls.ts";
import { checkIo } from "./io_error.ts";

export function syncDirectory(path: string, calls: FileCalls = SYSTEM_CALLS): void {
  const fd = checkIo("open folder", path, calls.open(path, O_RDONLY | O_DIRECTORY));
  const result = calls.fsync(fd);
  close(fd);
  checkIo("sync folder", path, result);
}
