/**
 * A snapshot as a tar archive: ustar headers, and PAX ones for what those have no room for. That is times in nanoseconds,
 * long names, large numbers, extended attributes (`SCHILY.xattr`), and holes (`GNU.sparse`, 1.0).
 *
 * GNU tar, bsdtar and Python's tarfile read all of it. Names are written as the bytes they are.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import {
  type InodeRecord,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import type { ExportEntry } from "../export_entries.ts";
import { readPieces } from "../read_pieces.ts";
import { type DataRange, dataRanges, sparseMap } from "./data_map.ts";
import { paxRecords, paxTime } from "./pax_records.ts";
import {
  BLKTYPE,
  BLOCK_BYTES,
  CHRTYPE,
  DIRTYPE,
  FIFOTYPE,
  fitsLinkName,
  ID_MAX,
  LNKTYPE,
  LONG_MAX,
  padding,
  REGTYPE,
  splitName,
  SYMTYPE,
  tarHeader,
  XHDTYPE,
} from "./tar_header.ts";

const TYPES: Readonly<Record<number, string>> = {
  [S_IFREG]: REGTYPE,
  [S_IFLNK]: SYMTYPE,
  [S_IFCHR]: CHRTYPE,
  [S_IFBLK]: BLKTYPE,
  [S_IFDIR]: DIRTYPE,
  [S_IFIFO]: FIFOTYPE,
};

/** The archive, piece by piece. Each is to be used up before the next is asked for. */
export function* writeTar(
  store: Store,
  entries: Iterable<ExportEntry>,
): Generator<Uint8Array<ArrayBuffer>> {
  for (const entry of entries) yield* writeEntry(store, entry);
  yield new Uint8Array(2 * BLOCK_BYTES);
}

function* writeEntry(
  store: Store,
  { path, record, linkTo }: ExportEntry,
): Generator<Uint8Array<ArrayBuffer>> {
  const type = linkTo === null ? TYPES[record.mode & S_IFMT]! : LNKTYPE;
  const hasData = type === REGTYPE;
  const ranges = hasData ? dataRanges(store, record) : null;
  const map = ranges === null ? null : padded(sparseMap(ranges, record.size));
  const size = !hasData ? 0 : map === null ? record.size : map.length + totalOf(ranges!);
  const target = type === SYMTYPE ? targetOf(store, record) : linkTo ?? "";
  let pax = attributeRecords(store, record, linkTo !== null);
  if (size > LONG_MAX) pax.set("size", String(size));
  if (!fitsLinkName(target)) pax.set("linkpath", target);
  const full = type === DIRTYPE ? `${path}/` : path;
  let name = splitName(full);
  if (map !== null) {
    pax.set("GNU.sparse.major", "1");
    pax.set("GNU.sparse.minor", "0");
    pax.set("GNU.sparse.name", path);
    pax.set("GNU.sparse.realsize", String(record.size));
    // Who does not know of holes is to see that this is not the file itself.
    name = {
      name: `GNUSparseFile.0/${path.slice(path.lastIndexOf("/") + 1)}`.slice(0, 100),
      prefix: "",
    };
  } else if (name === null) pax.set("path", full);
  if (!isText(pax)) pax = new Map([["hdrcharset", "BINARY"], ...pax]);
  const isDevice = type === CHRTYPE || type === BLKTYPE;
  const header = {
    ...name ?? cut(full),
    linkName: target,
    type,
    mode: record.mode & 0o7777,
    uid: record.uid,
    gid: record.gid,
    size,
    mtime: record.mtimeSec,
    major: isDevice ? (record.rdev >>> 8) & 0xfff : 0,
    minor: isDevice ? (record.rdev & 0xff) | ((record.rdev >>> 12) & 0xfff00) : 0,
  };
  if (pax.size > 0) yield* extendedHeader(header, paxRecords(pax));
  yield tarHeader(header);
  if (!hasData) return;
  if (map !== null) yield map;
  for (const { offset, length } of ranges ?? [{ offset: 0, length: record.size }]) {
    yield* readPieces(store, record, offset, offset + length);
  }
  yield padding(size);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** True if the names in the records are UTF-8, as POSIX has it where nothing else is said. */
function isText(pax: ReadonlyMap<string, string>): boolean {
  const names = ["path", "linkpath", "GNU.sparse.name"].map((key) => pax.get(key) ?? "").join("/");
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(names)) return true;
  try {
    utf8.decode(Buffer.from(names, "latin1"));
    return true;
  } catch {
    return false;
  }
}

/** What the header of any entry may have no room for. */
function attributeRecords(
  store: Store,
  record: InodeRecord,
  isLink: boolean,
): Map<string, string> {
  const pax = new Map<string, string>();
  const { mtimeSec, mtimeNsec, uid, gid } = record;
  if (mtimeNsec !== 0 || mtimeSec < 0 || mtimeSec > LONG_MAX) {
    pax.set("mtime", paxTime(mtimeSec, mtimeNsec));
  }
  if (uid > ID_MAX) pax.set("uid", String(uid));
  if (gid > ID_MAX) pax.set("gid", String(gid));
  if (isLink) return pax;
  for (const [name, value] of store.readXattrs(record.xattrs)) {
    // As GNU tar does it: the key ends at the first equals sign.
    const key = name.replace(/[%=]/g, (c) => c === "%" ? "%25" : "%3D");
    pax.set(`SCHILY.xattr.${key}`, textOf(value));
  }
  return pax;
}

function* extendedHeader(
  header: Parameters<typeof tarHeader>[0],
  records: string,
): Generator<Uint8Array<ArrayBuffer>> {
  const data = padded(records);
  const { name, mtime } = header;
  const about = { name: `PaxHeaders/${name.slice(name.lastIndexOf("/", name.length - 2) + 1)}` };
  yield tarHeader({
    ...header,
    ...cut(about.name),
    linkName: "",
    type: XHDTYPE,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: records.length,
    mtime: Math.max(0, mtime),
    major: 0,
    minor: 0,
  });
  yield data;
}

/** As much of a name as there is room for. */
function cut(name: string): { name: string; prefix: string } {
  return { name: name.slice(0, 100), prefix: "" };
}

/** A binary string as bytes that fill blocks. */
function padded(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length + padding(text.length).length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function totalOf(ranges: readonly DataRange[]): number {
  return ranges.reduce((sum, { length }) => sum + length, 0);
}

function targetOf(store: Store, record: InodeRecord): string {
  const bytes = new Uint8Array(record.size);
  store.readContent(record, record.size, 0, bytes, 0, record.size);
  return textOf(bytes);
}

function textOf(bytes: Uint8Array<ArrayBuffer>): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
