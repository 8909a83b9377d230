/**
 * Calls about names and attributes.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { cString } from "../../../ffi/binary_string.ts";
import { O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_WRONLY } from "../../../ffi/linux/open.ts";
import { Layout, listedName, walkedDirectory, walkedName } from "../layout.ts";
import { AT_FDCWD, AT_SYMLINK_NOFOLLOW, libc, must, STATX_BASIC_STATS } from "../system_calls.ts";
import { each, type Measure, type MeasureInput } from "./measure.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const statBuffer = new Uint8Array(256);
const direntBuffer = new Uint8Array(64 * 1024);
const block = new Uint8Array(4096).fill(0x61);
const target = new Uint8Array(256);

function statPath(path: Bytes): number {
  return libc.statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, statBuffer);
}

/** Paths of the files that single-file measures go round. */
function someFiles(directory: string): Bytes[] {
  return range(200, (i) => cString(`${directory}/${Layout.LIST}/${listedName(i * 5)}`));
}

function range<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

function folderOf({ directory, round }: MeasureInput): string {
  return `${directory}/files-${round}`;
}

/** Paths in a new directory. */
function newPaths(input: MeasureInput): Bytes[] {
  Deno.mkdirSync(folderOf(input));
  return range(input.count, (i) => cString(`${folderOf(input)}/file-${i}.ts`));
}

/** Files of a directory that {@linkcode makeFiles} made, now or earlier. */
function madeFiles(input: MeasureInput): Bytes[] {
  if (!existsSync(folderOf(input))) makeFiles(input);
  return range(input.count, (i) => cString(`${folderOf(input)}/file-${i}.ts`));
}

function create(path: Bytes): void {
  const fd = must(libc.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o644), "create");
  must(libc.pwrite(fd, block, block.length, 0), "write");
  libc.close(fd);
}

/** Of a file four directories and files deep. */
const statDeep: Measure = ({ directory, count }) => {
  const path = cString(`${directory}/${Layout.DEEP}`);
  return each(count, () => must(statPath(path), "stat"));
};

const emptyCall: Measure = ({ count }) => each(count, () => libc.getppid());

const stat: Measure = ({ directory, count }) => {
  const files = someFiles(directory);
  return each(count, (i) => must(statPath(files[i % files.length]!), "stat"));
};

const statMissing: Measure = ({ directory, count }) => {
  const paths = range(200, (i) => cString(`${directory}/${Layout.LIST}/missing-${i}`));
  for (const path of paths) statPath(path);
  return each(count, (i) => statPath(paths[i % paths.length]!));
};

const statMissingFirst: Measure = ({ directory, count, round }) => {
  const paths = range(count, (i) => cString(`${directory}/${Layout.LIST}/never-${round}-${i}`));
  return each(count, (i) => statPath(paths[i]!));
};

const readlink: Measure = ({ directory, count }) => {
  const path = cString(`${directory}/${Layout.LINK}`);
  return each(count, () => must(libc.readlink(path, target, target.length), "readlink"));
};

function list(path: Bytes): void {
  const fd = must(libc.open(path, O_RDONLY | O_DIRECTORY, 0), "opendir");
  while (must(libc.getdents64(fd, direntBuffer, direntBuffer.length), "getdents64") > 0);
  libc.close(fd);
}

const readdir: Measure = ({ directory, count }) => {
  const path = cString(`${directory}/${Layout.LIST}`);
  return each(count, () => list(path));
};

const openClose: Measure = ({ directory, count }) => {
  const files = someFiles(directory);
  return each(count, (i) => {
    libc.close(must(libc.open(files[i % files.length]!, O_RDONLY, 0), "open"));
  });
};

const openReadClose: Measure = ({ directory, count }) => {
  const files = someFiles(directory);
  const into = new Uint8Array(4096);
  return each(count, (i) => {
    const fd = must(libc.open(files[i % files.length]!, O_RDONLY, 0), "open");
    must(libc.pread(fd, into, into.length, 0), "read");
    libc.close(fd);
  });
};

/** Lists every directory and looks at every file of the walked tree, once. */
const walk: Measure = ({ directory }) => {
  const root = `${directory}/${Layout.WALK}`;
  const folders = range(Layout.WALK_DIRECTORIES, (i) => {
    const folder = `${root}/${walkedDirectory(i)}`;
    const files = range(Layout.WALK_FILES, (j) => cString(`${folder}/${walkedName(j)}`));
    return { path: cString(folder), files };
  });
  const top = cString(root);
  return each(1, () => {
    list(top);
    for (const { path, files } of folders) {
      list(path);
      for (const file of files) must(statPath(file), "stat");
    }
  });
};

/** Creates files of 4 KiB in a new directory, which `unlink` and `rename` of the same round then use. */
const makeFiles: Measure = (input) => {
  const files = newPaths(input);
  return each(files.length, (i) => create(files[i]!));
};

const unlink: Measure = (input) => {
  const files = madeFiles(input);
  return each(files.length, (i) => must(libc.unlink(files[i]!), "unlink"));
};

const rename: Measure = (input) => {
  const files = madeFiles(input);
  const to = files.map((_, i) => cString(`${folderOf(input)}/renamed-${i}.ts`));
  return each(files.length, (i) => must(libc.rename(files[i]!, to[i]!), "rename"));
};

export const METADATA_MEASURES = {
  emptyCall,
  stat,
  statDeep,
  statMissing,
  statMissingFirst,
  readlink,
  readdir,
  openClose,
  openReadClose,
  walk,
  makeFiles,
  unlink,
  rename,
} as const satisfies Record<string, Measure>;
