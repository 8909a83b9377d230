/**
 * Tells of requests, in the ring to the telemetry thread.
 *
 * It costs less than a microsecond a request: nothing is made into an object, and of a path only the last name is laid down
 * anew where the directory is that of the request before.
 *
 * @module
 */

import { Opcode, ROOT_ID } from "../../../ffi/fuse_kernel.ts";
import { monotonicTime } from "../../host/clock.ts";
import { Errno } from "../../host/errno.ts";
import type { Level } from "../../telemetry/level.ts";
import { CALLER, NO_PATH, RECORD, VERDICTS } from "../../telemetry/mount_record.ts";
import type { RingWriter } from "../../telemetry/ring.ts";
import type { Inode } from "../../tree/nodes/inode.ts";
import { INODE_SPACES } from "../views.ts";
import type { Context } from "../fuse/context.ts";
import { NOT_RECORDED, openAction, recordedActions, setattrAction } from "./recorded_action.ts";
import { RecordedSubject } from "./recorded_subject.ts";
import { OUT } from "../fuse/reply.ts";

const SLASH = 0x2f;
/** What is known of a thread beyond its number, laid down as records have it. */
export interface Callers {
  /** 0 if it is not known. */
  cgroupOf(thread: number): number;
  processOf(thread: number): number;
  layName(thread: number, into: Uint8Array, at: number): void;
}

const NOBODY: Callers = {
  cgroupOf: () => 0,
  processOf: () => 0,
  layName: (_, into, at) => void (into[at] = 0),
};

/** A thread that asked nothing for so long may be of another program by now, if nobody tells, ms. */
const PAUSE_MS = 0.5;
/** Threads that are remembered as having been told of. */
const THREADS = 1024;

/** Longest path of a record, and longest second name. */
const PATH_LIMIT = 8192;
const ALLOW = VERDICTS.indexOf("allow");
/** What a request is that is recorded because of what a rule says. */
const REFUSABLE = recordedActions("all");
const MS_TO_NS = 1e6;
const LONGEST_DURATION = 0xffff_fffe;

export class Recorder {
  /** Those that are recorded whatever a rule says of them. */
  readonly #wanted: Int8Array;
  readonly #subject = new RecordedSubject();
  /** Directory of the path that was told last, and its path with a slash behind it; null: it has none. */
  #directory: Inode | null = null;
  #prefix: Uint8Array | null = null;
  #begun = 0;
  /** Who asks: whoever carries out a write lays its journal record over the request's header. */
  #tid = 0;
  #uid = 0;
  #gid = 0;
  #action = 0;
  #verdict = ALLOW;
  #rule = "";
  readonly #threads = new Uint32Array(THREADS);
  /** When each of them asked last. */
  readonly #asked = new Float64Array(THREADS);
  readonly #callers: Callers;
  /** Of the rules that hold now; 0: there are none. */
  policyVersion = 0;

  constructor(readonly ring: RingWriter, level: Level, callers: Callers | null) {
    this.#wanted = recordedActions(level);
    this.#callers = callers ?? NOBODY;
  }

  wants(opcode: number): boolean {
    return this.#wanted[opcode] !== NOT_RECORDED;
  }

  /** Called before a request is decided and carried out; of one that is not wanted, once a rule has said something of it. */
  begin(context: Context, opcode: number): void {
    this.#begun = monotonicTime();
    this.#verdict = ALLOW;
    this.#rule = "";
    const { request } = context;
    this.#tid = request.pid;
    this.#uid = request.uid;
    this.#gid = request.gid;
    this.#action = this.#actionOf(context, opcode);
    if (this.#tid !== 0) this.#noteThread();
    this.#subject.find(context, opcode);
  }

  #noteThread(): void {
    const slot = this.#tid % THREADS;
    const mayBeAnother = this.#callers === NOBODY && this.#begun - this.#asked[slot]! > PAUSE_MS;
    if (this.#threads[slot] !== this.#tid || mayBeAnother) this.#announce();
    this.#asked[slot] = this.#begun;
  }

  /**
   * A thread that is new, or was not heard of for long: what /proc has of it is read while it waits for its answer, after which it
   * may be gone.
   */
  #announce(): void {
    this.#threads[this.#tid % THREADS] = this.#tid;
    const at = this.ring.reserve(RECORD.SIZE);
    if (at < 0) return;
    this.ring.view.setUint8(at + RECORD.ACTION, CALLER);
    this.ring.view.setFloat64(at + RECORD.TIME, this.#begun, true);
    this.#who(at);
    this.ring.commit();
    this.ring.wake();
  }

  #who(at: number): void {
    const { view, bytes } = this.ring;
    const tid = this.#tid;
    view.setUint32(at + RECORD.TID, tid, true);
    view.setUint32(at + RECORD.PID, this.#callers.processOf(tid), true);
    view.setUint32(at + RECORD.UID, this.#uid, true);
    view.setUint32(at + RECORD.GID, this.#gid, true);
    view.setFloat64(at + RECORD.CGROUP, this.#callers.cgroupOf(tid), true);
    this.#callers.layName(tid, bytes, at + RECORD.NAME);
  }

  /** What a rule said of the request that was begun: place in `VERDICTS`, and the rule's name, a binary string. */
  decided(verdict: number, rule: string): void {
    this.#verdict = verdict;
    this.#rule = rule;
  }

  /** Directories may be elsewhere now. */
  forget(): void {
    this.#directory = null;
  }

  /** Called when the request is carried out, before it is answered. */
  end(context: Context, opcode: number, result: number): void {
    // The kernel looks the path up again and repeats the request.
    if (result === -Errno.ESTALE && context.shared !== null) return;
    const subject = this.#subject;
    const prefix = this.#prefixOf(subject.parent);
    const isRoot = subject.parent === null && subject.inode?.nodeId === ROOT_ID;
    const pathLength = prefix !== null ? prefix.length + subject.name.length : isRoot ? 0 : NO_PATH;
    const { target, targetParent } = subject;
    // The first one's bytes are laid down before the second one's are looked for.
    const targetPrefix = targetParent === null || targetParent === subject.parent
      ? targetParent === null ? null : prefix
      : pathPrefix(targetParent);
    const targetLength = target === null ? NO_PATH : (targetPrefix?.length ?? 0) + target.length;
    const room = (length: number) => length === NO_PATH ? 0 : length;
    const rule = this.#rule;
    const branch = context.view.branch ?? "";
    const variable = room(pathLength) + room(targetLength) + rule.length + branch.length;
    if (variable > PATH_LIMIT) return this.#done(opcode, result);
    const at = this.ring.reserve(RECORD.SIZE + variable);
    if (at < 0) return this.#done(opcode, result);
    this.#fixed(at, context, opcode, result);
    const { view, bytes } = this.ring;
    view.setUint16(at + RECORD.PATH_LENGTH, pathLength, true);
    view.setUint16(at + RECORD.TARGET_LENGTH, targetLength, true);
    view.setUint16(at + RECORD.RULE_LENGTH, rule.length, true);
    view.setUint16(at + RECORD.BRANCH_LENGTH, branch.length, true);
    let end = at + RECORD.SIZE;
    if (prefix !== null) end = lay(bytes, end, prefix, subject.name);
    if (target !== null) end = lay(bytes, end, targetPrefix, target);
    end = lay(bytes, end, null, rule);
    lay(bytes, end, null, branch);
    this.ring.commit();
    this.#done(opcode, result);
  }

  #fixed(at: number, context: Context, opcode: number, result: number): void {
    const { reply, view: { number, inodeSpace } } = context;
    const { view } = this.ring;
    const subject = this.#subject;
    if (result >= 0) subject.made(context, opcode);
    const { inode } = subject;
    const isCopied = opcode === Opcode.COPY_FILE_RANGE && result > 0;
    const duration = (monotonicTime() - this.#begun) * MS_TO_NS;
    view.setUint8(at + RECORD.ACTION, this.#action);
    view.setUint8(at + RECORD.VERDICT, this.#verdict);
    view.setFloat64(at + RECORD.TIME, this.#begun, true);
    view.setInt32(at + RECORD.RESULT, Math.min(0, result), true);
    this.#who(at);
    view.setUint32(at + RECORD.VIEW, number, true);
    view.setFloat64(at + RECORD.NODE, inode?.nodeId ?? 0, true);
    const ino = inode?.ino ?? 0;
    const high = Math.floor(ino / 2 ** 32);
    const space = ino === 0 ? 0 : inodeSpace * (2 ** 32 / INODE_SPACES);
    view.setUint32(at + RECORD.INODE, ino - high * 2 ** 32, true);
    view.setUint32(at + RECORD.INODE + 4, high + space, true);
    const size = isCopied ? reply.view.getUint32(OUT, true) : subject.size;
    view.setFloat64(at + RECORD.BYTES, size, true);
    view.setFloat64(at + RECORD.OFFSET, subject.offset, true);
    view.setUint32(at + RECORD.MODE, subject.mode, true);
    view.setUint32(at + RECORD.FLAGS, subject.flags, true);
    view.setUint32(at + RECORD.POLICY, this.policyVersion, true);
    view.setUint32(at + RECORD.DURATION, Math.min(duration, LONGEST_DURATION), true);
  }

  #actionOf({ request }: Context, opcode: number): number {
    if (opcode === Opcode.SETATTR) return setattrAction(request);
    if (opcode === Opcode.OPEN) return openAction(request);
    return REFUSABLE[opcode]!;
  }

  #done(opcode: number, result: number): void {
    this.#verdict = ALLOW;
    const { inode } = this.#subject;
    const isMove = opcode === Opcode.RENAME || opcode === Opcode.RENAME2;
    // What is below a directory that was moved is elsewhere.
    if (result >= 0 && isMove && inode?.directory !== null) this.forget();
    if (opcode === Opcode.RMDIR) this.forget();
  }

  #prefixOf(directory: Inode | null): Uint8Array | null {
    if (directory === null) return null;
    if (directory !== this.#directory) {
      this.#prefix = pathPrefix(directory);
      this.#directory = directory;
    }
    return this.#prefix;
  }
}

/** Path of a directory with a slash behind it, nothing for the root; null if it has none, or too long a one. */
function pathPrefix(directory: Inode): Uint8Array | null {
  let length = 0;
  let top = directory;
  for (; top.parent !== null; top = top.parent) length += top.name.length + 1;
  if (top.nodeId !== ROOT_ID || length > PATH_LIMIT / 2) return null;
  const prefix = new Uint8Array(length);
  let end = length;
  for (let at = directory; at.parent !== null; at = at.parent) {
    prefix[--end] = SLASH;
    end -= at.name.length;
    for (let i = 0; i < at.name.length; i++) prefix[end + i] = at.name.charCodeAt(i);
  }
  return prefix;
}

/** Lays both at `at`; returns where they end. */
function lay(bytes: Uint8Array, at: number, prefix: Uint8Array | null, name: string): number {
  if (prefix !== null) {
    bytes.set(prefix, at);
    at += prefix.length;
  }
  for (let i = 0; i < name.length; i++) bytes[at + i] = name.charCodeAt(i);
  return at + name.length;
}
