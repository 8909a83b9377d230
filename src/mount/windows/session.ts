/**
 * The request loop of a volume on Windows: one call gives the driver a response and brings the next request.
 *
 * The driver keeps share modes, oplocks, locks and what is about to be deleted, and tells who watches what programs do. We
 * look up, carry out and answer. A hint is an address in the driver and is used again: none is ever answered twice. A server
 * that dies takes the volume with it, and all that is open; what was answered is in the journal.
 *
 * @module
 */

import { ReparseTag } from "../../../ffi/windows/nt_file.ts";
import { isSuccess, NtStatus } from "../../../ffi/windows/nt_status.ts";
import { NT_PREFIX, symlinkData } from "../../../ffi/windows/reparse_data.ts";
import {
  ANSWERED_CODE,
  CONTROL,
  CREATE,
  Kind,
  KIND_LIMIT,
  KNOCK_CODE,
  REQUEST,
  RESPONSE,
} from "../../../ffi/windows/winfsp/protocol.ts";
import type { Flush } from "../../tree/journal/group_sync.ts";
import { Status } from "../../tree/status.ts";
import type { Answer, Ask, Question } from "../virtual/question.ts";
import { SyncRequests } from "../sync_requests.ts";
import type { View, ViewTable } from "../views.ts";
import type { PolicyGate } from "../policy/policy_gate.ts";
import type { ChangeWitness } from "../recording/change_witness.ts";
import type { Recorder } from "../recording/recorder.ts";
import { Acts } from "./acts/acts.ts";
import { type Context, type VolumeOwner, WAITS } from "./context.ts";
import { FoldedNames } from "./names/folded_names.ts";
import { HANDLERS, type Row } from "./handlers.ts";
import { ntStatusOf } from "./nt_status_of.ts";
import { type OpenFile, Opens } from "./opens.ts";
import { Request } from "./request.ts";
import { Response } from "./response.ts";
import { volumeDescriptor } from "./operations/security.ts";
import type { DriverMemory, Transport } from "./transport.ts";
import { answerKey, VirtualTree } from "./virtual_tree.ts";
import { Walker } from "./names/walk.ts";

export interface WindowsSessionOptions {
  readonly transport: Transport;
  readonly memory: DriverMemory;
  readonly views: ViewTable;
  readonly owner: VolumeOwner;
  /** Whether who has this token (a handle in this process) may use the volume; asked at each opening by a program. */
  readonly allows: (token: number) => boolean;
  readonly space: () => { readonly total: number; readonly free: number };
  readonly label: string;
  /** Names that differ only in case are different, as the volume was made. */
  readonly caseSensitive: boolean;
  readonly ask: Ask;
  readonly flush: Flush;
  /** Asked before anything is done. */
  readonly policy: PolicyGate;
  /** Null: nothing is recorded. */
  readonly recorder: Recorder | null;
  /** By number of a view: who sees what is changed in it, and by whom. */
  readonly witnesses?: ReadonlyMap<number, ChangeWitness>;
  /** Requests answered, by kind. */
  readonly counters: Uint32Array;
  /**
   * The loop goes to wait in the driver, and somebody waits for filters, so many ms at most: a request has to come by then, or
   * when they answer.
   */
  readonly onFiltersWait: (patience: number) => void;
  /** Somebody has knocked: commands are waiting. */
  readonly onKnock: () => void;
  /** None has come for a while. */
  readonly onIdle: () => void;
  /** Very much is being deleted in a view. */
  readonly onRemoving: (view: View) => void;
}

/** A request that is carried out again. */
interface Parked {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly answers: Map<string, Answer>;
}

const NOTHING = new Uint8Array(0);
const NO_ANSWERS: ReadonlyMap<string, Answer> = new Map();

/** These have to be done whatever has become of the file. */
const ENDS: ReadonlySet<number> = new Set([Kind.CLEANUP, Kind.CLOSE]);

export class WindowsSession {
  readonly context: Context;
  /** {@linkcode run} ends before it takes another request. */
  ended = false;
  readonly #request = new Request();
  readonly #response = new Response();
  readonly #syncs: SyncRequests;
  readonly #acts: Acts;
  /** `.agentvfs`. */
  readonly virtual: VirtualTree;
  /** Hints of requests that are not answered. */
  readonly #inFlight = new Set<bigint>();
  /** By the ticket of the question that they wait for. */
  readonly #asking = new Map<number, { parked: Parked; question: Question }>();
  #nextTicket = 1;
  /** What is answered already of requests that wait for filters, by their hints. */
  readonly #filtered = new Map<bigint, Map<string, Answer>>();
  #frozen: Parked[] = [];
  /** Answers for the request at hand. */
  #answers: Map<string, Answer> = new Map();

  constructor(readonly options: WindowsSessionOptions) {
    const { views, owner, caseSensitive } = options;
    this.#syncs = new SyncRequests(options.flush);
    this.#acts = new Acts(
      this.#request,
      options.policy,
      options.recorder,
      options.witnesses ?? new Map(),
      () => this.#filtered.set(this.#request.hint, this.#answers),
    );
    const names = new FoldedNames(caseSensitive);
    const virtual = this.virtual = new VirtualTree(views);
    this.context = {
      request: this.#request,
      response: this.#response,
      memory: options.memory,
      views,
      names,
      opens: new Opens(views),
      walker: new Walker(views, names, virtual),
      virtual,
      acts: this.#acts,
      owner,
      allows: options.allows,
      space: options.space,
      label: options.label,
      file: undefined as unknown as OpenFile,
      descriptor: volumeDescriptor(owner.sid),
      wait: (walked) => {
        if ("status" in walked) return walked.status;
        if ("reparse" in walked) return this.#reparse(walked.reparse);
        const parked = { bytes: this.#copy(), answers: this.#answers };
        if ("frozen" in walked) this.#frozen.push(parked);
        else this.#askFor(parked, walked.question);
        return WAITS;
      },
      sync: (all, answer) => this.#sync(all, answer),
    };
  }

  /** Answers requests until the volume is stopped, or {@linkcode ended}. */
  run(): void {
    const { transport, onIdle, policy: { filters } } = this.options;
    let response: Uint8Array<ArrayBuffer> = NOTHING;
    while (!this.ended) {
      const length = transport.transact(response, this.#request.bytes);
      if (length < 0) return;
      response = length === 0 ? NOTHING : this.answer(length);
      if (filters.isWaiting) {
        // What waited is answered in the same buffers.
        if (response.length > 0) transport.respond(response);
        response = NOTHING;
        this.serveFiltered();
        if (filters.isWaiting) this.options.onFiltersWait(filters.patience());
      }
      if (length === 0) onIdle();
    }
    if (response.length > 0) transport.respond(response);
  }

  /**
   * Answers the request that was laid into {@linkcode buffer}. The response is there until the next one; an empty one: it is
   * answered later.
   */
  answer(length: number): Uint8Array<ArrayBuffer> {
    const request = this.#request;
    // Not even a hint to answer to: no driver sends that.
    if (length < REQUEST.SIZE_OF) return NOTHING;
    const isWhole = request.begin(length);
    const { hint, kind } = request;
    if (this.#inFlight.has(hint)) {
      console.error(`Request ${kind} has the hint of one that is not answered`);
      return NOTHING;
    }
    this.#inFlight.add(hint);
    if (kind < KIND_LIMIT) this.options.counters[kind]!++;
    return this.#carryOut(isWhole, new Map());
  }

  /** Where the next request is laid. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#request.bytes;
  }

  /** Requests that wait for an answer. */
  get unanswered(): number {
    return this.#inFlight.size;
  }

  /** The daemon has answered a question. */
  answered(ticket: number, answer: Answer): void {
    const asking = this.#asking.get(ticket);
    if (asking === undefined) return;
    this.#asking.delete(ticket);
    asking.parked.answers.set(answerKey(asking.question), answer);
    this.#again(asking.parked);
  }

  /** Answers what waited for a view that is thawed now. */
  serveParked(): void {
    const waiting = this.#frozen;
    this.#frozen = [];
    for (const parked of waiting) this.#again(parked);
  }

  /** A command comes: rules may be others afterwards, and a rollback moves what it likes. */
  rulesChanged(): void {
    this.#acts.forget();
  }

  /** Answers what filters have said their word about, or whose time is over. */
  serveFiltered(): void {
    const { filters } = this.options.policy;
    if (!filters.isWaiting) return;
    for (const waiting of filters.collect()) {
      const { bytes } = waiting;
      const hint = new DataView(bytes.buffer).getBigUint64(REQUEST.HINT, true);
      const answers = this.#filtered.get(hint) ?? new Map();
      this.#filtered.delete(hint);
      filters.resume(waiting, () => this.#again({ bytes, answers }));
    }
  }

  /** Forgets directories that somebody went through or had open, of a view that knows too many: those that are not open now. */
  forgetUnused({ number, tree: { nodes, root } }: View): void {
    for (const id of nodes.oldest()) {
      const inode = nodes.get(id);
      if (inode === undefined || inode === root) continue;
      const unused = inode.lookups - this.context.opens.countOf(inode);
      if (unused > 0) this.options.views.forget(number, id, unused);
    }
  }

  #again({ bytes, answers }: Parked): void {
    this.#request.bytes.set(bytes);
    this.#request.begin(bytes.length);
    const response = this.#carryOut(true, answers);
    if (response.length > 0) this.options.transport.respond(response);
  }

  #carryOut(isWhole: boolean, answers: Map<string, Answer>): Uint8Array<ArrayBuffer> {
    const { kind, hint } = this.#request;
    this.#response.begin(kind, hint);
    this.#answers = answers;
    this.virtual.answers = answers;
    const status = isWhole ? this.#handle(kind) : NtStatus.INVALID_PARAMETER;
    if (kind === Kind.OVERWRITE && status !== WAITS && !isSuccess(status)) this.#closeUnchanged();
    this.virtual.answers = NO_ANSWERS;
    this.#acts.end(status);
    const response = status === WAITS ? NOTHING : this.#finish(hint, status);
    this.#leave(this.virtual.visited);
    const { views, onRemoving } = this.options;
    const { removing } = views;
    if (removing !== null) {
      views.removing = null;
      onRemoving(removing);
    }
    return response;
  }

  /** What could not be overwritten was never open to a program: the driver forgets it, and closes nothing. */
  #closeUnchanged(): void {
    const { opens } = this.context;
    const file = opens.get(this.#request.u64(REQUEST.HANDLE));
    if (file !== undefined) opens.close(file);
  }

  /** A checkpoint that was looked into, and of which nothing was opened, may be closed again. */
  #leave(visited: View | null): void {
    this.virtual.visited = null;
    if (visited === null || visited.writable || !visited.tree.nodes.isIdle) return;
    this.options.views.onIdle(visited.number);
  }

  #finish(hint: bigint, status: number): Uint8Array<ArrayBuffer> {
    this.#inFlight.delete(hint);
    this.options.views.flushLogs();
    for (const { tree } of this.options.views) tree.nodes.flushLog();
    return this.#response.finish(status);
  }

  #handle(kind: number): number {
    try {
      if (kind === Kind.DEVICE_CONTROL) return this.#control();
      const row = HANDLERS.get(kind);
      if (row === undefined) return NtStatus.INVALID_DEVICE_REQUEST;
      if (kind === Kind.CREATE) this.virtual.caller = this.#request.u32(CREATE.TOKEN + 4);
      return row.isFree || this.#isAboutVolume(kind)
        ? row.handle(this.context)
        : this.#handleOpen(kind, row);
    } catch (error) {
      console.error(`Request ${kind} failed: ${error instanceof Error ? error.stack : error}`);
      return NtStatus.IO_DEVICE_ERROR;
    }
  }

  #isAboutVolume(kind: number): boolean {
    const request = this.#request;
    return kind === Kind.FLUSH_BUFFERS && request.bigint(REQUEST.CONTEXT) === 0n &&
      request.bigint(REQUEST.HANDLE) === 0n;
  }

  #handleOpen(kind: number, row: Row): number {
    const { context } = this;
    const file = context.opens.get(this.#request.u64(REQUEST.HANDLE));
    if (file === undefined) return NtStatus.FILE_CLOSED;
    context.file = file;
    const { view, inode } = file;
    const isGone = inode.stale || context.views.get(view.number) !== view;
    if (isGone) return ENDS.has(kind) ? this.#end(kind) : NtStatus.FILE_INVALID;
    if (view.frozen && kind !== Kind.CLOSE) return context.wait({ frozen: view });
    return row.handle(context);
  }

  /** What is not there any more is closed all the same. */
  #end(kind: number): number {
    if (kind === Kind.CLOSE) this.context.opens.close(this.context.file);
    return NtStatus.SUCCESS;
  }

  #control(): number {
    const code = this.#request.u32(CONTROL.CODE);
    // The loop looks after each request at what filters have said.
    if (code === ANSWERED_CODE) return NtStatus.SUCCESS;
    if (code !== KNOCK_CODE) return NtStatus.INVALID_DEVICE_REQUEST;
    const { hint } = this.#request;
    this.rulesChanged();
    this.options.onKnock();
    // A command may have answered other requests meanwhile, which were looked at and answered in the same buffers.
    this.#response.begin(Kind.DEVICE_CONTROL, hint);
    return NtStatus.SUCCESS;
  }

  /**
   * A path from the root of the volume, or one of the kernel's own. As the data of a symlink: the driver then puts the volume's
   * device before what is relative. A mere path it would give to the kernel as it is.
   */
  #reparse(path: string): number {
    const isRelative = !path.startsWith(NT_PREFIX);
    this.#response.information = ReparseTag.SYMLINK;
    return this.#response.buffer(RESPONSE.BODY, symlinkData({ target: path, isRelative }))
      ? NtStatus.REPARSE
      : NtStatus.REPARSE_POINT_NOT_RESOLVED;
  }

  #copy(): Uint8Array<ArrayBuffer> {
    return this.#request.bytes.slice(0, this.#request.length);
  }

  #askFor(parked: Parked, question: Question): void {
    const ticket = this.#nextTicket++;
    // What was answered before may not be so any more.
    parked.answers.delete(answerKey(question));
    this.#asking.set(ticket, { parked, question });
    this.options.ask(ticket, question);
  }

  #sync(all: boolean, answer: () => void): number {
    const { context } = this;
    const { kind, hint } = this.#request;
    const file = context.file;
    const views = all ? [...context.views].filter(({ writable }) => writable) : [file.view];
    let known: Status | null = null;
    let isLater = false;
    this.#syncs.sync(views.map(({ tree }) => tree.journal), (status) => {
      if (!isLater) known = status;
      else {
        this.#response.begin(kind, hint);
        context.file = file;
        if (status === Status.Ok) answer();
        this.options.transport.respond(this.#finish(hint, ntStatusOf(status)));
      }
    });
    if (known === null) {
      isLater = true;
      return WAITS;
    }
    if (known === Status.Ok) answer();
    return ntStatusOf(known);
  }
}
