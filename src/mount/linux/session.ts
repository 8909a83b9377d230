/**
 * The request loop of a mount.
 *
 * One thread blocks until the kernel has a request or the daemon a command, answers it and blocks again.
 * Two rules keep it from deadlocking with the kernel: it never touches a path inside the mount, and it
 * never sends a notification (the kernel may hold, for the very request being answered, the lock that the
 * notification waits for). Notifications are sent by another thread.
 *
 * @module
 */

import { IN_HEADER, Opcode, OPCODE_LIMIT, OUT_HEADER } from "../../../ffi/fuse_kernel.ts";
import { allowedCpus } from "../../../ffi/linux/affinity.ts";
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  PollSet,
  setNonblocking,
} from "../../../ffi/linux/descriptor.ts";
import { Errno } from "../../../ffi/linux/errno.ts";
import { read, write } from "../../../ffi/linux/file.ts";
import type { RequestId } from "../../tree/journal/journal_record.ts";
import type { Context } from "../fuse/context.ts";
import { callerSystem, FollowCaller } from "./follow_caller.ts";
import { type Connection, hasGeneration, MAX_BACKGROUND } from "../fuse/init.ts";
import { CHANGES } from "../fuse/changes.ts";
import { OPERATIONS } from "../fuse/operations.ts";
import type { Flushes } from "./flushes.ts";
import { HOLD_MS, type KeepAwake } from "./keep_awake.ts";
import { Linger } from "./linger.ts";
import { ListAhead } from "../fuse/list_ahead.ts";
import type { Ask } from "../fuse/questions.ts";
import { PendingNames } from "../fuse/pending_names.ts";
import type { ChangeWitness } from "../recording/change_witness.ts";
import type { Recorder } from "../recording/recorder.ts";
import type { Reenactment } from "../fuse/reenactment.ts";
import { NO_REPLY, OUT, Reply } from "../fuse/reply.ts";
import { LINUX_DIALECT } from "./dialect.ts";
import { SyncRequests } from "../sync_requests.ts";
import { Request } from "../fuse/request.ts";
import { isWellFormed } from "../fuse/request_shape.ts";
import { answerCompleted } from "../fuse/completed.ts";
import { readRequestId } from "./resend.ts";
import type { PastReenactors } from "./past_reenactors.ts";
import { MAIN_VIEW, NODES_PER_VIEW, type View, type ViewTable, VIRTUAL_VIEW } from "../views.ts";
import { forgetNode } from "../fuse/name_handlers.ts";
import { ABOUT_THE_MOUNT, type Routing } from "./routing.ts";
import { VirtualFiles } from "../fuse/virtual_files.ts";
import { type PolicyGate, WAITS } from "../fuse/policy/policy_gate.ts";
import { isWriteBack } from "../fuse/data_handlers.ts";

export interface SessionOptions {
  /** Descriptor of /dev/fuse. */
  readonly fd: number;
  /** Eventfd that is readable when the daemon has a command. */
  readonly commandFd: number;
  readonly views: ViewTable;
  /** Null: everybody sees the main view at the mountpoint. */
  readonly routing: Routing | null;
  readonly storePath: string;
  /** Tells this mount from others at the same place, before and after it. */
  readonly generation: number;
  /** Requests answered, by opcode. */
  readonly counters: Uint32Array;
  readonly ask: Ask;
  readonly reenactment: Reenactment;
  /** Asked before a request is carried out. */
  readonly policy: PolicyGate;
  /** See {@linkcode Context.wantsOpens}. */
  readonly wantsOpens: boolean;
  readonly pastReenactors: PastReenactors;
  /** Null: nothing is recorded. */
  readonly recorder: Recorder | null;
  /** Has the directory at a path (a binary string) of the mount listed, by another thread. */
  readonly list: (path: string) => void;
  /** Readable when a filter has answered. */
  readonly filtersFd: number;
  /** Runs the commands that are waiting. */
  readonly onCommand: () => void;
  readonly flushes: Flushes;
  /** Null: idle CPUs may always halt. */
  readonly keepAwake: KeepAwake | null;
  /** By number of a view: who sees what is changed in it, and by whom. */
  readonly witnesses?: ReadonlyMap<number, ChangeWitness>;
  /** Very much is being deleted in a view. What it has now can be recorded before more is. */
  readonly onRemoving: (view: View) => void;
  /** Called once when nothing has come for a while after many requests. */
  readonly onIdle: () => void;
  /** What INIT agreed on with a server that died, whose mount this one takes over. */
  readonly resumed?: Connection;
}

/** Requests answered before the daemon's commands are looked for again, and what has become durable. */
const REQUESTS_PER_POLL = 64;
const REQUESTS_PER_POLL_WHILE_FLUSHING = 8;
const SEVERAL_CPUS = navigator.hardwareConcurrency > 1;
/** How long nothing must come until the session counts as idle, ms, and after how many requests. */
const IDLE_MS = 2_000;
const IDLE_AFTER_REQUESTS = 2_000;
/** Requests without write-back after which none is taken to be left. */
const DRAIN_REQUESTS = 4 * MAX_BACKGROUND;

export class Session {
  readonly context: Context;
  readonly #request = new Request();
  readonly #reply = new Reply(LINUX_DIALECT);
  readonly #views: ViewTable;
  /** Id of the request being answered: every journal's records carry it. */
  readonly #current: RequestId;
  #follow: FollowCaller | null = null;
  readonly #linger = new Linger();
  #served = 0;
  /** What that was when the session was idle last. */
  #servedWhenIdle = 0;
  /** Requests about views that are frozen. */
  #parked: Uint8Array[] = [];
  /** WRITEs of pages that were dirtied earlier, not of a write(2) under way. */
  #writeBacks = 0;
  /** While true no request is read; commands are. So it begins where another server was before. */
  frozen: boolean;
  /** Set to stop serving although the file system lives on: after a lazy unmount programs may keep it. */
  ended = false;

  constructor(readonly options: SessionOptions) {
    const send = (unique: Uint8Array, result: number) => {
      this.#reply.bytes.set(unique, OUT_HEADER.UNIQUE);
      this.#send(result);
    };
    const syncs = new SyncRequests(options.flushes.begin);
    this.#views = options.views;
    const { main } = options.views;
    this.#current = main.tree.journal.request;
    this.context = {
      views: options.views,
      view: main,
      tree: main.tree,
      shared: null,
      routing: options.routing,
      request: this.#request,
      reply: this.#reply,
      virtual: new VirtualFiles(this.#request, this.#reply, options.views, options.ask, send),
      listAhead: new ListAhead(options.list),
      pendingNames: new PendingNames(),
      sync: (journals) => {
        const unique = this.#reply.bytes.slice(OUT_HEADER.UNIQUE, OUT_HEADER.UNIQUE + 8);
        syncs.sync(journals, (status) => send(unique, this.#reply.status(status)));
        return NO_REPLY;
      },
      storePath: options.storePath,
      wantsOpens: options.wantsOpens,
      connection: options.resumed ?? null,
      generation: options.generation,
    };
    if (options.resumed !== undefined && hasGeneration(options.resumed)) {
      this.#reply.generation = options.generation;
    }
    if (options.resumed !== undefined) options.routing?.connected(options.resumed.minor);
    // Until the kernel was asked to send again what was not answered.
    this.frozen = options.resumed !== undefined;
  }

  /** Serves until the file system is unmounted or {@linkcode ended}. */
  run(): void {
    const { fd, commandFd, onCommand, keepAwake, flushes } = this.options;
    setNonblocking(fd);
    const cpus = allowedCpus();
    if (cpus !== null) this.#follow = new FollowCaller(callerSystem(cpus));
    const { filtersFd, policy: { filters } } = this.options;
    const waits = new PollSet([commandFd, flushes.eventFd, fd, filtersFd]);
    const event = new Uint8Array(8);
    while (true) {
      const isAwake = keepAwake?.isOn ?? false;
      const ready = waits.wait(this.frozen ? 2 : 4, this.#patience(isAwake));
      if (ready < 0) continue;
      if (filters.isWaiting && !this.frozen) {
        if ((waits.events(3) & POLLIN) !== 0) read(filtersFd, event);
        this.#serveFiltered();
        if (ready === 0) continue;
      }
      if (ready === 0 && isAwake) {
        keepAwake!.nothing();
        continue;
      }
      if (ready === 0) {
        this.#servedWhenIdle = this.#served;
        this.options.onIdle();
        continue;
      }
      if ((waits.events(0) & POLLIN) !== 0) {
        read(commandFd, event);
        // A rollback moves what it likes.
        this.options.recorder?.forget();
        onCommand();
        if (this.ended) return;
      }
      const isFlushed = (waits.events(1) & POLLIN) !== 0;
      if (isFlushed) flushes.tell();
      if (this.frozen) continue;
      const events = waits.events(2);
      // Who waited for a flush goes on at once.
      if ((events & POLLIN) !== 0 || isFlushed) {
        keepAwake?.woken(performance.now(), this.#served);
        if (!this.#serveWaiting()) return;
      } else if ((events & (POLLERR | POLLHUP)) !== 0) {
        return;
      }
    }
  }

  /** How long to wait for the kernel, ms; -1: for ever. */
  #patience(isAwake: boolean): number {
    const otherwise = isAwake ? HOLD_MS : this.#idleMs;
    const first = Math.ceil(this.options.policy.filters.patience());
    return first === Infinity ? otherwise : otherwise < 0 ? first : Math.min(first, otherwise);
  }

  /** Answers what filters have said their word about. */
  #serveFiltered(): void {
    const { filters } = this.options.policy;
    for (const waiting of filters.collect()) {
      this.#request.bytes.set(waiting.bytes);
      filters.resume(waiting, () => this.#answer(waiting.bytes.length));
    }
  }

  /** How long to wait until the session counts as idle, ms; -1: for ever, it does already. */
  get #idleMs(): number {
    return this.#served - this.#servedWhenIdle >= IDLE_AFTER_REQUESTS ? IDLE_MS : -1;
  }

  /**
   * Answers what the kernel has sent already: syncfs(2) may return before the write-back it began is answered.
   * The kernel sends {@linkcode MAX_BACKGROUND} of these requests at once, between those of running programs,
   * and another for each that is answered: when so many more requests hold none, none is left. Returns how
   * many there were since the mount began.
   */
  drain(): number {
    for (let others = 0; others < DRAIN_REQUESTS; others++) {
      const length = read(this.options.fd, this.#request.bytes);
      if (length === -Errno.EINTR || length === -Errno.ENOENT) continue;
      if (length < 0) break;
      const before = this.#writeBacks;
      this.#answer(length);
      if (this.#writeBacks > before) others = 0;
    }
    return this.#writeBacks;
  }

  /**
   * Answers what is waiting, and what comes soon after. Whoever got an answer often has its next question there
   * before this thread runs again, so it looks before it goes back to poll(2). Returns false once the file system is
   * unmounted.
   */
  #serveWaiting(): boolean {
    for (let i = 0; i < this.#requestsPerPoll; i++) {
      const length = read(this.options.fd, this.#request.bytes);
      if (length === -Errno.ENODEV) return false;
      if (length === -Errno.EAGAIN) {
        if (this.options.policy.filters.isWaiting) this.#serveFiltered();
        if (!this.#mayLinger || !this.#linger.nothing(performance.now())) return true;
        i--;
        continue;
      }
      if (this.#linger.isWaiting) this.#linger.came(performance.now());
      // ENOENT: the request was interrupted before it could be read.
      if (length > 0) this.#answer(length);
    }
    return true;
  }

  get #requestsPerPoll(): number {
    return this.options.flushes.areUnderWay ? REQUESTS_PER_POLL_WHILE_FLUSHING : REQUESTS_PER_POLL;
  }

  /** On the CPU of the program that is to ask, looking takes the time from it; a flush begins on this thread's CPU. */
  get #mayLinger(): boolean {
    return SEVERAL_CPUS && !this.options.flushes.areUnderWay &&
      (this.#follow === null || this.#follow.cpu === null);
  }

  #answer(length: number): void {
    const request = this.#request;
    this.#served++;
    this.#follow?.requested(request.pid);
    request.begin(length);
    // Not even an id to answer to: no kernel sends that.
    if (length < IN_HEADER.SIZE) return;
    const opcode = request.opcode;
    if (opcode < OPCODE_LIMIT) this.options.counters[opcode]!++;
    this.#reply.bytes.set(request.bytes.subarray(8, 16), OUT_HEADER.UNIQUE);
    if (!isWellFormed(request)) return this.#send(hasAnswer(opcode) ? -Errno.EINVAL : NO_REPLY);
    if (opcode === Opcode.WRITE && isWriteBack(request)) this.#writeBacks++;
    const resent = readRequestId(request, this.#current);
    this.#send(this.#handle(opcode, resent));
    const { removing } = this.#views;
    if (removing === null) return;
    this.#views.removing = null;
    this.options.onRemoving(removing);
  }

  #handle(opcode: number, resent: boolean): number {
    const { context } = this;
    try {
      const handler = OPERATIONS[opcode];
      if (handler === undefined) return -Errno.ENOSYS;
      // These find the views of their nodes themselves.
      if (!hasAnswer(opcode)) return handler(context);
      const view = this.#choose(opcode);
      if (typeof view === "number") return view;
      context.view = view;
      context.tree = view.tree;
      if (this.#request.viewNumber === VIRTUAL_VIEW) {
        return context.virtual.handle(opcode) ?? handler(context);
      }
      if (view.frozen) return this.#park();
      const { reenactment, pastReenactors, policy } = this.options;
      const isReenactor = reenactment.isBy(this.#request.pid);
      if (isReenactor) {
        policy.forget();
        const answer = reenactment.handle(context, opcode);
        if (answer !== null) return answer;
      } else if (pastReenactors.isBy(this.#request.pid) && CHANGES.has(opcode)) {
        return -Errno.EIO;
      }
      const { recorder, witnesses } = this.options;
      if (!isReenactor) witnesses?.get(view.number)?.saw(context, opcode);
      const known = { resent, isReenactor };
      policy.begin();
      if (recorder === null) return this.#carryOut(opcode, known);
      const isWanted = recorder.wants(opcode);
      if (isWanted) recorder.begin(context, opcode);
      const result = this.#carryOut(opcode, known);
      // What was put aside is told of when it is carried out.
      if (result === NO_REPLY || (!isWanted && policy.verdict === 0)) return result;
      if (!isWanted) recorder.begin(context, opcode);
      recorder.decided(policy.verdict, policy.rule);
      recorder.end(context, opcode, result);
      return result;
    } catch (error) {
      console.error(`Request ${opcode} failed: ${error instanceof Error ? error.stack : error}`);
      return hasAnswer(opcode) ? -Errno.EIO : NO_REPLY;
    }
  }

  #carryOut(opcode: number, { resent, isReenactor }: KnownRequest): number {
    const { context } = this;
    if (!context.view.writable && CHANGES.has(opcode)) return -Errno.EROFS;
    if (resent && this.#isCompleted(context.view)) {
      const answer = answerCompleted(context, opcode);
      if (answer !== null) return answer;
    }
    const refused = isReenactor ? 0 : this.options.policy.check(context, opcode);
    if (refused === WAITS) return NO_REPLY;
    return refused < 0 ? refused : OPERATIONS[opcode]!(context);
  }

  /** The view that the request is about, or a negative errno. */
  #choose(opcode: number): View | number {
    const { context } = this;
    const { routing } = this.options;
    const number = this.#request.viewNumber;
    this.#reply.shared = context.shared = null;
    context.virtual.nodes.caller = MAIN_VIEW;
    if (routing === null || !routing.concerns(number, opcode)) {
      const view = number === VIRTUAL_VIEW ? this.#views.main : this.#views.get(number);
      // A directory that is shared is in no view of its own.
      return view ?? (ABOUT_THE_MOUNT.has(opcode) ? this.#views.main : -Errno.ESTALE);
    }
    return number === VIRTUAL_VIEW
      ? this.#chooseVirtual(routing, opcode)
      : this.#chooseShared(routing, opcode);
  }

  #chooseShared(routing: Routing, opcode: number): View | number {
    const view = routing.route(this.#request, opcode);
    if (view === null) return this.#views.main;
    if (typeof view === "number") return view;
    this.#reply.shared = this.context.shared = routing.shared;
    return view;
  }

  /** What is in `.agentvfs` at the shared mountpoint is the caller's; the other branches are not, from inside one. */
  #chooseVirtual(routing: Routing, opcode: number): View | number {
    const { virtual } = this.context;
    const { main } = this.#views;
    if (!virtual.nodes.isCommon(this.#request.nodeId)) return main;
    const view = routing.viewOf(this.#request, opcode);
    if (view === null) return -Errno.EACCES;
    const isHome = this.#request.nodeId === MAIN_VIEW;
    if (view !== main && !isHome) return -Errno.EACCES;
    virtual.nodes.caller = view.number;
    return view;
  }

  /** The request is answered when its view is thawed. */
  #park(): number {
    this.#parked.push(this.#request.bytes.slice(0, this.#request.length));
    return NO_REPLY;
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

  #isCompleted({ completed }: View): boolean {
    const { low, high } = this.#current;
    return completed !== null && completed.low === low && completed.high === high;
  }

  #send(result: number): void {
    if (result === NO_REPLY) return;
    // Before the kernel learns of a node id, the next server must be able to.
    this.context.tree.nodes.flushLog();
    this.#views.flushLogs();
    const reply = this.#reply;
    const length = OUT + Math.max(0, result);
    reply.u32(OUT_HEADER.LENGTH, length);
    reply.u32(OUT_HEADER.ERROR, Math.min(0, result));
    const written = write(this.options.fd, reply.bytes, length);
    const { entryOut } = reply.dialect;
    // The caller was killed meanwhile: the kernel will not forget an entry it never got.
    if (written < 0 && result >= entryOut.SIZE && result <= entryOut.SIZE + 16) {
      const id = reply.view.getUint32(OUT, true) + reply.view.getUint32(OUT + 4, true) * 2 ** 32;
      forgetNode(this.context, Math.floor(id / NODES_PER_VIEW), id % NODES_PER_VIEW, 1);
    }
  }
}

/** What is known of a request besides what it says. */
interface KnownRequest {
  /** A server had it that died. */
  readonly resent: boolean;
  /** By the thread that makes a rollback's changes once more. */
  readonly isReenactor: boolean;
}

/** The kernel waits for an answer to all but these. */
function hasAnswer(opcode: number): boolean {
  return opcode !== Opcode.FORGET && opcode !== Opcode.BATCH_FORGET && opcode !== Opcode.INTERRUPT;
}
