/**
 * Opens what is at a path below a directory, however long the path is: a system call takes {@linkcode PATH_BYTES} bytes of it.
 *
 * No symlink is followed, at any component.
 *
 * @module
 */

import { isFailure } from "../host/failure.ts";
import { cString } from "../../ffi/binary_string.ts";
import { close, O_DIRECTORY } from "../host/files.ts";
import {
  O_NOATIME,
  O_NOFOLLOW,
  O_PATH,
  openat,
  openBeneath,
  PATH_BYTES,
} from "../host/source_files.ts";
import type { SourcePath } from "../tree/nodes/source_path.ts";

export class PathOpener {
  readonly #root: number;
  /**
   * The directory in which the last system call of a longer path began. The next path most often goes on there: otherwise
   * each directory of a deep tree would cost all those above it.
   */
  #held: { readonly path: SourcePath; readonly fd: number } | null = null;

  /** @param root an open directory, which stays the caller's */
  constructor(root: number) {
    this.#root = root;
  }

  /** A descriptor, or a negative errno. */
  open(path: SourcePath, flags: number): number {
    const hadHeld = this.#held !== null;
    const fd = this.#open(path, flags);
    if (fd >= 0 || !hadHeld) return fd;
    // What is held may have been moved away, and something else have its path.
    this.#release();
    return this.#open(path, flags);
  }

  close(): void {
    this.#release();
  }

  #open(path: SourcePath, flags: number): number {
    const steps: SourcePath[] = [];
    const held = this.#held;
    let at = path;
    while (at.parent !== null && at !== held?.path) {
      steps.push(at);
      at = at.parent;
    }
    let directory = at.parent === null ? this.#root : held!.fd;
    steps.reverse();
    for (let start = 0;;) {
      const end = endOfPart(steps, start);
      const part = steps.slice(start, end).map(({ name }) => name).join("/") || ".";
      if (end === steps.length) return openPart(directory, part, flags);
      const fd = openPart(directory, part, O_PATH | O_DIRECTORY);
      if (fd < 0) return fd;
      this.#release();
      this.#held = { path: steps[end - 1]!, fd };
      directory = fd;
      start = end;
    }
  }

  #release(): void {
    if (this.#held !== null) close(this.#held.fd);
    this.#held = null;
  }
}

/** How far one system call goes. */
function endOfPart(steps: readonly SourcePath[], start: number): number {
  let bytes = 0;
  for (let i = start; i < steps.length; i++) {
    bytes += steps[i]!.name.length + 1;
    if (bytes > PATH_BYTES) return i;
  }
  return steps.length;
}

/** False once the kernel or a sandbox has refused openat2(2). */
let hasOpenat2 = true;

function openPart(root: number, path: string, flags: number): number {
  if (hasOpenat2) {
    const fd = openBeneath(root, cString(path), flags);
    if (!isFailure(fd, "ENOSYS") && !isFailure(fd, "EPERM")) return fd;
    // EPERM is also what O_NOATIME answers: only without it does it mean the call is forbidden.
    if (isFailure(fd, "EPERM") && (flags & O_NOATIME) !== 0) return fd;
    hasOpenat2 = false;
  }
  return openByComponents(root, path, flags);
}

/** What openat2 with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS does, one component at a time. */
export function openByComponents(root: number, path: string, flags: number): number {
  const names = path.split("/");
  let directory = root;
  for (let i = 0; i < names.length; i++) {
    const last = i === names.length - 1;
    const wanted = last ? flags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW;
    const fd = openat(directory, cString(names[i]!), wanted);
    if (directory !== root) close(directory);
    if (fd < 0) return fd;
    directory = fd;
  }
  return directory;
}
