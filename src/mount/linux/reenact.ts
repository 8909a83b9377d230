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
  /** Number of its view. */
  readonly view: number;
}

const ANYTHING = cString("-");
const PROOF = cString(".agentvfs-reenactor");
const S_IXALL = 0o111;

export class Reenactor {
  /** Number of the thread that runs this. */
  readonly thread = threadId();

  constructor(readonly words: Int32Array) {}

  /** Carries out one name after the other, until that is done or it is to stop. */
  run({ mount, device, root, view }: ReenactedTree, changes: readonly ChangedName[]): void {
    const top = open(cString(mount), O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (top < 0) return;
    try {
      Atomics.store(this.words, Word.VIEW, view);
      // Below it the project's own file system may show, once the mount is gone.
      if (isOn(top, device) && this.#isKnown(top)) this.#run(top, root, changes);
    } finally {
      this.#about(Act.NOTHING);
      close(top);
    }
  }

  /** What a thread asks for that is not known, as in another PID namespace, would be carried out. */
  #isKnown(top: number): boolean {
    Atomics.store(this.words, Word.PROVEN, 0);
    this.#about(Act.PROVE);
    const fd = openat(top, PROOF, O_PATH);
    if (fd >= 0) close(fd);
    return Atomics.load(this.words, Word.PROVEN) === 1;
  }

  #run(top: number, root: string, changes: readonly ChangedName[]): void {
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
      if (directory >= 0) this.#change(directory, change);
    }
    if (directory >= 0) close(directory);
  }

  #change(directory: number, { name, was, is, isEmpty, isLink }: ChangedName): void {
    const path = cString(name === "" ? "." : name);
    if (was === null || is === null) return this.#touch(directory, path);
    if (was !== 0) {
      this.#about(Act.REMOVE);
      unlinkat(directory, path, was === S_IFDIR);
    }
    if (is === 0) return;
    const type = is & S_IFMT;
    if (type === S_IFREG && !isLink) this.#makeFile(directory, path, is, isEmpty);
    else this.#makeOther(directory, path, type);
  }

  #makeFile(
    directory: number,
    path: Uint8Array<ArrayBuffer>,
    mode: number,
    isEmpty: boolean,
  ): void {
    this.#about(Act.MAKE);
    // Who runs it at once is not to hear that it is busy.
    const access = (mode & S_IXALL) === 0 ? O_WRONLY : O_RDONLY;
    const fd = openat(directory, path, access | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    this.#about(Act.TOUCH);
    if (fd < 0) return void setModifiedAt(directory, path);
    if (!isEmpty) setModified(fd);
    close(fd);
  }

  #makeOther(directory: number, path: Uint8Array<ArrayBuffer>, type: number): void {
    this.#about(Act.MAKE);
    const result = type === S_IFDIR
      ? mkdirat(directory, path, 0o700)
      : type === S_IFLNK
      ? symlinkat(ANYTHING, directory, path)
      : mknodat(directory, path, type | 0o600, 0);
    if (result < 0) this.#touch(directory, path);
  }

  #touch(directory: number, path: Uint8Array<ArrayBuffer>): void {
    this.#about(Act.TOUCH);
    touchAt(directory, path);
  }

  #about(act: number): void {
    Atomics.store(this.words, Word.ACT, act);
  }
}

function isOn(fd: number, device: string): boolean {
  const stat = emptyStat();
  return fstat(fd, stat) >= 0 && `${stat.devMajor}:${stat.devMinor}` === device;
}
