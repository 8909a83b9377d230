/**
 * Carrying changes out once more, through the mount, so that who watches it hears of them: what the requests of this thread are
 * answered `../fuse/reenactment.ts` says.
 *
 * Every call blocks. What cannot be done, because the place is not there any more or this user may not write there, is left out.
 *
 * @module
 */

import { cString } from "../../../ffi/binary_string.ts";
import {
  mkdirat,
  mknodat,
  setModified,
  setModifiedAt,
  symlinkat,
  touchAt,
  unlinkat,
} from "../../../ffi/linux/name_calls.ts";
import {
  close,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_WRONLY,
  open,
  openat,
  openWithin,
} from "../../../ffi/linux/open.ts";
import { emptyStat, fstat } from "../../../ffi/linux/stat.ts";
import { threadId } from "../../../ffi/linux/thread_id.ts";
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../store/trees/entry.ts";
import type { ChangedName } from "../../tree/changed_names.ts";
import { Act, Word } from "../reenactor_memory.ts";

/** A tree of the mount. */
export interface ReenactedTree {
  /** Where the file system is mounted, and `major:minor` of it. */
  readonly mount: string;
  readonly device: string;
  /** The root of the tree, from there. All paths are binary strings. */
  readonly root: string;
}

const ANYTHING = cString("-");
const S_IXALL = 0o111;

export class Reenactor {
  /** Number of the thread that runs this. */
  readonly thread = threadId();

  constructor(readonly words: Int32Array) {}

  /** Carries out one name after the other, until that is done or it is to stop. Returns how many were done. */
  run({ mount, device, root }: ReenactedTree, changes: readonly ChangedName[]): number {
    const top = open(cString(mount), O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (top < 0) return 0;
    try {
      // Below it the project's own file system may show, once the mount is gone.
      return isOn(top, device) ? this.#run(top, root, changes) : 0;
    } finally {
      this.#about(Act.NOTHING);
      close(top);
    }
  }

  #run(top: number, root: string, changes: readonly ChangedName[]): number {
    let done = 0;
    let at = "";
    let directory = -1;
    for (const change of changes) {
      if (Atomics.load(this.words, Word.STOP) !== 0) break;
      const path = [root, change.directory].filter((part) => part !== "").join("/") || ".";
      if (directory < 0 || path !== at) {
        if (directory >= 0) close(directory);
        this.#about(change.isGone ? Act.REMOVE : Act.NOTHING);
        directory = openWithin(top, cString(path), O_PATH | O_DIRECTORY);
        at = path;
      }
      if (directory >= 0 && this.#change(directory, change)) done++;
    }
    if (directory >= 0) close(directory);
    return done;
  }

  #change(directory: number, { name, was, is, isEmpty, isLink }: ChangedName): boolean {
    const path = cString(name === "" ? "." : name);
    if (was === null || is === null) {
      this.#about(Act.TOUCH);
      return touchAt(directory, path) >= 0;
    }
    let isDone = true;
    if (was !== 0) {
      this.#about(Act.REMOVE);
      isDone = unlinkat(directory, path, was === S_IFDIR) >= 0;
    }
    if (is === 0) return isDone;
    const isFile = (is & S_IFMT) === S_IFREG && !isLink;
    const isMade = isFile
      ? this.#makeFile(directory, path, is, isEmpty)
      : this.#makeOther(directory, path, is & S_IFMT);
    return isMade && isDone;
  }

  #makeFile(
    directory: number,
    path: Uint8Array<ArrayBuffer>,
    mode: number,
    isEmpty: boolean,
  ): boolean {
    this.#about(Act.MAKE);
    // Who runs it at once is not to hear that it is busy.
    const access = (mode & S_IXALL) === 0 ? O_WRONLY : O_RDONLY;
    const fd = openat(directory, path, access | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    this.#about(Act.TOUCH);
    // It could not be made because it is there already: then it was written to.
    if (fd < 0) return setModifiedAt(directory, path) >= 0;
    if (!isEmpty) setModified(fd);
    close(fd);
    return true;
  }

  #makeOther(directory: number, path: Uint8Array<ArrayBuffer>, type: number): boolean {
    this.#about(Act.MAKE);
    const result = type === S_IFDIR
      ? mkdirat(directory, path, 0o700)
      : type === S_IFLNK
      ? symlinkat(ANYTHING, directory, path)
      : mknodat(directory, path, type | 0o600, 0);
    if (result >= 0) return true;
    this.#about(Act.TOUCH);
    return touchAt(directory, path) >= 0;
  }

  #about(act: number): void {
    Atomics.store(this.words, Word.ACT, act);
  }
}

function isOn(fd: number, device: string): boolean {
  const stat = emptyStat();
  return fstat(fd, stat) >= 0 && `${stat.devMajor}:${stat.devMinor}` === device;
}
