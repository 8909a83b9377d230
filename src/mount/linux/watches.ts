/**
 * Who watches a mount: what /proc/PID/fdinfo tells of inotify(7) and fanotify(7) descriptors (proc_pid_fdinfo(5)).
 *
 * Of processes that this user may not look at nothing is known, nor of what watches by other means.
 *
 * @module
 */

import { binaryName, cString } from "../../../ffi/binary_string.ts";
import { readDirectory, readlinkat } from "../../../ffi/linux/directory.ts";
import { close, O_DIRECTORY, O_RDONLY, open } from "../../../ffi/linux/open.ts";
import { INODE_SPACES } from "../views.ts";
import type { Watches } from "../watches.ts";

/** Bits of an inode number below its space. */
const NUMBER_BITS = BigInt(64 - Math.log2(INODE_SPACES));

/**
 * @param device `major:minor` of the file system. Null: nobody watches it.
 * @param proc where processes are told of; for tests
 */
export function findWatches(device: string, proc = "/proc"): Watches | null {
  const [major, minor] = device.split(":").map(Number);
  const found = new Found((major! * 2 ** 20 + minor!).toString(16));
  for (const name of namesIn(proc)) {
    if (!/^\d+$/.test(name)) continue;
    const process = `${proc}/${name}`;
    for (const fd of listeningDescriptors(`${process}/fd`)) {
      found.read(text(`${process}/fdinfo/${fd}`), () => mountIds(process, device));
    }
  }
  return found.watches;
}

/** What the descriptors of inotify and fanotify lead to, by its length. */
const KINDS: ReadonlyMap<number, string> = new Map(
  ["anon_inode:inotify", "anon_inode:[fanotify]"].map((kind) => [kind.length, kind]),
);

const target = new Uint8Array(64);

/** There may be very many descriptors: each costs a system call, and no more. */
function listeningDescriptors(directory: string): string[] {
  const fd = open(cString(directory), O_RDONLY | O_DIRECTORY);
  if (fd < 0) return [];
  try {
    const entries = readDirectory(fd);
    if (typeof entries === "number") return [];
    return entries.map(({ name }) => name).filter((name) => {
      const length = readlinkat(fd, cString(name), target);
      return KINDS.has(length) && binaryName(target, 0, length) === KINDS.get(length);
    });
  } finally {
    close(fd);
  }
}

class Found {
  #everything = false;
  readonly #inodes = new Map<number, Set<number>>();

  /** `device`: as fdinfo writes it. */
  constructor(readonly device: string) {}

  get watches(): Watches | null {
    if (!this.#everything && this.#inodes.size === 0) return null;
    const inodes = Object.fromEntries(
      [...this.#inodes].map(([space, numbers]) => [space, [...numbers]]),
    );
    return { everything: this.#everything, inodes };
  }

  read(fdinfo: string, mounts: () => ReadonlySet<string>): void {
    for (const line of fdinfo.split("\n")) {
      if (!line.startsWith("inotify ") && !line.startsWith("fanotify ")) continue;
      const mount = /^fanotify mnt_id:([0-9a-f]+)/.exec(line)?.[1];
      if (mount !== undefined) {
        this.#everything ||= mounts().has(String(parseInt(mount, 16)));
        continue;
      }
      if (/\bsdev:([0-9a-f]+)/.exec(line)?.[1] !== this.device) continue;
      const inode = /\bino:([0-9a-f]+)/.exec(line)?.[1];
      if (inode === undefined) this.#everything = true;
      else this.#add(BigInt(`0x${inode}`));
    }
  }

  #add(inode: bigint): void {
    const space = Number(inode >> NUMBER_BITS);
    let numbers = this.#inodes.get(space);
    if (numbers === undefined) this.#inodes.set(space, numbers = new Set());
    numbers.add(Number(BigInt.asUintN(Number(NUMBER_BITS), inode)));
  }
}

/** Ids of the mounts of a file system that a process sees. */
function mountIds(directory: string, device: string): ReadonlySet<string> {
  const lines = text(`${directory}/mountinfo`).split("\n").map((line) => line.split(" "));
  return new Set(lines.filter((fields) => fields[2] === device).map(([id]) => id!));
}

/** What is gone meanwhile, or may not be looked at, is as if it were not there. */
function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => name);
  } catch {
    return [];
  }
}

function text(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
