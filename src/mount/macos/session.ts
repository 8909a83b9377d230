/**
 * The request loop of a mount on macOS: requests come on a stream, in the dialect of macOS, from a server of NFS that
 * speaks for all programs.
 *
 * What follows from that: no request tells who asks, so there are no views by caller, and branches are seen below `.agentvfs`.
 * Names are not given back (FORGET is rare), so what was looked up stays known. The opening of files and directories is asked
 * for. There are no notifications.
 *
 * @module
 */

import {
  IN_HEADER,
  INIT_IN,
  INIT_OUT,
  KERNEL_VERSION,
  Opcode,
  OPCODE_LIMIT,
  OUT_HEADER,
} from "../../../ffi/fuse_kernel.ts";
import {
  DARWIN_ERRNO,
  DARWIN_INIT_OUT_BYTES,
  DARWIN_MINOR_VERSION,
  DarwinInitFlag,
} from "../../../ffi/macos/fuse_darwin.ts";
import { Errno } from "../../host/errno.ts";
import type { Flush } from "../../tree/journal/group_sync.ts";
import type { RequestId } from "../../tree/journal/journal_record.ts";
import { CHANGES, NAME_CHANGES } from "../fuse/changes.ts";
import { answerCompleted } from "../fuse/completed.ts";
import type { Context, Handler } from "../fuse/context.ts";
import type { Owner } from "../fuse/dialect.ts";
import { ListAhead } from "../fuse/list_ahead.ts";
import { OPERATIONS } from "../fuse/operations.ts";
import { PendingNames } from "../fuse/pending_names.ts";
import type { Ask } from "../fuse/questions.ts";
import { NO_REPLY, OUT, Reply, sized } from "../fuse/reply.ts";
import { BODY, MAX_WRITE, Request } from "../fuse/request.ts";
import { isWellFormed } from "../fuse/request_shape.ts";
import { SyncRequests } from "../sync_requests.ts";
import { VirtualFiles } from "../fuse/virtual_files.ts";
import { NODES_PER_VIEW, type View, type ViewTable, VIRTUAL_VIEW } from "../views.ts";
import { darwinDialect } from "./dialect.ts";
import { Listings } from "./listings.ts";
import { type MessageStream, Next } from "./message_stream.ts";
import { Opens } from "./opens.ts";
import { translateRequest, XATTR_NAMESPACE } from "./translate_request.ts";

export interface StreamSessionOptions {
  readonly stream: MessageStream;
  readonly views: ViewTable;
  /** Whose files all are shown to be. */
  readonly owner: Owner;
  readonly storePath: string;
  readonly ask: Ask;
  readonly flush: Flush;
  /** Requests answered, by opcode. */
  readonly counters: Uint32Array;
}

export class StreamSession {
  readonly context: Context;
  readonly #request = new Request();
  readonly #reply: Reply;
  readonly #current: RequestId;
  readonly #listings = new Listings();
  readonly #opens = new Opens();
  #parked: Uint8Array[] = [];

  constructor(readonly options: StreamSessionOptions) {
    const { views, owner } = options;
    this.#reply = new Reply(darwinDialect(owner));
    const send = (unique: Uint8Array, result: number) => {
      this.#reply.bytes.set(unique, OUT_HEADER.UNIQUE);
      this.#send(result);
    };
    const syncs = new SyncRequests(options.flush);
    const { main } = views;
    this.#current = main.tree.journal.request;
    this.context = {
      views,
      view: main,
      tree: main.tree,
      shared: null,
      routing: null,
      request: this.#request,
      reply: this.#reply,
      virtual: new VirtualFiles(this.#request, this.#reply, views, options.ask, send),
      listAhead: new ListAhead(() => {}),
      pendingNames: new PendingNames(),
      sync: (journals) => {
        const unique = this.#reply.bytes.slice(OUT_HEADER.UNIQUE, OUT_HEADER.UNIQUE + 8);
        syncs.sync(journals, (status) => send(unique, this.#reply.status(status)));
        return NO_REPLY;
      },
      storePath: options.storePath,
      wantsOpens: true,
      connection: null,
      generation: 0,
    };
  }

  /**
   * Answers every request that has come whole. Returns false once the other side is gone, or says what cannot be
   * understood.
   */
  serve(): boolean {
    const { stream } = this.options;
    for (;;) {
      const length = stream.peek(this.#request.bytes);
      if (length === Next.NOTHING) return true;
      if (length < 0) return false;
      this.#answer(length);
      // What waits for its answer is in memory that the next server does not have: it is taken all the same.
      stream.take(length);
    }
  }

  /** Answers what waited for a view that is thawed now. */
  serveParked(): void {
    const waiting = this.#parked;
    this.#parked = [];
    for (const bytes of waiting) {
      this.#request.bytes.set(bytes);
      this.#answer(bytes.length);
    }
  }

  #answer(length: number): void {
    const request = this.#request;
    request.begin(length);
    const { opcode } = request;
    if (opcode < OPCODE_LIMIT) this.options.counters[opcode]!++;
    this.#reply.bytes.set(request.bytes.subarray(8, 16), OUT_HEADER.UNIQUE);
    this.#current.low = request.u32(IN_HEADER.UNIQUE);
    this.#current.high = request.u32(IN_HEADER.UNIQUE + 4);
    this.#send(this.#handle(opcode));
  }

  #handle(opcode: number): number {
    try {
      if (opcode === Opcode.INIT) return this.#init();
      // It knows what it gives back by its own count, and may not give back anything.
      if (opcode === Opcode.FORGET || opcode === Opcode.BATCH_FORGET) return NO_REPLY;
      if (opcode === Opcode.INTERRUPT) return NO_REPLY;
      const view = this.#view();
      if (view === null) return -Errno.ESTALE;
      if (view.frozen) return this.#park();
      const translated = translateRequest(this.#request, this.options.owner);
      if (translated < 0) return translated;
      if (!isWellFormed(this.#request)) return -Errno.EINVAL;
      return this.#carryOut(view, this.#request.opcode);
    } catch (error) {
      console.error(`Request ${opcode} failed: ${error instanceof Error ? error.stack : error}`);
      return -Errno.EIO;
    }
  }

  #carryOut(view: View, opcode: number): number {
    const { context } = this;
    context.view = view;
    context.tree = view.tree;
    const handler = OPERATIONS[opcode];
    if (handler === undefined) return -Errno.ENOSYS;
    const isVirtual = this.#request.viewNumber === VIRTUAL_VIEW;
    if (opcode === Opcode.OPEN || opcode === Opcode.OPENDIR) return this.#open(view, isVirtual);
    if (opcode === Opcode.RELEASE || opcode === Opcode.RELEASEDIR) return this.#release();
    if (opcode === Opcode.FLUSH) return 0;
    const carryOut = () =>
      isVirtual ? context.virtual.handle(opcode) ?? handler(context) : handler(context);
    if (opcode === Opcode.READDIR) {
      return this.#listings.read(this.#request, this.#reply, carryOut);
    }
    if (opcode === Opcode.LOOKUP && !isVirtual) return this.#lookup(handler);
    if (!view.writable && CHANGES.has(opcode)) return -Errno.EROFS;
    if (opcode === Opcode.LISTXATTR && !isVirtual) return this.#listXattrs();
    if (!isVirtual && this.#isCompleted(view)) {
      const answer = answerCompleted(context, opcode);
      if (answer !== null) return answer;
    }
    const result = carryOut();
    if (opcode === Opcode.CREATE && result > 0) return this.#opened(result);
    if (result === 0 && NAME_CHANGES.has(opcode)) this.#opens.dropNameless(view);
    return result;
  }

  #view(): View | null {
    const { views } = this.options;
    const number = this.#request.viewNumber;
    return number === VIRTUAL_VIEW ? views.main : views.get(number) ?? null;
  }

  #park(): number {
    this.#parked.push(this.#request.bytes.slice(0, this.#request.length));
    return NO_REPLY;
  }

  #isCompleted({ completed }: View): boolean {
    const { low, high } = this.#current;
    return completed !== null && completed.low === low && completed.high === high;
  }

  /** struct fuse_init_out as it was in version 7.19: of the flags only what is relied on. */
  #init(): number {
    const request = this.#request;
    const reply = this.#reply;
    if (request.length < BODY + 16) return -Errno.EPROTO;
    const major = request.u32(BODY + INIT_IN.MAJOR);
    const minor = request.u32(BODY + INIT_IN.MINOR);
    if (major !== KERNEL_VERSION || minor < DARWIN_MINOR_VERSION) return -Errno.EPROTO;
    const wanted = DarwinInitFlag.ASYNC_READ | DarwinInitFlag.BIG_WRITES |
      DarwinInitFlag.RENAME_SWAP | DarwinInitFlag.RENAME_EXCL;
    reply.bytes.fill(0, OUT, OUT + DARWIN_INIT_OUT_BYTES);
    reply.u32(OUT + INIT_OUT.MAJOR, KERNEL_VERSION);
    reply.u32(OUT + INIT_OUT.MINOR, DARWIN_MINOR_VERSION);
    reply.u32(OUT + INIT_OUT.MAX_READAHEAD, request.u32(BODY + INIT_IN.MAX_READAHEAD));
    reply.u32(OUT + INIT_OUT.FLAGS, request.u32(BODY + INIT_IN.FLAGS) & wanted);
    reply.u32(OUT + INIT_OUT.MAX_WRITE, MAX_WRITE);
    return DARWIN_INIT_OUT_BYTES;
  }

  /** The client asks for `.` and `..` itself, and keeps no name that is not there. */
  #lookup(handler: Handler): number {
    const { context } = this;
    const { view, tree } = context;
    const name = this.#request.name(BODY);
    if (name === "." || name === "..") {
      const inode = tree.node(this.#request.nodeId);
      if (inode === undefined || inode.stale) return -Errno.ESTALE;
      return this.#reply.entry(view, name === "." ? inode : inode.parent ?? inode);
    }
    const length = handler(context);
    if (length <= 0) return length;
    const { entryOut } = this.#reply.dialect;
    const node = this.#reply.view.getBigUint64(OUT + entryOut.NODEID, true);
    return node === 0n ? -Errno.ENOENT : length;
  }

  /** struct fuse_open_out. What there was opened is only counted: handles carry no state. */
  #open(view: View, isVirtual: boolean): number {
    const { nodeId, opcode } = this.#request;
    const isDirectory = opcode === Opcode.OPENDIR;
    if (!isVirtual && view.tree.node(nodeId) === undefined) return -Errno.ESTALE;
    const handle = this.#opens.open(isVirtual ? null : view, nodeId);
    if (isDirectory) this.#listings.begin(handle);
    this.#layHandle(OUT, handle);
    return 16;
  }

  #opened(length: number): number {
    const { entryOut } = this.#reply.dialect;
    const node = Number(this.#reply.view.getBigUint64(OUT + entryOut.NODEID, true));
    const { view } = this.context;
    this.#layHandle(OUT + entryOut.SIZE, this.#opens.open(view, node % NODES_PER_VIEW));
    return length;
  }

  #layHandle(at: number, handle: number): void {
    this.#reply.u64(at, handle);
    this.#reply.u64(at + 8, 0);
  }

  #release(): number {
    const handle = this.#request.u64(BODY);
    this.#listings.end(handle);
    this.#opens.close(handle);
    return 0;
  }

  /** Their names without the namespace, which macOS does not have. */
  #listXattrs(): number {
    const { tree } = this.context;
    const inode = tree.node(this.#request.nodeId);
    if (inode === undefined || inode.stale) return -Errno.ESTALE;
    const names = [...tree.xattrs(inode).keys()]
      .filter((name) => name.startsWith(XATTR_NAMESPACE))
      .map((name) => name.slice(XATTR_NAMESPACE.length) + "\0").join("");
    return sized(
      this.#reply,
      Uint8Array.from(names, (c) => c.charCodeAt(0)),
      this.#request.u32(BODY),
    );
  }

  #send(result: number): void {
    if (result === NO_REPLY) return;
    this.context.tree.nodes.flushLog();
    this.options.views.flushLogs();
    const reply = this.#reply;
    const length = OUT + Math.max(0, result);
    reply.u32(OUT_HEADER.LENGTH, length);
    reply.u32(OUT_HEADER.ERROR, result < 0 ? -darwinErrno(-result) : 0);
    this.options.stream.send(reply.bytes.subarray(0, length), (error) => error === Errno.EAGAIN);
  }
}

const ERROR_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Errno).map(([name, number]) => [number, name]),
);

/** The number that an error of this host has on macOS. */
function darwinErrno(error: number): number {
  return DARWIN_ERRNO[ERROR_NAMES.get(error) ?? "EIO"] ?? DARWIN_ERRNO.EIO!;
}
