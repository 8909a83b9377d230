/**
 * What fanotify tells of files that are looked at: opens, programs that are run, reads. For mounts that are not asked about
 * opens, and for other directories.
 *
 * A mark on the whole file system sees every mount of it, those of `agentvfs run` too; what is not below a directory that is
 * watched is dropped here. The listener is told after the fact, and holds up nobody.
 *
 * @module
 */

import { Errno } from "../../../ffi/linux/errno.ts";
import {
  FAN_ACCESS,
  FAN_CLOSE_WRITE,
  FAN_MODIFY,
  FAN_OPEN,
  FAN_OPEN_EXEC,
  FAN_Q_OVERFLOW,
  fanotifyInit,
  fanotifyMark,
  fuseNodeOf,
} from "../../../ffi/linux/watch/fanotify.ts";
import { read } from "../../../ffi/linux/file.ts";
import { linkedPath } from "../../../ffi/linux/watch/linked_path.ts";
import { cString, displayString } from "../../../ffi/binary_string.ts";
import { monotonicTime } from "../../../ffi/linux/clock.ts";
import { AT_FDCWD, close } from "../../../ffi/linux/open.ts";
import { emptyStat, statx } from "../../../ffi/linux/stat.ts";
import { isWithin } from "../../host/mounts.ts";
import type { Action, TelemetryEvent } from "../event.ts";
import { type Source, SourceError } from "../source.ts";
import { decodeFanotify, type FanotifyRecord } from "./decode_fanotify.ts";

/** What is watched, in binary strings: a mount of ours as a whole, every branch, or what is below directories elsewhere. */
export type FanotifyPlace = { readonly mount: string } | {
  /** Below which nothing is told of. */
  readonly except: readonly string[];
};

/** What the kernel calls a file of the mount that was made without a name (O_TMPFILE), below its directory. */
const NAMELESS = "//";

/** Of a file's mode, what it is; what a directory has there. */
const [S_IFMT, S_IFDIR] = [0o170000, 0o040000];

const BUFFER_BYTES = 64 * 1024;
const MOST_READS = 16;

const LOOKS = FAN_OPEN | FAN_OPEN_EXEC | FAN_ACCESS;
const CHANGES = FAN_MODIFY | FAN_CLOSE_WRITE;
/** In the order in which they come about. */
const ACTIONS: readonly (readonly [mask: number, action: Action])[] = [
  [FAN_OPEN_EXEC, "exec-open"],
  [FAN_OPEN, "open"],
  [FAN_ACCESS, "read"],
  [FAN_MODIFY, "write"],
  [FAN_CLOSE_WRITE, "close"],
];

export class FanotifySource implements Source {
  readonly name = "fanotify";
  readonly #bytes = new Uint8Array(BUFFER_BYTES);
  /** With the file system that each is in, by its device. */
  readonly #directories = new Map<string, string>();
  #fd: number;

  private constructor(readonly place: FanotifyPlace, fd: number) {
    this.#fd = fd;
  }

  /** Throws {@linkcode SourceError}. */
  static start(place: FanotifyPlace): FanotifySource {
    const fd = fanotifyInit();
    if (fd < 0) throw new SourceError("fanotify", whyNot(-fd));
    const source = new FanotifySource(place, fd);
    try {
      // What is changed there the mount tells itself.
      if ("mount" in place) source.#mark(LOOKS, place.mount);
      return source;
    } catch (error) {
      source.stop();
      throw error;
    }
  }

  /** Tells of what is below a directory, too; twice is once. Throws {@linkcode SourceError}. */
  watch(directory: string): void {
    const device = deviceOf(directory);
    this.#mark(LOOKS | CHANGES, directory);
    this.#directories.set(directory, device);
  }

  /** Where no directory is left on its file system, the kernel is not asked about that any more. */
  unwatch(directory: string): void {
    const device = this.#directories.get(directory);
    if (!this.#directories.delete(directory)) return;
    if ([...this.#directories.values()].includes(device!)) return;
    // If it has gone its events are dropped, like those of whatever else is not watched.
    fanotifyMark(this.#fd, LOOKS | CHANGES, directory, true);
  }

  /** Whether it tells of a path outside the mount. */
  watches(path: string): boolean {
    if ("mount" in this.place) return false;
    if (this.place.except.some((place) => isWithin(path, place))) return false;
    for (const directory of this.#directories.keys()) if (isWithin(path, directory)) return true;
    return false;
  }

  #mark(mask: number, path: string): void {
    const result = fanotifyMark(this.#fd, mask, path);
    if (result < 0) throw unwatchable(path, -result);
  }

  get fd(): number {
    return this.#fd;
  }

  take(tell: (event: TelemetryEvent) => void): void {
    for (let i = 0; i < MOST_READS && this.#fd >= 0; i++) {
      const length = read(this.#fd, this.#bytes);
      if (length <= 0) return;
      this.#decode(length, tell);
    }
  }

  #decode(length: number, tell: (event: TelemetryEvent) => void): void {
    const records: FanotifyRecord[] = [];
    const isWhole = decodeFanotify(this.#bytes, length, records);
    const time = monotonicTime();
    for (const record of records) {
      try {
        this.#tellOf(record, time, tell);
      } finally {
        if (record.fd >= 0) close(record.fd);
      }
    }
    if (isWhole !== null) return;
    tell({
      provider: "fanotify",
      action: "source-blind",
      time,
      message: "the kernel speaks another version of fanotify than 3",
    });
  }

  #tellOf(
    { mask, fd, pid }: FanotifyRecord,
    time: number,
    tell: (e: TelemetryEvent) => void,
  ): void {
    if ((mask & FAN_Q_OVERFLOW) !== 0) {
      // The kernel does not say how many.
      const message = "the kernel's queue was full";
      return tell({ provider: "fanotify", action: "lost", time, message });
    }
    if (fd < 0 || pid === Deno.pid) return;
    const path = linkedPath(`/proc/self/fd/${fd}`);
    if (path === null) return;
    const isOfMount = "mount" in this.place;
    if (!isOfMount && !this.watches(path)) return;
    const node = isOfMount ? fuseNodeOf(fd) : null;
    const event = {
      provider: "fanotify",
      time,
      ...(path.endsWith(NAMELESS) ? {} : { path }),
      process: { pid },
      ...(node === null ? {} : { node }),
    } as const;
    for (const [bit, action] of ACTIONS) {
      if ((mask & bit) === 0) continue;
      // Who runs a program opens it; the two cannot be told apart where the kernel has merged them.
      if (action === "open" && (mask & FAN_OPEN_EXEC) !== 0) continue;
      tell({ ...event, action });
    }
  }

  stop(): void {
    if (this.#fd < 0) return;
    close(this.#fd);
    this.#fd = -1;
  }
}

function deviceOf(directory: string): string {
  const stat = emptyStat();
  const result = statx(AT_FDCWD, cString(directory), stat);
  if (result < 0) throw unwatchable(directory, -result);
  if ((stat.mode & S_IFMT) !== S_IFDIR) throw unwatchable(directory, Errno.ENOTDIR);
  return `${stat.devMajor}:${stat.devMinor}`;
}

function unwatchable(path: string, errno: number): SourceError {
  return new SourceError(
    "fanotify",
    `${displayString(path)} cannot be watched: ${whyNot(errno)}`,
  );
}

function whyNot(errno: number): string {
  switch (errno) {
    case Errno.EPERM:
      return "it takes CAP_SYS_ADMIN, which root has outside containers";
    case Errno.ENOSYS:
      return "this kernel has no fanotify";
    case Errno.EINVAL:
      return "this kernel's fanotify does not know it (Linux 5.1 does)";
    case Errno.ENOENT:
      return "it is not there";
    case Errno.ENOTDIR:
      return "it is no directory";
    case Errno.EMFILE:
      return "there are too many listeners (/proc/sys/fs/fanotify/max_user_groups)";
    default:
      return `errno ${errno}`;
  }
}
