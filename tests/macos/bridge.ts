/**
 * A stand-in for fuse-t's server: it has Linux's FUSE requests, says them in macOS's dialect to a session, and says the
 * answers in Linux's. So real programs, through a real mount, are served by the code for macOS.
 *
 * It shows that the adapter serves programs. It says nothing of what fuse-t's own server and macOS's client of NFS do.
 *
 * @module
 */

import {
  ATTR,
  ATTR_OUT,
  ENTRY_OUT,
  Fattr,
  IN_HEADER,
  INIT_IN,
  INIT_OUT,
  InitFlag,
  KERNEL_MINOR_VERSION,
  KERNEL_VERSION,
  Opcode,
  OUT_HEADER,
} from "../../ffi/fuse_kernel.ts";
import { Errno } from "../../ffi/linux/errno.ts";
import { DARWIN_ATTR, DARWIN_ERRNO } from "../../ffi/macos/fuse_darwin.ts";
import type { StreamSession } from "../../src/mount/macos/session.ts";
import type { MemoryStream } from "./memory_stream.ts";

const BODY = IN_HEADER.SIZE;
const OUT = OUT_HEADER.SIZE;
const MAX_WRITE = 1024 * 1024;
const ENTRY_BYTES = { linux: 128, darwin: 144 } as const;
const PREFIX = "user.";

/** What answers have a struct fuse_entry_out first, what a struct fuse_attr_out. */
const ENTRIES: ReadonlySet<number> = new Set([
  Opcode.LOOKUP,
  Opcode.MKNOD,
  Opcode.MKDIR,
  Opcode.SYMLINK,
  Opcode.LINK,
  Opcode.CREATE,
]);
const ATTRIBUTES: ReadonlySet<number> = new Set([Opcode.GETATTR, Opcode.SETATTR]);
const UNANSWERED: ReadonlySet<number> = new Set([
  Opcode.FORGET,
  Opcode.BATCH_FORGET,
  Opcode.INTERRUPT,
]);
/** What macOS does not send. */
const ABSENT: ReadonlySet<number> = new Set([
  Opcode.ACCESS,
  Opcode.IOCTL,
  Opcode.BMAP,
  Opcode.FALLOCATE,
  Opcode.GETLK,
  Opcode.SETLK,
  Opcode.SETLKW,
  Opcode.READDIRPLUS,
  Opcode.LSEEK,
  Opcode.COPY_FILE_RANGE,
  Opcode.SYNCFS,
  Opcode.TMPFILE,
  Opcode.STATX,
  Opcode.POLL,
]);

const LINUX_ERRORS: ReadonlyMap<number, number> = new Map(
  Object.entries(DARWIN_ERRNO).map(([name, number]) => [
    number,
    (Errno as Readonly<Record<string, number>>)[name] ?? Errno.EIO,
  ]),
);

/** A request or an answer as bytes and as numbers. */
class Message {
  readonly view: DataView;
  constructor(readonly bytes: Uint8Array<ArrayBuffer>) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  u32(at: number): number {
    return this.view.getUint32(at, true);
  }
  set(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }
  /** A copy with `count` bytes put in at `at` (taken out, if it is negative), and the length in its header right. */
  resized(at: number, count: number): Message {
    const made = new Message(new Uint8Array(this.bytes.length + count));
    made.bytes.set(this.bytes.subarray(0, count < 0 ? at + count : at));
    made.bytes.set(this.bytes.subarray(at), at + count);
    made.set(0, made.bytes.length);
    return made;
  }
}

export interface TranslatorOptions {
  /** How long Linux' kernel believes names and attributes; as long as the session says, if this is left out. */
  readonly cacheSeconds?: number;
}

/** Says requests of Linux in macOS's dialect, and the answers to them in Linux'. */
export class Translator {
  constructor(readonly options: TranslatorOptions = {}) {}

  /** What macOS's conversation begins with, which the one with Linux does not. */
  greeting(): Uint8Array<ArrayBuffer> {
    const request = new Message(new Uint8Array(BODY + 16));
    request.set(0, BODY + 16);
    request.set(IN_HEADER.OPCODE, Opcode.INIT);
    request.set(BODY + INIT_IN.MAJOR, 7);
    request.set(BODY + INIT_IN.MINOR, 19);
    request.set(BODY + INIT_IN.FLAGS, 0xffffffff);
    return request.bytes;
  }

  greeted(answer: Uint8Array<ArrayBuffer> | null): void {
    if (answer === null || new Message(answer).u32(OUT_HEADER.ERROR) !== 0) {
      throw new Error("INIT was refused");
    }
  }

  /** A request in macOS's dialect, or the answer to what cannot be said there; null: it gets none. */
  say(
    bytes: Uint8Array<ArrayBuffer>,
  ): { request: Uint8Array<ArrayBuffer> } | { answer: Uint8Array<ArrayBuffer> } | null {
    const request = new Message(bytes);
    const opcode = request.u32(IN_HEADER.OPCODE);
    if (UNANSWERED.has(opcode)) return null;
    if (opcode === Opcode.INIT) return { answer: this.#init(request).bytes };
    if (ABSENT.has(opcode)) return { answer: refusal(request, Errno.ENOSYS).bytes };
    const said = inDarwin(request, opcode);
    return typeof said === "number"
      ? { answer: refusal(request, said).bytes }
      : { request: said.bytes };
  }

  /** The answer of a session, for the request as Linux made it. */
  hear(answer: Uint8Array<ArrayBuffer>, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const request = new Message(bytes);
    const opcode = request.u32(IN_HEADER.OPCODE);
    const heard = inLinux(new Message(answer), request, opcode);
    const { cacheSeconds } = this.options;
    const isRefusal = heard.u32(OUT_HEADER.ERROR) !== 0;
    if (cacheSeconds === undefined || isRefusal) return heard.bytes;
    const times = ENTRIES.has(opcode)
      ? [ENTRY_OUT.ENTRY_VALID, ENTRY_OUT.ATTR_VALID]
      : ATTRIBUTES.has(opcode)
      ? [ATTR_OUT.VALID]
      : [];
    for (const at of times) heard.view.setBigUint64(OUT + at, BigInt(cacheSeconds), true);
    return heard.bytes;
  }

  #init(request: Message): Message {
    const answer = emptyAnswer(request, INIT_OUT.SIZE);
    const flags = InitFlag.BIG_WRITES | AUTO_INVAL_DATA;
    answer.set(OUT + INIT_OUT.MAJOR, KERNEL_VERSION);
    answer.set(OUT + INIT_OUT.MINOR, KERNEL_MINOR_VERSION);
    answer.set(OUT + INIT_OUT.FLAGS, request.u32(BODY + INIT_IN.FLAGS) & flags);
    answer.set(OUT + INIT_OUT.MAX_WRITE, MAX_WRITE);
    answer.set(OUT + INIT_OUT.TIME_GRAN, 1);
    return answer;
  }
}

/** FUSE_AUTO_INVAL_DATA: pages are read again where a file's size or time is another one. */
const AUTO_INVAL_DATA = 1 << 12;

export class Bridge {
  readonly #translator = new Translator();

  constructor(readonly stream: MemoryStream, readonly session: StreamSession) {
    this.stream.send(this.#translator.greeting());
    this.session.serve();
    this.#translator.greeted(this.stream.receive());
  }

  /** The answer to a request of Linux; null: it gets none. */
  answer(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
    const said = this.#translator.say(bytes);
    if (said === null) return null;
    if ("answer" in said) return said.answer;
    this.stream.send(said.request);
    if (!this.session.serve()) throw new Error("The session ended");
    const answer = this.stream.receive();
    if (answer === null) throw new Error("There is no answer");
    return this.#translator.hear(answer, bytes);
  }
}

function emptyAnswer(request: Message, bytes: number): Message {
  const answer = new Message(new Uint8Array(OUT + bytes));
  answer.set(0, OUT + bytes);
  answer.bytes.set(
    request.bytes.subarray(IN_HEADER.UNIQUE, IN_HEADER.UNIQUE + 8),
    OUT_HEADER.UNIQUE,
  );
  return answer;
}

function refusal(request: Message, error: number): Message {
  const answer = emptyAnswer(request, 0);
  answer.view.setInt32(OUT_HEADER.ERROR, -error, true);
  return answer;
}

/** The same request as macOS says it; an error number if it cannot say that. */
function inDarwin(request: Message, opcode: number): Message | number {
  switch (opcode) {
    case Opcode.SETATTR:
      return inDarwinSetattr(request);
    case Opcode.RENAME:
      return request.resized(BODY + 8, 8);
    case Opcode.RENAME2:
      return inDarwinRename2(request);
    case Opcode.GETXATTR:
    case Opcode.SETXATTR:
      return inDarwinXattr(request, opcode);
    case Opcode.REMOVEXATTR:
      return withoutPrefix(request, BODY);
    case Opcode.LISTXATTR: {
      const said = request.resized(BODY + 8, 8);
      said.set(BODY, 65536);
      return said;
    }
    default:
      return request;
  }
}

/** "Now" is a time that the client has looked up. */
function inDarwinSetattr(request: Message): Message {
  const said = request.resized(request.bytes.length, 40);
  const valid = request.u32(BODY);
  const now = Date.now();
  const given: [number, number, number, number][] = [
    [Fattr.ATIME, Fattr.ATIME_NOW, 32, 56],
    [Fattr.MTIME, Fattr.MTIME_NOW, 40, 60],
  ];
  for (const [, isNow, seconds, nanoseconds] of given) {
    if ((valid & isNow) === 0) continue;
    said.view.setBigUint64(BODY + seconds, BigInt(Math.floor(now / 1000)), true);
    said.set(BODY + nanoseconds, (now % 1000) * 1_000_000);
  }
  said.set(BODY, valid & 0x7f);
  return said;
}

function inDarwinRename2(request: Message): Message | number {
  const flags = request.u32(BODY + 8);
  if (flags > 2) return Errno.EINVAL;
  const said = request.resized(0, 0);
  said.set(IN_HEADER.OPCODE, Opcode.RENAME);
  said.set(BODY + 8, flags === 1 ? 4 : flags);
  return said;
}

function inDarwinXattr(request: Message, opcode: number): Message | number {
  const said = withoutPrefix(request.resized(BODY + 8, 8), BODY + 16);
  if (typeof said === "number") return said;
  if (opcode === Opcode.SETXATTR) said.set(BODY + 4, request.u32(BODY + 4) << 1);
  return said;
}

function withoutPrefix(request: Message, at: number): Message | number {
  const name = new TextDecoder("latin1").decode(request.bytes.subarray(at));
  if (!name.startsWith(PREFIX)) return Errno.EOPNOTSUPP;
  return request.resized(at + PREFIX.length, -PREFIX.length);
}

function inLinux(answer: Message, request: Message, opcode: number): Message {
  const error = -answer.view.getInt32(OUT_HEADER.ERROR, true);
  if (error !== 0) {
    const number = LINUX_ERRORS.get(error);
    if (number === undefined) throw new Error(`Operation ${opcode} is answered with ${error}`);
    answer.view.setInt32(OUT_HEADER.ERROR, -number, true);
    return answer;
  }
  if (ENTRIES.has(opcode)) return withLinuxAttr(answer, OUT + 40, ENTRY_BYTES.darwin);
  if (ATTRIBUTES.has(opcode)) return withLinuxAttr(answer, OUT + 16, 120);
  if (opcode === Opcode.LISTXATTR) return withNamespaces(answer, request);
  return answer;
}

/** A struct fuse_attr at `at`, which is the end of what has `size` bytes behind the header. */
function withLinuxAttr(answer: Message, at: number, size: number): Message {
  const made = answer.resized(OUT + size, ATTR.SIZE_OF - DARWIN_ATTR.SIZE_OF);
  for (const field of Object.keys(ATTR) as (keyof typeof ATTR)[]) {
    if (field === "SIZE_OF") continue;
    const wide = ["INO", "SIZE", "BLOCKS", "ATIME", "MTIME", "CTIME"].includes(field);
    for (let byte = 0; byte < (wide ? 8 : 4); byte++) {
      made.bytes[at + ATTR[field] + byte] = answer.bytes[at + DARWIN_ATTR[field] + byte]!;
    }
  }
  return made;
}

function withNamespaces(answer: Message, request: Message): Message {
  const text = new TextDecoder("latin1").decode(answer.bytes.subarray(OUT));
  const names = text.split("\0").slice(0, -1).map((name) => `${PREFIX}${name}\0`).join("");
  const wanted = request.u32(BODY);
  if (wanted === 0) {
    const sized = emptyAnswer(request, 8);
    sized.set(OUT, names.length);
    return sized;
  }
  if (names.length > wanted) return refusal(request, Errno.ERANGE);
  const made = emptyAnswer(request, names.length);
  for (let i = 0; i < names.length; i++) made.bytes[OUT + i] = names.charCodeAt(i);
  return made;
}
