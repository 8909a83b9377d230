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

import { Opcode, OUT_HEADER } from "../../../ffi/fuse_kernel.ts";
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
import { type Adapter, Dispatcher, type DispatchOptions } from "../dispatch/dispatcher.ts";
import type { MountSession } from "../dispatch/mount_session.ts";
import type { Context } from "../fuse/context.ts";
import { isWriteBack } from "../fuse/data_handlers.ts";
import { MAX_BACKGROUND } from "../fuse/init.ts";
import { forgetNode } from "../fuse/name_handlers.ts";
import type { Reenactment } from "../fuse/reenactment.ts";
import { OUT } from "../fuse/reply.ts";
import { NODES_PER_VIEW, VIRTUAL_VIEW } from "../views.ts";
import { LINUX_DIALECT } from "./dialect.ts";
import type { Flushes } from "./flushes.ts";
import { callerSystem, FollowCaller } from "./follow_caller.ts";
import { HOLD_MS, type KeepAwake } from "./keep_awake.ts";
import { Linger } from "./linger.ts";
import type { PastReenactors } from "./past_reenactors.ts";
import { readRequestId } from "./resend.ts";
import type { Routing } from "./routing.ts";
import { viewOf } from "./view_of.ts";

export interface SessionOptions extends DispatchOptions {
  /** Descriptor of /dev/fuse. */
  readonly fd: number;
  /** Eventfd that is readable when the daemon has a command. */
  readonly commandFd: number;
  /** Null: everybody sees the main view at the mountpoint. */
  readonly routing: Routing | null;
  readonly reenactment: Reenactment;
  readonly pastReenactors: PastReenactors;
  /** Has the directory at a path (a binary string) of the mount listed, by another thread. */
  readonly list: (path: string) => void;
  /** Readable when a filter has answered. */
  readonly filtersFd: number;
  /** Runs the commands that are waiting. */
  readonly onCommand: () => void;
  readonly flushes: Flushes;
  /** Null: idle CPUs may always halt. */
  readonly keepAwake: KeepAwake | null;
  /** Called once when nothing has come for a while after many requests. */
  readonly onIdle: () => void;
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

export class Session implements MountSession {
  readonly context: Context;
  readonly #dispatcher: Dispatcher;
  readonly #request: Context["request"];
  #follow: FollowCaller | null = null;
  readonly #linger = new Linger();
  #served = 0;
  /** What that was when the session was idle last. */
  #servedWhenIdle = 0;
  /** WRITEs of pages that were dirtied earlier, not of a write(2) under way. */
  #writeBacks = 0;
  /** While true no request is read; commands are. So it begins where another server was before. */
  frozen: boolean;
  /** Set to stop serving although the file system lives on: after a lazy unmount programs may keep it. */
  ended = false;

  constructor(readonly options: SessionOptions) {
    this.#dispatcher = new Dispatcher(options, deviceAdapter(options));
    this.context = this.#dispatcher.context;
    this.#request = this.context.request;
    if (options.routing !== null) options.routing.virtual = this.context.virtual.nodes;
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
        this.#dispatcher.serveFiltered();
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
        if (this.options.policy.filters.isWaiting) this.#dispatcher.serveFiltered();
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

  /**
   * On the CPU of the program that is to ask, looking takes the time from it; a flush begins on this thread's CPU, and who puts
   * into words what was recorded needs one for a moment: behind a thread that looks it would wait, or that behind it.
   */
  get #mayLinger(): boolean {
    return SEVERAL_CPUS && !this.options.flushes.areUnderWay &&
      this.options.recorder?.ring.isBeingTaken !== true &&
      (this.#follow === null || this.#follow.cpu === null);
  }

  /** From now on requests are read: those that were sent again come first. */
  takeOver(): void {
    this.frozen = false;
  }

  /** The kernel is told by another thread. */
  changedBehind(): void {}

  #answer(length: number): void {
    const request = this.#request;
    this.#served++;
    this.#follow?.requested(request.pid);
    // Before the answer: the journal's record takes the place of the request's header.
    if (request.opcode === Opcode.WRITE && isWriteBack(request)) this.#writeBacks++;
    this.#dispatcher.answer(length);
  }

  /** Answers what waited for a view that is thawed now. */
  serveParked(): void {
    this.#dispatcher.serveParked();
  }
}

/** What is Linux's: who asks, what the kernel sends again, and answers that go to a device. */
function deviceAdapter(options: SessionOptions): Adapter {
  const { fd, routing, list, flushes, reenactment, pastReenactors } = options;
  return {
    dialect: LINUX_DIALECT,
    routing,
    list,
    flush: flushes.begin,
    reenactment,
    pastReenactors,
    readId: readRequestId,
    viewOf: (context, opcode) => viewOf(context, routing, opcode),
    carryOut: (context, opcode, handler) =>
      context.request.viewNumber === VIRTUAL_VIEW
        ? context.virtual.handle(opcode) ?? handler(context)
        : handler(context),
    send: (context, result) => {
      const { reply } = context;
      reply.u32(OUT_HEADER.ERROR, Math.min(0, result));
      const written = write(fd, reply.bytes, OUT + Math.max(0, result));
      const { entryOut } = reply.dialect;
      // The caller was killed meanwhile: the kernel will not forget an entry it never got.
      if (written < 0 && result >= entryOut.SIZE && result <= entryOut.SIZE + 16) {
        const id = reply.view.getUint32(OUT, true) + reply.view.getUint32(OUT + 4, true) * 2 ** 32;
        forgetNode(context, Math.floor(id / NODES_PER_VIEW), id % NODES_PER_VIEW, 1);
      }
    },
  };
}
