/**
 * Tells of requests, in the ring to the telemetry thread.
 *
 * It costs less than a microsecond a request: nothing is made into an object, and of a path only the last name is laid down
 * anew where the directory is that of the request before.
 *
 * @module
 */

import { ROOT_ID } from "../../../ffi/fuse_kernel.ts";
import { monotonicTime } from "../../host/clock.ts";
import type { Level } from "../../telemetry/level.ts";
import {
  ACTIONS,
  CALLER,
  NO_PATH,
  RECORD,
  UNKNOWN,
  VERDICTS,
} from "../../telemetry/mount_record.ts";
import type { RingWriter } from "../../telemetry/ring.ts";
import type { Inode } from "../../tree/nodes/inode.ts";
import type { Asker } from "../asker.ts";
import { INODE_SPACES, type View } from "../views.ts";
import { RecordedSubject } from "./recorded_subject.ts";

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
const RENAME = ACTIONS.indexOf("rename");
const RMDIR = ACTIONS.indexOf("rmdir");
const MS_TO_NS = 1e6;
const LONGEST_DURATION = 0xffff_fffe;

export class Recorder {
  /** What the request is about that was begun. */
  readonly subject = new RecordedSubject();
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

  constructor(readonly ring: RingWriter, readonly level: Level, callers: Callers | null) {
    this.#callers = callers ?? NOBODY;
  }

  /** A request is about to be decided and carried out, of which is told. {@linkcode subject} is filled next. `action`: its number. */
  begin({ pid, uid, gid }: Asker, action: number): void {
    this.#begun = monotonicTime();
    this.#verdict = ALLOW;
    this.#rule = "";
    this.#tid = pid;
    this.#uid = uid ?? UNKNOWN;
    this.#gid = gid ?? UNKNOWN;
    this.#action = action;
    if (pid !== 0) this.#noteThread();
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

  /** Called when the request is carried out, before it is answered. `result`: a negative errno if it failed. */
  end(of: View, result: number): void {
    const { subject } = this;
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
    const branch = of.branch ?? "";
    const variable = room(pathLength) + room(targetLength) + rule.length + branch.length;
    if (variable > PATH_LIMIT) return this.#done(result);
    const at = this.ring.reserve(RECORD.SIZE + variable);
    if (at < 0) return this.#done(result);
    this.#fixed(at, of, result);
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
    this.#done(result);
  }

  #fixed(at: number, { number, inodeSpace }: View, result: number): void {
    const { ring: { view }, subject } = this;
    const { inode } = subject;
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
    view.setFloat64(at + RECORD.BYTES, subject.size, true);
    view.setFloat64(at + RECORD.OFFSET, subject.offset, true);
    view.setUint32(at + RECORD.MODE, subject.mode, true);
    view.setUint32(at + RECORD.FLAGS, subject.flags, true);
    view.setUint32(at + RECORD.POLICY, this.policyVersion, true);
    view.setUint32(at + RECORD.DURATION, Math.min(duration, LONGEST_DURATION), true);
  }

  #done(result: number): void {
    this.#verdict = ALLOW;
    // What is below a directory that was moved is elsewhere.
    const hasMoved = result >= 0 && this.#action === RENAME &&
      this.subject.inode?.directory !== null;
    if (hasMoved || this.#action === RMDIR) this.forget();
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
