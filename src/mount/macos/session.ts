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
import {
  type Adapter,
  Dispatcher,
  type DispatchOptions,
  hasAnswer,
} from "../dispatch/dispatcher.ts";
import type { MountSession } from "../dispatch/mount_session.ts";
import type { Context } from "../fuse/context.ts";
import type { Owner } from "../fuse/dialect.ts";
import { OUT } from "../fuse/reply.ts";
import { BODY, MAX_WRITE, type Request } from "../fuse/request.ts";
import { ShownChanges } from "../shown_changes.ts";
import { type View, VIRTUAL_VIEW } from "../views.ts";
import { darwinDialect } from "./dialect.ts";
import type { KeptChanges } from "./kept_changes.ts";
import type { KeptOpens } from "./kept_opens.ts";
import { type MessageStream, Next } from "./message_stream.ts";
import { DarwinOperations } from "./operations.ts";
import type { ReplyMark } from "./reply_mark.ts";
import { translateRequest } from "./translate_request.ts";
import type { WaitingRequests } from "./waiting_requests.ts";

export interface StreamSessionOptions extends DispatchOptions {
  readonly stream: MessageStream;
  /** What {@linkcode StreamSession.run} waits for. */
  readonly waits: StreamWaits;
  /** Runs the commands that are waiting. */
  readonly onCommand: () => void;
  /** Whose files all are shown to be. */
  readonly owner: Owner;
  readonly flush: Flush;
  /** Tells those who wait for flushes that have ended. */
  readonly onFlushed: () => void;
  /** Another server was before this one. */
  readonly isResumed: boolean;
  /** What the next server has to know of the answer under way. */
  readonly mark: ReplyMark;
  readonly waiting: WaitingRequests;
  readonly keptChanges: KeptChanges;
  readonly keptOpens: KeptOpens;
}

/** Waits until there is something to do. */
export interface StreamWaits {
  /** At most so many ms, or with -1 for ever; without looking at the stream where `isStreamWanted` is false. */
  wait(isStreamWanted: boolean, timeout: number): void;
  readonly isCommanded: boolean;
  readonly isFiltered: boolean;
  readonly isFlushed: boolean;
}

/** A message of which only a part is there is not looked at again before this time, ms. */
const PART_MS = 1;

export class StreamSession implements MountSession {
  readonly context: Context;
  readonly #dispatcher: Dispatcher;
  /** While true no request is read. So it begins where another server was before. */
  frozen: boolean;
  /** Set to stop serving although the file system lives on. */
  ended = false;
  /** The first request may have been another server's. */
  #isFirst = true;
  #served = 0;

  constructor(readonly options: StreamSessionOptions) {
    this.frozen = options.isResumed;
    this.#dispatcher = new Dispatcher(options, streamAdapter(options));
    this.context = this.#dispatcher.context;
  }

  /** Serves until the other side is gone or {@linkcode ended}. */
  run(): void {
    const { waits, onCommand, onFlushed, recorder, policy: { filters } } = this.options;
    let isPart = false;
    while (!this.ended) {
      const patience = Math.ceil(filters.patience());
      const timeout = isPart ? PART_MS : patience === Infinity ? -1 : patience;
      waits.wait(!this.frozen && !isPart, timeout);
      if (filters.isWaiting && !this.frozen) this.serveFiltered();
      if (waits.isFlushed) onFlushed();
      if (waits.isCommanded) {
        // A rollback moves what it likes.
        recorder?.forget();
        onCommand();
        if (this.ended) return;
      }
      const before = this.#served;
      if (!this.serve()) return;
      isPart = !this.frozen && this.#served === before && this.options.stream.hasPart;
    }
  }

  /** Nodes of a view are other than they were: they are shown with a new time of change, and its root, too. */
  changedBehind(view: View, nodeIds: readonly number[]): void {
    const { keptChanges, views } = this.options;
    const { main } = views;
    for (const changed of new Set([view, main])) {
      changed.tree.tick();
      changed.shownChanges ??= new ShownChanges();
      const ids = changed === view ? nodeIds : [];
      changed.shownChanges.moved([changed.tree.root.nodeId, ...ids], changed.tree.now);
    }
    keptChanges.keep(views);
  }

  /**
   * Answers every request that has come whole. Returns false once the other side is gone, or says what cannot be
   * understood.
   */
  serve(): boolean {
    const { stream } = this.options;
    if (this.frozen) return true;
    for (;;) {
      const length = stream.peek(this.context.request.bytes);
      if (length === Next.NOTHING) return true;
      if (length < 0) return false;
      if (!this.#isFirst || !this.#wasHandled()) this.#answer(length);
      this.#isFirst = false;
      this.#served++;
      stream.take(length);
    }
  }

  /**
   * Goes on where another server was: first with the answer that was under way, of which a part may be sent, or all of it, then
   * with what was put aside.
   */
  takeOver(): void {
    this.frozen = false;
    const { mark, waiting, keptChanges, views } = this.options;
    const { request } = this.context;
    keptChanges.restore(views);
    if (this.#peekFirst() && mark.wasBegun(...idOf(request))) this.#serveFirst();
    const left = waiting.takeOver();
    // Before it is answered: the answers of several may be noted before it would be taken.
    if (this.#peekFirst() && waiting.wasLeft(...idOf(request))) this.#serveFirst();
    const isBegun = (bytes: Uint8Array) => mark.wasBegun(...idIn(bytes));
    for (const bytes of [...left.filter(isBegun), ...left.filter((bytes) => !isBegun(bytes))]) {
      // Sent, and not noted as such in the folder.
      if (mark.sentBefore(...idIn(bytes)) === null) {
        waiting.answered(bytes, IN_HEADER.UNIQUE);
        continue;
      }
      request.bytes.set(bytes);
      // As the server before had them: translated.
      this.#dispatcher.answer(bytes.length);
    }
  }

  /** Copies the first request to the buffer. False if there is none yet, or this server had one. */
  #peekFirst(): boolean {
    return this.#isFirst && this.options.stream.peek(this.context.request.bytes) > 0;
  }

  #serveFirst(): void {
    const { stream } = this.options;
    const length = stream.peek(this.context.request.bytes);
    if (!this.#wasHandled()) this.#answer(length);
    this.#isFirst = false;
    stream.take(length);
  }

  /** Nothing is on its way that was not asked for: there are no caches below this one that write later by themselves. */
  drain(): number {
    this.serve();
    return 0;
  }

  /** A server before this one has answered the request in the buffer, or put it aside. */
  #wasHandled(): boolean {
    const { mark, waiting } = this.options;
    const id = idOf(this.context.request);
    return mark.sentBefore(...id) === null || waiting.wasLeft(...id);
  }

  /** Answers what waited for a view that is thawed now. */
  serveParked(): void {
    this.#dispatcher.serveParked();
  }

  /** Answers what filters have said their word about. */
  serveFiltered(): void {
    this.#dispatcher.serveFiltered();
  }

  #answer(length: number): void {
    const { request } = this.context;
    request.begin(length);
    const { opcode } = request;
    // Who knows what it gives back by its own count may not give back anything.
    if (!hasAnswer(opcode)) return;
    const result = opcode === Opcode.INIT
      ? init(this.context)
      : translateRequest(request, this.options.owner);
    if (opcode === Opcode.INIT || result < 0) this.#dispatcher.answerWith(result);
    else this.#dispatcher.answer(request.length);
  }
}

/** What is macOS's: nobody is known to ask, any request may have been carried out before, and answers go to a stream. */
function streamAdapter(options: StreamSessionOptions): Adapter {
  const { stream, owner, flush, mark, waiting, keptOpens } = options;
  const operations = new DarwinOperations(keptOpens);
  return {
    dialect: darwinDialect(owner),
    routing: null,
    list: () => {},
    flush,
    reenactment: null,
    pastReenactors: null,
    readId,
    viewOf,
    carryOut: (context, opcode, handler) => operations.carryOut(context, opcode, handler),
    completed: (context, opcode, result) =>
      opcode === Opcode.CREATE && result > 0 ? operations.created(context, result) : result,
    putAside: ({ request }) => {
      // It may have been answered by what its handler called.
      if (!mark.isSent(idOf(request))) waiting.add(request.bytes.subarray(0, request.length));
    },
    send: ({ reply }, said) => {
      const result = operations.answered(reply, said);
      reply.u32(OUT_HEADER.LENGTH, OUT + Math.max(0, result));
      reply.u32(OUT_HEADER.ERROR, result < 0 ? -darwinErrno(-result) : 0);
      const answer = reply.bytes.subarray(0, OUT + Math.max(0, result));
      const id = idIn(answer);
      const from = Math.min(mark.sentBefore(...id) ?? answer.length, answer.length);
      mark.begin(id, answer.length, from);
      stream.send(answer, from, (sent) => mark.sent(sent));
      if (waiting.has(answer, OUT_HEADER.UNIQUE)) waiting.answered(answer, OUT_HEADER.UNIQUE);
    },
  };
}

type Id = [low: number, high: number];

function idOf({ view }: Request): Id {
  return [
    view.getUint32(IN_HEADER.UNIQUE, true),
    view.getUint32(IN_HEADER.UNIQUE + 4, true),
  ];
}

/** Of a request or an answer: it is at the same place. */
function idIn(message: Uint8Array): Id {
  const view = new DataView(message.buffer, message.byteOffset);
  return [
    view.getUint32(OUT_HEADER.UNIQUE, true),
    view.getUint32(OUT_HEADER.UNIQUE + 4, true),
  ];
}

/** A request is taken from the stream when it is answered: so what comes first may have been there before. */
function readId(request: Request, into: RequestId): boolean {
  [into.low, into.high] = idOf(request);
  return true;
}

/** What is not about a place in a tree. */
const ABOUT_THE_MOUNT: ReadonlySet<number> = new Set([
  Opcode.DESTROY,
  Opcode.STATFS,
  Opcode.RELEASE,
  Opcode.RELEASEDIR,
]);

function viewOf({ views, request }: Context, opcode: number): View | number {
  const number = request.viewNumber;
  const view = number === VIRTUAL_VIEW ? views.main : views.get(number);
  return view ?? (ABOUT_THE_MOUNT.has(opcode) ? views.main : -Errno.ESTALE);
}

/** struct fuse_init_out as it was in version 7.19: of the flags only what is relied on. */
function init({ request, reply }: Context): number {
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

const ERROR_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Errno).map(([name, number]) => [number, name]),
);

/** The number that an error of this host has on macOS. */
function darwinErrno(error: number): number {
  return DARWIN_ERRNO[ERROR_NAMES.get(error) ?? "EIO"] ?? DARWIN_ERRNO.EIO!;
}
