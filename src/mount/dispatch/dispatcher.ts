/**
 * What becomes of a request: it is counted, a view is found, who asks and the rules have their say, it is carried out, told
 * of, and answered. Where a view is being changed it is put aside until that is done.
 *
 * The same for every system. How requests come, what they look like there and how answers go back is the
 * {@linkcode Adapter}'s.
 *
 * @module
 */

import { IN_HEADER, Opcode, OPCODE_LIMIT, OUT_HEADER } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../host/errno.ts";
import type { Flush } from "../../tree/journal/group_sync.ts";
import type { RequestId } from "../../tree/journal/journal_record.ts";
import { CHANGES } from "../fuse/changes.ts";
import { answerCompleted } from "../fuse/completed.ts";
import type { Context, Handler, Router } from "../fuse/context.ts";
import { copiesAcross } from "../fuse/copies_across.ts";
import type { Dialect } from "../fuse/dialect.ts";
import { type Connection, hasGeneration } from "../fuse/init.ts";
import { ListAhead } from "../fuse/list_ahead.ts";
import { OPERATIONS } from "../fuse/operations.ts";
import { PendingNames } from "../fuse/pending_names.ts";
import { type PolicyGate, WAITS } from "../policy/policy_gate.ts";
import type { Ask } from "../virtual/question.ts";
import type { Reenactment } from "../fuse/reenactment.ts";
import { NO_REPLY, OUT, Reply } from "../fuse/reply.ts";
import { Request } from "../fuse/request.ts";
import { isWellFormed } from "../fuse/request_shape.ts";
import { VirtualFiles } from "../fuse/virtual_files.ts";
import { checkRequest } from "./check_request.ts";
import type { ChangeWitness } from "../recording/change_witness.ts";
import type { Recorder } from "../recording/recorder.ts";
import { RequestRecorder } from "../recording/request_recorder.ts";
import { SyncRequests } from "../sync_requests.ts";
import { type View, type ViewTable, VIRTUAL_VIEW } from "../views.ts";

/** What sessions of every system are given. */
export interface DispatchOptions {
  readonly views: ViewTable;
  readonly storePath: string;
  /** Requests answered, by opcode. */
  readonly counters: Uint32Array;
  readonly ask: Ask;
  /** Asked before a request is carried out. */
  readonly policy: PolicyGate;
  /** Null: nothing is recorded. */
  readonly recorder: Recorder | null;
  /** By number of a view: who sees what is changed in it, and by whom. */
  readonly witnesses?: ReadonlyMap<number, ChangeWitness>;
  /** Very much is being deleted in a view. What it has now can be recorded before more is. */
  readonly onRemoving: (view: View) => void;
  /** See {@linkcode Context.wantsOpens}. */
  readonly wantsOpens: boolean;
  /** Tells this mount from others at the same place, before and after it. */
  readonly generation: number;
  /** What INIT agreed on with a server that died, whose mount this one takes over. */
  readonly resumed?: Connection;
}

/** What a system has of its own. */
export interface Adapter {
  readonly dialect: Dialect;
  /** Null: everybody sees the main view at the mountpoint. */
  readonly routing: Router | null;
  /** Has the directory at a path (a binary string) of the mount listed, by another thread. */
  readonly list: (path: string) => void;
  readonly flush: Flush;
  /** Who makes a rollback's changes once more; null: nobody does. */
  readonly reenactment: Reenactment | null;
  /** Who did so for a server that died. */
  readonly pastReenactors: { isBy(thread: number): boolean } | null;
  /** Reads the request's id into `into`. True: a server that died may have carried it out. */
  readId(request: Request, into: RequestId): boolean;
  /** The view that the request is about, or a negative errno. */
  viewOf(context: Context, opcode: number): View | number;
  carryOut(context: Context, opcode: number, handler: Handler): number;
  /** What is answered to a request that a server carried out which died. `result` is what the tree tells of it. */
  completed?(context: Context, opcode: number, result: number): number;
  /** The request is answered later, or gets no answer. */
  putAside?(context: Context): void;
  /** Sends the answer that is in `reply`. `result`: its length behind the header, or a negative errno. */
  send(context: Context, result: number): void;
}

export class Dispatcher {
  readonly context: Context;
  readonly #request = new Request();
  readonly #reply: Reply;
  readonly #views: ViewTable;
  /** Id of the request being answered: every journal's records carry it. */
  readonly #current: RequestId;
  /** Null: nothing is recorded. */
  readonly #recorder: RequestRecorder | null;
  /** Requests about views that are frozen. */
  #parked: Uint8Array[] = [];

  constructor(readonly options: DispatchOptions, readonly adapter: Adapter) {
    const { views, resumed, generation } = options;
    const { main } = views;
    this.#views = views;
    this.#reply = new Reply(adapter.dialect);
    this.#recorder = options.recorder === null ? null : new RequestRecorder(options.recorder);
    this.#current = main.tree.journal.request;
    const send = (unique: Uint8Array, result: number) => {
      this.#reply.bytes.set(unique, OUT_HEADER.UNIQUE);
      this.#send(result);
    };
    const syncs = new SyncRequests(adapter.flush);
    this.context = {
      views,
      view: main,
      tree: main.tree,
      shared: null,
      routing: adapter.routing,
      request: this.#request,
      reply: this.#reply,
      virtual: new VirtualFiles(this.#request, this.#reply, views, options.ask, send),
      listAhead: new ListAhead(adapter.list),
      pendingNames: new PendingNames(),
      sync: (journals) => {
        const unique = this.#reply.bytes.slice(OUT_HEADER.UNIQUE, OUT_HEADER.UNIQUE + 8);
        syncs.sync(journals, (status) => send(unique, this.#reply.status(status)));
        return NO_REPLY;
      },
      storePath: options.storePath,
      wantsOpens: options.wantsOpens,
      connection: resumed ?? null,
      generation,
    };
    if (resumed !== undefined && hasGeneration(resumed)) this.#reply.generation = generation;
  }

  /** Answers what is in the request's buffer, or puts it aside. */
  answer(length: number): void {
    const request = this.#request;
    request.begin(length);
    // Not even an id to answer to: no kernel sends that.
    if (length < IN_HEADER.SIZE) return;
    const opcode = request.opcode;
    if (opcode < OPCODE_LIMIT) this.options.counters[opcode]!++;
    this.#reply.bytes.set(request.bytes.subarray(8, 16), OUT_HEADER.UNIQUE);
    if (!isWellFormed(request)) return this.#send(hasAnswer(opcode) ? -Errno.EINVAL : NO_REPLY);
    const resent = this.adapter.readId(request, this.#current);
    const result = this.#handle(opcode, resent);
    if (result === NO_REPLY) this.adapter.putAside?.(this.context);
    this.#send(result);
    const { removing } = this.#views;
    if (removing === null) return;
    this.#views.removing = null;
    this.options.onRemoving(removing);
  }

  /** Answers the request in the buffer with a result that the adapter has: it is no handler's. */
  answerWith(result: number): void {
    this.#reply.bytes.set(this.#request.bytes.subarray(8, 16), OUT_HEADER.UNIQUE);
    this.#send(result);
  }

  /** Answers what waited for a view that is thawed now. */
  serveParked(): void {
    const waiting = this.#parked;
    this.#parked = [];
    for (const bytes of waiting) {
      this.#request.bytes.set(bytes);
      this.answer(bytes.length);
    }
  }

  /** Answers what filters have said their word about. */
  serveFiltered(): void {
    const { filters } = this.options.policy;
    for (const waiting of filters.collect()) {
      this.#request.bytes.set(waiting.bytes);
      filters.resume(waiting, () => this.answer(waiting.bytes.length));
    }
  }

  #handle(opcode: number, resent: boolean): number {
    const { context, adapter } = this;
    try {
      const handler = OPERATIONS[opcode];
      if (handler === undefined) return -Errno.ENOSYS;
      // These find the views of their nodes themselves.
      if (!hasAnswer(opcode)) return handler(context);
      const view = adapter.viewOf(context, opcode);
      if (typeof view === "number") return view;
      context.view = view;
      context.tree = view.tree;
      if (this.#request.viewNumber === VIRTUAL_VIEW) {
        return adapter.carryOut(context, opcode, handler);
      }
      if (copiesAcross(context, opcode)) return -Errno.EXDEV;
      if (view.frozen) return this.#park();
      const { reenactment, pastReenactors } = adapter;
      const { witnesses, policy } = this.options;
      const recorder = this.#recorder;
      const isReenactor = reenactment !== null && reenactment.isBy(this.#request.pid);
      if (isReenactor) {
        policy.forget();
        const answer = reenactment.handle(context, opcode);
        if (answer !== null) return answer;
      } else if (pastReenactors?.isBy(this.#request.pid) && CHANGES.has(opcode)) {
        return -Errno.EIO;
      }
      if (!isReenactor) witnesses?.get(view.number)?.saw(context, opcode);
      policy.begin();
      if (recorder === null) return this.#carryOut(opcode, handler, resent, isReenactor);
      const isWanted = recorder.wants(opcode);
      if (isWanted) recorder.begin(context, opcode);
      const result = this.#carryOut(opcode, handler, resent, isReenactor);
      // What was put aside is told of when it is carried out.
      if (result === NO_REPLY || (!isWanted && policy.verdict === 0)) return result;
      if (!isWanted) recorder.begin(context, opcode);
      recorder.recorder.decided(policy.verdict, policy.rule);
      recorder.end(context, opcode, result);
      return result;
    } catch (error) {
      console.error(`Request ${opcode} failed: ${error instanceof Error ? error.stack : error}`);
      return hasAnswer(opcode) ? -Errno.EIO : NO_REPLY;
    }
  }

  /** `resent`: a server had the request that died. `isReenactor`: a rollback's change is made once more. */
  #carryOut(opcode: number, handler: Handler, resent: boolean, isReenactor: boolean): number {
    const { context, adapter } = this;
    if (!context.view.writable && CHANGES.has(opcode)) return -Errno.EROFS;
    if (resent && this.#isCompleted(context.view)) {
      const answer = answerCompleted(context, opcode);
      if (answer !== null) return adapter.completed?.(context, opcode, answer) ?? answer;
    }
    const refused = isReenactor ? 0 : checkRequest(this.options.policy, context, opcode);
    if (refused === WAITS) return NO_REPLY;
    return refused < 0 ? refused : adapter.carryOut(context, opcode, handler);
  }

  /** The request is answered when its view is thawed. */
  #park(): number {
    this.#parked.push(this.#request.bytes.slice(0, this.#request.length));
    return NO_REPLY;
  }

  #isCompleted({ completed }: View): boolean {
    const { low, high } = this.#current;
    return completed !== null && completed.low === low && completed.high === high;
  }

  #send(result: number): void {
    if (result === NO_REPLY) return;
    // Before the kernel learns of a node id, the next server must be able to.
    this.context.tree.nodes.flushLog();
    this.#views.flushLogs();
    this.#reply.u32(OUT_HEADER.LENGTH, OUT + Math.max(0, result));
    this.adapter.send(this.context, result);
  }
}

/** The kernel waits for an answer to all but these. */
export function hasAnswer(opcode: number): boolean {
  return opcode !== Opcode.FORGET && opcode !== Opcode.BATCH_FORGET && opcode !== Opcode.INTERRUPT;
}
