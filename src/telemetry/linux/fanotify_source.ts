/**
 * What fanotify tells of files that are looked at: opens, programs that are run, reads. For mounts that are not asked about
 * opens, and for other directories.
 *
 * A mark on the whole file system sees every mount of it, those of `agentvfs run` too. The listener is told after the fact, and
 * holds up nobody.
 *
 * @module
 */

import { Errno } from "../../../ffi/linux/errno.ts";
import {
  FAN_ACCESS,
  FAN_CLOSE_WRITE,
  FAN_MARK_FILESYSTEM,
  FAN_MARK_MOUNT,
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
import { monotonicTime } from "../../../ffi/linux/clock.ts";
import { close } from "../../../ffi/linux/open.ts";
import type { Action, TelemetryEvent } from "../event.ts";
import { type Source, type SourceDescription, SourceError } from "../source.ts";
import { decodeFanotify, type FanotifyRecord } from "./decode_fanotify.ts";

export const FANOTIFY: SourceDescription = {
  name: "fanotify",
  needs: "root (CAP_SYS_ADMIN), Linux 5.1; for nodes of the mount 6.8",
  sees: "opens, programs that are run and reads, with the path and who it was; outside the mount " +
    "writes, too",
  misses: "names that come and go; the same thing done again before it was told of",
  costs: "4 to 8 us for each open of the watched files; nothing for others",
  denies: null,
};

/** What is watched: a mount of ours as a whole, every branch, or what is below directories elsewhere. */
export type FanotifyPlace = { readonly mount: string } | {
  readonly directories: readonly string[];
};

/** What the kernel calls a file of the mount that was made without a name (O_TMPFILE), below its directory. */
const NAMELESS = "//";

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
  /** Null: a mount of ours. */
  readonly #directories: readonly string[] | null;
  #fd: number;

  private constructor(fd: number, directories: readonly string[] | null) {
    this.#fd = fd;
    this.#directories = directories;
  }

  /** Throws {@linkcode SourceError}. */
  static start(place: FanotifyPlace): FanotifySource {
    const fd = fanotifyInit();
    if (fd < 0) throw new SourceError("fanotify", whyNot(-fd));
    const mark = (what: number, mask: number, path: string) => {
      const result = fanotifyMark(fd, what, mask, path);
      if (result >= 0) return;
      close(fd);
      throw new SourceError("fanotify", `${path} cannot be watched: ${whyNot(-result)}`);
    };
    if ("mount" in place) {
      // What is changed there the mount tells itself.
      mark(FAN_MARK_FILESYSTEM, LOOKS, place.mount);
      return new FanotifySource(fd, null);
    }
    for (const path of place.directories) mark(FAN_MARK_MOUNT, LOOKS | CHANGES, path);
    return new FanotifySource(fd, place.directories);
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
    const isWatched = this.#directories?.some((directory) => isBelow(path, directory)) ?? true;
    if (!isWatched) return;
    const node = this.#directories === null ? fuseNodeOf(fd) : null;
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

function isBelow(path: string, directory: string): boolean {
  return directory === "/" || path === directory || path.startsWith(`${directory}/`);
}

function whyNot(errno: number): string {
  switch (errno) {
    case Errno.EPERM:
      return "it takes CAP_SYS_ADMIN, which root has outside containers";
    case Errno.ENOSYS:
      return "this kernel has no fanotify";
    case Errno.EINVAL:
      return "this kernel's fanotify does not know it (Linux 5.1 does)";
    case Errno.EMFILE:
      return "there are too many listeners (/proc/sys/fs/fanotify/max_user_groups)";
    default:
      return `errno ${errno}`;
  }
}
