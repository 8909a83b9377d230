/**
 * Calls about the bytes of files.
 *
 * @module
 */

import { cString } from "../../../ffi/binary_string.ts";
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from "../../../ffi/linux/open.ts";
import { Layout, listedName } from "../layout.ts";
import { libc, MAP_SHARED, must, POSIX_FADV_DONTNEED, PROT_READ } from "../system_calls.ts";
import { each, type Measure } from "./measure.ts";

const MIB = 1024 * 1024;
const PAGE = 4096;
const piece = new Uint8Array(MIB);
for (let i = 0; i < piece.length; i += 65536) crypto.getRandomValues(piece.subarray(i, i + 65536));
const into = new Uint8Array(MIB);

/** Name of the file that sequential measures write and read. */
const STREAM = "stream.bin";

function open(path: string, flags: number): number {
  return must(libc.open(cString(path), flags, 0o644), `open ${path}`);
}

function readThrough(fd: number, bytes: number): void {
  for (let at = 0; at < bytes; at += MIB) must(libc.pread(fd, into, MIB, at), "read");
}

/**
 * Opens the large file with all of it in the page cache, read into it: what was written stands there in larger
 * pieces, which are quicker to find.
 */
function openLarge(directory: string): number {
  const fd = open(`${directory}/${Layout.LARGE}`, O_RDONLY);
  must(libc.fsync(fd), "fsync");
  libc.posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  readThrough(fd, Layout.LARGE_BYTES);
  return fd;
}

const randomRead: Measure = ({ directory, count, round }) => {
  const fd = openLarge(directory);
  let seed = round + 1;
  const result = each(count, () => {
    seed = (seed * 48271) % 2147483647;
    must(libc.pread(fd, into, PAGE, seed % (Layout.LARGE_BYTES - PAGE)), "read");
  });
  libc.close(fd);
  return result;
};

/** Maps the large file anew and touches every page. Microseconds per page. */
const mappedRead: Measure = ({ directory }) => {
  const fd = openLarge(directory);
  const size = Layout.LARGE_BYTES;
  const address = libc.mmap(null, size, PROT_READ, MAP_SHARED, fd, 0);
  if (address === null) throw new Error("mmap failed");
  const bytes = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(address, size));
  let sum = 0;
  const result = each(size / PAGE, (i) => sum += bytes[i * PAGE]!);
  libc.munmap(address, size);
  libc.close(fd);
  if (sum === 0) throw new Error("random bytes are not all zero");
  return result;
};

/** Writes `count` bytes in pieces of 1 MiB into a new file. Microseconds for all of them. */
function writeStream(sync: boolean): Measure {
  return ({ directory, count }) => {
    const fd = open(`${directory}/${STREAM}`, O_WRONLY | O_CREAT | O_TRUNC);
    const result = each(1, () => {
      for (let at = 0; at < count; at += MIB) must(libc.pwrite(fd, piece, MIB, at), "write");
      if (sync) must(libc.fsync(fd), "fsync");
    });
    libc.close(fd);
    return result;
  };
}

/** Reads `count` bytes of the file that was written. Microseconds for all of them. */
const readWarm: Measure = ({ directory, count }) => {
  const fd = open(`${directory}/${STREAM}`, O_RDONLY);
  readThrough(fd, count);
  const result = each(1, () => readThrough(fd, count));
  libc.close(fd);
  return result;
};

/** The same when the file is not in the page cache. */
const readCold: Measure = ({ directory, count }) => {
  const fd = open(`${directory}/${STREAM}`, O_RDONLY);
  must(libc.fsync(fd), "fsync");
  libc.posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  const result = each(1, () => readThrough(fd, count));
  libc.close(fd);
  return result;
};

/** Drops a directory tree's bytes from the page cache. */
const evict: Measure = ({ directory }) => {
  for (const entry of Deno.readDirSync(directory)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory) evict({ directory: path, count: 0, round: 0 });
    if (!entry.isFile) continue;
    const fd = libc.open(cString(path), O_RDONLY, 0);
    // A segment of the journal may have been removed meanwhile.
    if (fd < 0) continue;
    libc.fsync(fd);
    libc.posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    libc.close(fd);
  }
  return 0;
};

function overwrite(sync: boolean): Measure {
  return ({ directory, count }) => {
    const paths = Array.from(
      { length: 50 },
      (_, i) => cString(`${directory}/${Layout.LIST}/${listedName(i * 5 + 1)}`),
    );
    return each(count, (i) => {
      const fd = must(libc.open(paths[i % paths.length]!, O_WRONLY, 0), "open");
      must(libc.pwrite(fd, piece, 1024, 0), "write");
      if (sync) must(libc.fsync(fd), "fsync");
      libc.close(fd);
    });
  };
}

export const DATA_MEASURES = {
  randomRead,
  mappedRead,
  write: writeStream(false),
  writeSync: writeStream(true),
  readWarm,
  readCold,
  evict,
  overwrite: overwrite(false),
  overwriteSync: overwrite(true),
} as const satisfies Record<string, Measure>;
