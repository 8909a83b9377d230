/**
 * What each operation of FUSE is in the words of NT. A row returns how long the answer is that it has laid.
 *
 * @module
 */

import { Fattr, INIT_IN, INIT_OUT, InitFlag } from "../../../ffi/fuse_kernel.ts";
import { KERNEL_MINOR_VERSION, KERNEL_VERSION, Opcode } from "../../../ffi/fuse_kernel.ts";
import { layExtendedAttributes } from "../../../ffi/windows/extended_attributes.ts";
import { fileTime } from "../../../ffi/windows/file_time.ts";
import { Access, CreateOption, Disposition } from "../../../ffi/windows/nt_file.ts";
import { RenameFlag, ReparseTag } from "../../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../../ffi/windows/nt_status.ts";
import { reparseData, symlinkData } from "../../../ffi/windows/reparse_data.ts";
import { DIR_INFO, FILE_INFO, Kind } from "../../../ffi/windows/winfsp/protocol.ts";
import { RESPONSE, VOLUME_INFO } from "../../../ffi/windows/winfsp/protocol.ts";
import { O_EXCL, O_TRUNC } from "../../../ffi/linux/open.ts";
import { Errno } from "../../../src/host/errno.ts";
import { shownTarget } from "../../../ffi/windows/symlink_target.ts";
import { S_IFDIR, S_IFIFO, S_IFMT, S_IFREG, S_IFSOCK } from "../../../src/store/trees/entry.ts";
import { textOf } from "../driver_requests.ts";
import { BODY, type BridgeContext, Failure } from "./context.ts";
import { must } from "./files.ts";
import { typeOf } from "./linux_attributes.ts";

type Row = (context: BridgeContext) => number;

const MAX_WRITE = 1024 * 1024;
const O_ACCMODE = 3;
const O_APPEND = 0o2000;
const RENAME_NOREPLACE = 1;
const LONGEST_EA_NAME = 254;
/** A request of the driver has no room for more. */
const LARGEST_EA = 16_000;

const ACCESSES = [
  Access.READ_DATA | Access.READ_ATTRIBUTES | Access.READ_EA,
  Access.WRITE_DATA | Access.WRITE_ATTRIBUTES | Access.READ_ATTRIBUTES,
  Access.READ_DATA | Access.WRITE_DATA | Access.WRITE_ATTRIBUTES | Access.READ_ATTRIBUTES,
] as const;

/** Of Linux's own flags: the file is opened to be run. */
const FMODE_EXEC = 0x20;
const RUNS = Access.EXECUTE | Access.READ_ATTRIBUTES | Access.READ_EA;

function accessOf(flags: number): number {
  if ((flags & FMODE_EXEC) !== 0) return RUNS;
  return ACCESSES[flags & O_ACCMODE] ?? ACCESSES[0];
}

/** The mode of what is made, as WSL keeps it. */
function metadata(mode: number) {
  return layExtendedAttributes([{ name: "$LXMOD", value: u32(mode) }]);
}

function u32(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

export const ROWS: ReadonlyMap<number, Row> = new Map<number, Row>([
  [Opcode.INIT, ({ request, reply }) => {
    const flags = InitFlag.BIG_WRITES | InitFlag.ATOMIC_O_TRUNC | InitFlag.AUTO_INVAL_DATA |
      InitFlag.MAX_PAGES;
    reply.clear(INIT_OUT.SIZE);
    reply.u32(INIT_OUT.MAJOR, KERNEL_VERSION);
    reply.u32(INIT_OUT.MINOR, KERNEL_MINOR_VERSION);
    reply.u32(INIT_OUT.FLAGS, request.u32(BODY + INIT_IN.FLAGS) & flags);
    reply.u32(INIT_OUT.MAX_WRITE, MAX_WRITE);
    reply.u32(INIT_OUT.TIME_GRAN, 100);
    reply.u32(INIT_OUT.MAX_PAGES, MAX_WRITE / 4096);
    return INIT_OUT.SIZE;
  }],
  [Opcode.LOOKUP, (context) => {
    try {
      return context.lookedUp(context.node, context.nameAt(BODY));
    } catch (error) {
      if (!context.isMissing(error) || context.options.cacheSeconds === 0) throw error;
      return context.reply.entry(0, null);
    }
  }],
  [Opcode.GETATTR, (context) => {
    const { node, files, reply } = context;
    const [handle] = node.handles;
    if (handle !== undefined) return reply.attributes(files.query(handle));
    return context.withNode(
      node,
      Access.READ_ATTRIBUTES,
      (handle) => reply.attributes(files.query(handle)),
    );
  }],
  [Opcode.SETATTR, setattr],
  [
    Opcode.READLINK,
    (context) =>
      context.withNode(
        context.node,
        Access.READ_ATTRIBUTES,
        (handle) => context.reply.text(context.files.target(handle)),
      ),
  ],
  [Opcode.SYMLINK, (context) => {
    const { request, files, node } = context;
    const name = context.nameAt(BODY);
    const target = request.name(request.nameEnd);
    files.makeReparse(context.pathIn(node, name), symlinkData(shownTarget(target)), NO_BYTES);
    return context.lookedUp(node, name);
  }],
  [Opcode.MKNOD, (context) => {
    const { request, files, node } = context;
    const mode = request.u32(BODY);
    const name = context.nameAt(BODY + 16);
    const path = context.pathIn(node, name);
    const type = mode & S_IFMT;
    if (type === S_IFREG) {
      const open = { disposition: Disposition.CREATE, ea: metadata(mode) };
      files.with(path, open, () => {});
    } else if (type === S_IFIFO || type === S_IFSOCK) {
      const tag = type === S_IFIFO ? ReparseTag.LX_FIFO : ReparseTag.AF_UNIX;
      files.makeReparse(path, reparseData(tag, NO_BYTES), metadata(S_IFREG | mode & 0o7777));
    } else throw new Failure(Errno.EPERM);
    return context.lookedUp(node, name);
  }],
  [Opcode.MKDIR, (context) => {
    const { request, files, node } = context;
    const name = context.nameAt(BODY + 8);
    const open = {
      disposition: Disposition.CREATE,
      options: CreateOption.DIRECTORY_FILE,
      ea: metadata(S_IFDIR | request.u32(BODY)),
    };
    files.with(context.pathIn(node, name), open, () => {});
    return context.lookedUp(node, name);
  }],
  [Opcode.UNLINK, (context) => remove(context, false)],
  [Opcode.RMDIR, (context) => remove(context, true)],
  [Opcode.RENAME, (context) => rename(context, 0, BODY + 8)],
  [Opcode.RENAME2, (context) => rename(context, context.request.u32(BODY + 8), BODY + 16)],
  // To the driver a file is its name.
  [Opcode.LINK, () => -Errno.EPERM],
  [Opcode.OPEN, (context) => {
    const flags = context.request.u32(BODY);
    const disposition = (flags & O_TRUNC) === 0 ? Disposition.OPEN : Disposition.OVERWRITE;
    const open = { disposition, access: accessOf(flags), options: CreateOption.NON_DIRECTORY_FILE };
    return openReply(context, context.open(context.node, open), 0);
  }],
  [Opcode.CREATE, (context) => {
    const { request, node: parent, files, reply } = context;
    const flags = request.u32(BODY);
    const name = context.nameAt(BODY + 16);
    const disposition = (flags & O_EXCL) !== 0
      ? Disposition.CREATE
      : (flags & O_TRUNC) !== 0
      ? Disposition.OVERWRITE_IF
      : Disposition.OPEN_IF;
    const opened = files.open(context.pathIn(parent, name), {
      disposition,
      options: CreateOption.NON_DIRECTORY_FILE,
      access: accessOf(flags),
      ea: metadata(S_IFREG | request.u32(BODY + 4)),
    });
    const attributes = files.query(opened.handle);
    const stored = opened.handle.path.split("\\").at(-1)!;
    const node = context.nodes.found(parent, stored, attributes.ino);
    const length = reply.entry(node.id, attributes);
    return openReply(context, context.opened(node, opened.handle), length);
  }],
  [Opcode.READ, (context) => {
    const { request, options: { driver } } = context;
    const [offset, length] = [request.u64(BODY + 8), request.u32(BODY + 16)];
    const { answer, bytes } = driver.read(context.handleAt(BODY), offset, length);
    if (answer.status === NtStatus.END_OF_FILE) return 0;
    must(answer);
    return context.reply.data(bytes);
  }],
  [Opcode.WRITE, (context) => {
    const { request, reply, options: { driver } } = context;
    const size = request.u32(BODY + 16);
    const bytes = request.bytes.slice(BODY + 40, BODY + 40 + size);
    const isAppend = (request.u32(BODY + 32) & O_APPEND) !== 0;
    const offset = isAppend ? 2n ** 64n - 1n : BigInt(request.u64(BODY + 8));
    const { information } = must(driver.write(context.handleAt(BODY), offset, bytes));
    reply.clear(8);
    reply.u32(0, information);
    return 8;
  }],
  [Opcode.STATFS, ({ reply, options: { driver } }) => {
    const { view } = must(driver.ask(Kind.QUERY_VOLUME));
    const blocks = (at: number) => view.getBigUint64(RESPONSE.BODY + at, true) / 4096n;
    reply.clear(80);
    reply.u64(0, blocks(VOLUME_INFO.TOTAL));
    reply.u64(8, blocks(VOLUME_INFO.FREE));
    reply.u64(16, blocks(VOLUME_INFO.FREE));
    reply.u64(24, 2 ** 20);
    reply.u64(32, 2 ** 20);
    reply.u32(40, 4096);
    reply.u32(44, 255);
    reply.u32(48, 4096);
    return 80;
  }],
  [Opcode.RELEASE, release],
  [Opcode.RELEASEDIR, release],
  [Opcode.FLUSH, () => 0],
  [Opcode.FSYNC, fsync],
  [Opcode.FSYNCDIR, fsync],
  [Opcode.OPENDIR, (context) => {
    const open = { options: CreateOption.DIRECTORY_FILE, access: ACCESSES[0] };
    return openReply(context, context.open(context.node, open), 0);
  }],
  [Opcode.READDIR, readdir],
  [Opcode.SETXATTR, (context) => {
    const { request, node, files } = context;
    const size = request.u32(BODY);
    const name = ownName(request.name(BODY + 8));
    const value = request.bytes.slice(request.nameEnd, request.nameEnd + size);
    // An empty one is none there.
    if (size === 0) return -Errno.EOPNOTSUPP;
    if (name.length > LONGEST_EA_NAME) return -Errno.ERANGE;
    if (size > LARGEST_EA) return -Errno.E2BIG;
    return context.withNode(node, Access.READ_EA | Access.WRITE_EA, (handle) => {
      const isThere = files.eas(handle).some((ea) => isNamed(ea, name));
      const flags = request.u32(BODY + 4);
      if ((flags & 1) !== 0 && isThere) return -Errno.EEXIST;
      if ((flags & 2) !== 0 && !isThere) return -Errno.ENODATA;
      files.setEas(handle, [{ name, value }]);
      return 0;
    });
  }],
  [Opcode.REMOVEXATTR, (context) => {
    const { request, node, files } = context;
    const name = ownName(request.name(BODY));
    return context.withNode(node, Access.READ_EA | Access.WRITE_EA, (handle) => {
      if (!files.eas(handle).some((ea) => isNamed(ea, name))) return -Errno.ENODATA;
      files.setEas(handle, [{ name, value: NO_BYTES }]);
      return 0;
    });
  }],
  [Opcode.GETXATTR, (context) => {
    const { request, node, files } = context;
    const name = ownName(request.name(BODY + 8));
    return context.withNode(node, Access.READ_EA, (handle) => {
      const ea = files.eas(handle).find((ea) => isNamed(ea, name));
      return ea === undefined ? -Errno.ENODATA : sized(context, ea.value);
    });
  }],
  [Opcode.LISTXATTR, (context) =>
    context.withNode(context.node, Access.READ_EA, (handle) => {
      const names = context.files.eas(handle).map(({ name }) => name)
        .filter((name) => !name.startsWith("$LX")).map((name) => `user.${name}\0`).join("");
      return sized(context, Uint8Array.from(names, (c) => c.charCodeAt(0)));
    })],
  [Opcode.DESTROY, () => 0],
]);

const NO_BYTES = new Uint8Array();

function openReply({ reply }: BridgeContext, handle: number, at: number): number {
  reply.u64(at, handle);
  reply.u64(at + 8, 0);
  return at + 16;
}

function setattr(context: BridgeContext): number {
  const { request, node, files, reply } = context;
  const valid = request.u32(BODY);
  const eas =
    ([[Fattr.MODE, "$LXMOD", 68], [Fattr.UID, "$LXUID", 76], [Fattr.GID, "$LXGID", 80]] as const)
      .filter(([bit]) => (valid & bit) !== 0)
      .map(([, name, at]) => ({ name, value: u32(request.u32(BODY + at)) }));
  const time = (bit: number, isNow: number, sec: number, nsec: number) => {
    if ((valid & isNow) !== 0) return fileTime(Date.now() / 1000 | 0, (Date.now() % 1000) * 1e6);
    return (valid & bit) === 0 ? 0n : fileTime(request.i64(BODY + sec), request.u32(BODY + nsec));
  };
  const atime = time(Fattr.ATIME, Fattr.ATIME_NOW, 32, 56);
  const mtime = time(Fattr.MTIME, Fattr.MTIME_NOW, 40, 60);
  const resizes = (valid & Fattr.SIZE) !== 0;
  const access = (resizes ? Access.WRITE_DATA : 0) | (eas.length > 0 ? Access.WRITE_EA : 0) |
    Access.READ_ATTRIBUTES | Access.WRITE_ATTRIBUTES;
  return context.withNode(node, access, (handle) => {
    if (resizes) files.resize(handle, request.view.getBigUint64(BODY + 16, true));
    if (eas.length > 0) files.setEas(handle, eas);
    if (atime !== 0n || mtime !== 0n) files.setTimes(handle, atime, mtime);
    return reply.attributes(files.query(handle));
  });
}

function remove(context: BridgeContext, isDirectory: boolean): number {
  const { node, nodes, files } = context;
  const name = context.nameAt(BODY);
  files.remove(context.pathIn(node, name), isDirectory);
  const child = nodes.child(node, name);
  if (child !== undefined) nodes.lost(child);
  return 0;
}

function rename(context: BridgeContext, flags: number, at: number): number {
  const { request, node, nodes, files } = context;
  if ((flags & ~RENAME_NOREPLACE) !== 0) return -Errno.EINVAL;
  const target = context.nodeAt(request.nodeAt(BODY));
  const name = context.nameAt(at);
  const newName = context.nameAt(request.nameEnd);
  const replaces = (flags & RENAME_NOREPLACE) === 0 ? RenameFlag.REPLACE : 0;
  files.rename(
    context.pathIn(node, name),
    context.pathIn(target, newName),
    replaces | RenameFlag.POSIX | RenameFlag.IGNORE_READONLY,
  );
  nodes.renamed(node, name, target, newName);
  return 0;
}

function release(context: BridgeContext): number {
  const { request, nodes } = context;
  context.closed(nodes.get(request.nodeId), request.u64(BODY));
  return 0;
}

function fsync(context: BridgeContext): number {
  const { driver } = context.options;
  must(driver.about(context.handleAt(BODY), Kind.FLUSH_BUFFERS));
  return 0;
}

/** The root has no names for itself and what it is in there. */
const DOTS = [".", ".."];

function readdir(context: BridgeContext): number {
  const { request, reply, node, options: { driver, names } } = context;
  const limit = request.u32(BODY + 16);
  let next = BigInt(request.u64(BODY + 8));
  let end = 0;
  const isRoot = context.nodes.pathOf(node) === "\\";
  while (isRoot && next < 2n) {
    const name = DOTS[Number(next)]!;
    const at = reply.dirent(end, limit, { name, ino: node.index, next: next + 1n, type: S_IFDIR });
    if (at < 0) return end;
    [end, next] = [at, next + 1n];
  }
  const marker = next === 0n ? null : next;
  const { answer, bytes } = driver.list(context.handleAt(BODY), marker, { length: limit * 4 });
  must(answer);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 2 <= bytes.length;) {
    const size = view.getUint16(at, true);
    if (size === 0) break;
    const name = names.toLinux(textOf(bytes.subarray(at + DIR_INFO.NAME, at + size)));
    const laid = reply.dirent(end, limit, {
      name,
      ino: view.getBigUint64(at + DIR_INFO.FILE_INFO + FILE_INFO.INDEX, true),
      next: view.getBigUint64(at + DIR_INFO.NEXT_OFFSET, true),
      type: typeOf(view, at + DIR_INFO.FILE_INFO),
    });
    if (laid < 0) break;
    end = laid;
    at += (size + 7) & ~7;
  }
  return end;
}

/** Names of attributes that programs give are in one namespace there. */
function ownName(name: string): string {
  if (!name.startsWith("user.")) throw new Failure(Errno.EOPNOTSUPP);
  if (name === "user.") throw new Failure(Errno.EINVAL);
  return name.slice(5);
}

function isNamed(ea: { readonly name: string }, name: string): boolean {
  return ea.name.toUpperCase() === name.toUpperCase();
}

function sized({ request, reply }: BridgeContext, value: Uint8Array): number {
  const wanted = request.u32(BODY);
  if (wanted === 0) {
    reply.clear(8);
    reply.u32(0, value.length);
    return 8;
  }
  return value.length > wanted ? -Errno.ERANGE : reply.data(value);
}
