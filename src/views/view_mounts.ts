/**
 * What a confined view is made of, step by step: mounts in the namespace that this process is alone in.
 *
 * @module
 */

import { failureCode } from "../host/failure.ts";
import { dirname } from "node:path";
import { binaryString, cString } from "../../ffi/binary_string.ts";
import {
  cloneMount,
  mount,
  MOUNT_ATTR_RDONLY,
  mountSetattr,
  MS_BIND,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  placeMount,
} from "../../ffi/linux/process.ts";
import { ViewError } from "./view_error.ts";

/** What was at a path, kept while the path is covered. */
export interface Held {
  readonly path: string;
  readonly kind: "directory" | "file" | "link";
  /** Of the mount; where a link points to. */
  readonly content: number | string;
}

/** Keeps what is at `path`, with the mounts below it and as writable as they are now. Null if nothing is there. */
export function hold(path: string): Held | null {
  const kind = kindOf(path);
  if (kind === null) return null;
  if (kind === "link") return { path, kind, content: Deno.readLinkSync(path) };
  const fd = cloneMount(text(path));
  step("keep", path, fd);
  return { path, kind, content: fd };
}

/** Shows at its path again what was held, making the path where what covers it lacks it. */
export function show({ path, kind, content }: Held): void {
  const isThere = kindOf(path) !== null;
  if (!isThere) Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  if (typeof content === "string") {
    if (!isThere) Deno.symlinkSync(content, path);
    return;
  }
  if (!isThere && kind === "directory") Deno.mkdirSync(path);
  else if (!isThere) Deno.writeTextFileSync(path, "");
  step("show", path, placeMount(content, text(path)));
}

/** A new directory in the place of one, with `mode` and nothing in it. What was in a directory that is covered need not be there. */
export function cover(path: string, mode: number): void {
  if (kindOf(path) === null) Deno.mkdirSync(path, { recursive: true, mode: 0o755 });
  mountNew("tmpfs", path, MS_NOSUID | MS_NODEV, `mode=${mode.toString(8)}`);
}

/** Makes what is at `path` look empty; nothing happens if nothing is there. True if it is a directory, which is not closed yet. */
export function hide(path: string): boolean {
  const kind = kindOf(path);
  if (kind === "directory") {
    mountNew("tmpfs", path, MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755,size=64k");
  } else if (kind === "file") {
    step("hide", path, mount(text("/dev/null"), text(path), null, MS_BIND));
  }
  return kind === "directory";
}

/** Another mount of what is there. */
export function mountOver(path: string): void {
  step("mount", path, mount(text(path), text(path), null, MS_BIND));
}

/** Makes the mount at `path` read-only; `all`: those below it too. */
export function close(path: string, all = false): void {
  step("close", path, mountSetattr(text(path), all, MOUNT_ATTR_RDONLY, 0));
}

/** Makes the mount at `path` writable. */
export function open(path: string): void {
  step("open", path, mountSetattr(text(path), false, 0, MOUNT_ATTR_RDONLY));
}

/** A new file system of a type. */
export function mountNew(type: string, path: string, flags: number, options: string): void {
  step("cover", path, mount(text(type), text(path), type, flags, options));
}

/** Links are not followed. Sockets, devices and the like count as files. */
export function kindOf(path: string): Held["kind"] | null {
  try {
    const { isDirectory, isSymlink } = Deno.lstatSync(path);
    return isSymlink ? "link" : isDirectory ? "directory" : "file";
  } catch {
    return null;
  }
}

function text(path: string): Uint8Array<ArrayBuffer> {
  return cString(binaryString(path));
}

const ENOSYS = 38;

/** Throws {@linkcode ViewError} if the result of a call says that it failed. */
function step(what: string, path: string, result: number): void {
  if (result >= 0) return;
  const hint = result === -ENOSYS ? "--confine needs Linux 5.12" : undefined;
  throw new ViewError("confine_failed", 4, `Cannot ${what} ${path}: ${failureCode(result)}`, hint);
}
