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
import type { Context } from "../fuse/context.ts";
import type { Owner } from "../fuse/dialect.ts";
import { OUT } from "../fuse/reply.ts";
import { BODY, MAX_WRITE, type Request } from "../fuse/request.ts";
import { type View, VIRTUAL_VIEW } from "../views.ts";
import { darwinDialect } from "./dialect.ts";
import { type MessageStream, Next } from "./message_stream.ts";
import { DarwinOperations } from "./operations.ts";
import { translateRequest } from "./translate_request.ts";

export interface StreamSessionOptions extends DispatchOptions {
  readonly stream: MessageStream;
  /** Whose files all are shown to be. */
  readonly owner: Owner;
  readonly flush: Flush;
}

export class StreamSession {
  readonly context: Context;
  readonly #dispatcher: Dispatcher;

  constructor(readonly options: StreamSessionOptions) {
    this.#dispatcher = new Dispatcher(options, streamAdapter(options));
    this.context = this.#dispatcher.context;
  }

  /**
   * Answers every request that has come whole. Returns false once the other side is gone, or says what cannot be
   * understood.
   */
  serve(): boolean {
    const { stream } = this.options;
    for (;;) {
      const length = stream.peek(this.context.request.bytes);
      if (length === Next.NOTHING) return true;
      if (length < 0) return false;
      this.#answer(length);
      // What waits for its answer is in memory that the next server does not have: it is taken all the same.
      stream.take(length);
    }
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
function streamAdapter({ stream, owner, flush }: StreamSessionOptions): Adapter {
  const operations = new DarwinOperations();
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
    send: ({ reply }, result) => {
      reply.u32(OUT_HEADER.ERROR, result < 0 ? -darwinErrno(-result) : 0);
      const answer = reply.bytes.subarray(0, OUT + Math.max(0, result));
      stream.send(answer, (error) => error === Errno.EAGAIN);
    },
  };
}

/** A request is taken from the stream when it is answered: so what comes first may have been there before. */
function readId(request: Request, into: RequestId): boolean {
  into.low = request.u32(IN_HEADER.UNIQUE);
  into.high = request.u32(IN_HEADER.UNIQUE + 4);
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
