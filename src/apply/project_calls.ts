/**
 * The calls by which an apply changes a directory: all of them, so that a test can put others in their place.
 *
 * @module
 */

import { cString } from "../../ffi/binary_string.ts";
import { isFailure } from "../host/failure.ts";
import { fsync, ftruncate, pwrite } from "../host/files.ts";
import {
  chmodOpen,
  chownOpen,
  linkat,
  lremovexattr,
  lsetxattr,
  mkdirat,
  mknodat,
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
} from "../host/project_files.ts";
import { countStreams, openat } from "../host/source_files.ts";
import { type FileCalls, SYSTEM_CALLS } from "../store/files/file_calls.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Whose extended attributes are meant: those of a symlink itself at an entry's path, of anything else at a descriptor's. */
export interface XattrPlace {
  readonly path: Bytes;
  readonly isSymlink: boolean;
}

/** Names are binary strings in the open directory. Results are those of `host/project_files.ts`. */
export interface ProjectCalls {
  /** Makes a file that is not there yet. */
  create(directory: number, name: string, flags: number, mode: number): number;
  mkdir(directory: number, name: string, mode: number): number;
  symlink(target: string, directory: number, name: string): number;
  mknod(directory: number, name: string, mode: number, rdev: number): number;
  link(fromDirectory: number, from: string, directory: number, name: string): number;
  /** EEXIST where there is something at `to`. */
  move(directory: number, from: string, to: string): number;
  /** Whatever is at `to` is no more. */
  replace(directory: number, from: string, to: string): number;
  /** Both are there, and each is then where the other was. */
  exchange(directory: number, a: string, b: string): number;
  unlink(directory: number, name: string): number;
  rmdir(directory: number, name: string): number;
  pwrite(fd: number, bytes: Bytes, offset: number, length: number): number;
  ftruncate(fd: number, size: number): number;
  chmod(fd: number, mode: number): number;
  chown(fd: number, uid: number, gid: number): number;
  setxattr(at: XattrPlace, name: string, value: Bytes): number;
  removexattr(at: XattrPlace, name: string): number;
  setTime(fd: number, sec: number, nsec: number): number;
  fsync(fd: number): number;
  syncfs(fd: number): number;
  /** What a file has beside its bytes and no snapshot has; negative if that is not known. */
  streams(fd: number): number;
  /** By which the plan is written. */
  readonly plan: FileCalls;
}

export const PROJECT_CALLS: ProjectCalls = {
  create: (directory, name, flags, mode) =>
    uninterrupted(() => openat(directory, cString(name), flags, mode)),
  mkdir: (directory, name, mode) => mkdirat(directory, cString(name), mode),
  symlink: (target, directory, name) => symlinkat(cString(target), directory, cString(name)),
  mknod: (directory, name, mode, rdev) => mknodat(directory, cString(name), mode, rdev),
  link: (fromDirectory, from, directory, name) =>
    linkat(fromDirectory, cString(from), directory, cString(name)),
  move: (directory, from, to) => renameat2(directory, cString(from), cString(to), RENAME_NOREPLACE),
  replace: (directory, from, to) => renameat2(directory, cString(from), cString(to), 0),
  exchange: (directory, a, b) => renameat2(directory, cString(a), cString(b), RENAME_EXCHANGE),
  unlink: (directory, name) => unlinkat(directory, cString(name)),
  rmdir: (directory, name) => rmdirat(directory, cString(name)),
  pwrite,
  ftruncate: (fd, size) => uninterrupted(() => ftruncate(fd, size)),
  chmod: chmodOpen,
  chown: chownOpen,
  setxattr: ({ path, isSymlink }, name, value) =>
    (isSymlink ? lsetxattr : setxattr)(path, cString(name), value),
  removexattr: ({ path, isSymlink }, name) =>
    (isSymlink ? lremovexattr : removexattr)(path, cString(name)),
  setTime: setModificationTime,
  fsync: (fd) => uninterrupted(() => fsync(fd)),
  syncfs: (fd) => uninterrupted(() => syncfs(fd)),
  streams: countStreams,
  plan: SYSTEM_CALLS,
};

function uninterrupted(call: () => number): number {
  let result = call();
  while (isFailure(result, "EINTR")) result = call();
  return result;
}

/** The calls, each of them given to `around`, which makes it or does something else. For tests. */
export function intercepted(
  calls: ProjectCalls,
  around: (call: () => never, name: string, parameters: readonly unknown[]) => unknown,
): ProjectCalls {
  const wrap = (object: object): object =>
    Object.fromEntries(
      Object.entries(object).map(([name, value]) => [
        name,
        typeof value === "function"
          ? (...parameters: unknown[]) =>
            around(() => Reflect.apply(value, object, parameters) as never, name, parameters)
          : wrap(value),
      ]),
    );
  return wrap(calls) as ProjectCalls;
}
