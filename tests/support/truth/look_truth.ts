/**
 * What a trace says was done with files below a directory: what was opened, run, read and written, by which process.
 *
 * @module
 */

import { resolve } from "node:path/posix";
import { WRITES } from "./mount_truth.ts";
import { within } from "./name_model.ts";
import { type Call, fileOf, type StraceLog } from "./strace_log.ts";
import { WorkingDirectories } from "./working_directories.ts";

export interface Look {
  readonly process: number;
  readonly action: "open" | "exec-open" | "read" | "write";
  /** In full, without links in it. */
  readonly path: string;
}

/** Calls that {@linkcode lookTruth} wants to see beside those of the mount. */
export const LOOK_CALLS = "?read,?pread64,?readv,?preadv,?preadv2,sendfile,splice,copy_file_range";

/** … and to see writes. */
export const WRITE_CALLS = "?write,?pwrite64,?writev,?pwritev,?pwritev2,?fallocate";

/** Read by a descriptor: which argument it is. */
const READS: Readonly<Record<string, number>> = {
  read: 0,
  pread64: 0,
  readv: 0,
  preadv: 0,
  preadv2: 0,
  sendfile: 1,
  splice: 0,
  copy_file_range: 0,
};

/** Where a file that is made without a name ends, as the kernel calls it. */
const NAMELESS = "//";

/** `directory`: where the first program began. What has no name is left out. */
export function lookTruth(log: StraceLog, directory: string): Look[] {
  const directories = new WorkingDirectories(log, directory);
  const looks: Look[] = [];
  const tell = (call: Call, action: Look["action"], path: string | undefined) => {
    if (path === undefined || path.endsWith(NAMELESS) || within(path, directory) === null) return;
    looks.push({ process: log.processOf(call.thread), action, path });
  };
  for (const call of log.calls) {
    directories.read(call);
    const { name, args, result, error } = call;
    if (/^execve(?:at)?$/.test(name) && (error === null || error === "ENOEXEC")) {
      const path = resolve(directories.pathAt(call, name === "execve" ? 0 : 1)!);
      tell(call, "exec-open", path);
      tell(call, "read", path);
    } else if (error !== null) continue;
    else if (/^(?:open(?:at2?)?|creat)$/.test(name)) {
      const isNone = args.some((each) => /\bO_(?:PATH|DIRECTORY)\b/.test(each));
      if (!isNone) tell(call, "open", fileOf(call.after)?.path);
    } else if (name === "fallocate") tell(call, "write", fileOf(args[0])?.path);
    else {
      if (name in READS && result > 0) tell(call, "read", fileOf(args[READS[name]!])?.path);
      if (name in WRITES && result > 0) tell(call, "write", fileOf(args[WRITES[name]!])?.path);
    }
  }
  return looks;
}
