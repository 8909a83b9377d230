/**
 * Makes events of the mount's records.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { binaryName } from "../../ffi/binary_string.ts";
import { failureCode } from "../host/failure.ts";
import { type MountEvent, mountEvent } from "./mount_event.ts";
import { ACTIONS, isText, NO_PATH, RECORD, UNKNOWN, VERDICTS } from "./mount_record.ts";

/** High words of numbers that are kept exactly begin below it. */
const SAFE_HIGH = 2 ** 21;

/** What a record does not have is not in its event, and neither is who did it. */
export class MountRecordReader {
  /** The name of the directory that all paths are below, with a slash behind it; then that of the path. */
  readonly #names: Buffer;
  readonly #root: string;
  readonly #prefix: number;
  /** The path that was read last, and how many bytes of the names that is: what follows is often about the same one. */
  #path = "";
  #length = 0;
  /** The branch that was read last: most events are of the same one. */
  #branch = "";

  /** `mountpoint`: absolute, a binary string. Null: paths are those in their tree. */
  constructor(readonly view: DataView, readonly bytes: Uint8Array, mountpoint: string | null) {
    const prefix = mountpoint === null ? "" : `${mountpoint}/`;
    this.#root = mountpoint ?? "";
    this.#prefix = prefix.length;
    this.#names = Buffer.alloc(prefix.length + 2 ** 16);
    this.#names.write(prefix, 0, "latin1");
  }

  read(at: number): MountEvent {
    const { view } = this;
    const result = view.getInt32(at + RECORD.RESULT, true);
    const event = mountEvent({
      action: ACTIONS[view.getUint8(at + RECORD.ACTION)]!,
      time: view.getFloat64(at + RECORD.TIME, true),
      duration: view.getUint32(at + RECORD.DURATION, true),
      error: result < 0 ? failureCode(result) : 0,
      verdict: VERDICTS[view.getUint8(at + RECORD.VERDICT)]!,
      view: view.getUint32(at + RECORD.VIEW, true),
    });
    this.#readNumbers(event, at);
    this.#readNames(event, at);
    return event;
  }

  #readNumbers(event: MountEvent, at: number): void {
    const { view } = this;
    const node = view.getFloat64(at + RECORD.NODE, true);
    if (node !== 0) {
      event.node = node;
      const high = view.getUint32(at + RECORD.INODE + 4, true);
      event.inode = high < SAFE_HIGH
        ? high * 2 ** 32 + view.getUint32(at + RECORD.INODE, true)
        : view.getBigUint64(at + RECORD.INODE, true);
    }
    const offset = view.getFloat64(at + RECORD.OFFSET, true);
    if (offset >= 0) event.offset = offset;
    const size = view.getFloat64(at + RECORD.BYTES, true);
    if (size >= 0) event.bytes = size;
    const cgroup = view.getFloat64(at + RECORD.CGROUP, true);
    if (cgroup !== 0) event.cgroup = cgroup;
    const mode = view.getUint32(at + RECORD.MODE, true);
    if (mode !== UNKNOWN) event.mode = mode;
    const flags = view.getUint32(at + RECORD.FLAGS, true);
    if (flags !== UNKNOWN) event.flags = flags;
    const policy = view.getUint32(at + RECORD.POLICY, true);
    if (policy !== 0) event.policy = policy;
  }

  #readNames(event: MountEvent, at: number): void {
    const { view, bytes } = this;
    let start = at + RECORD.SIZE;
    const pathLength = view.getUint16(at + RECORD.PATH_LENGTH, true);
    if (pathLength !== NO_PATH) event.path = this.#pathAt(start, start += pathLength);
    const targetLength = view.getUint16(at + RECORD.TARGET_LENGTH, true);
    if (targetLength !== NO_PATH) {
      const isPath = event.action === "rename" || event.action === "link";
      event.target = isPath
        ? this.#pathAt(start, start += targetLength)
        : binaryName(bytes, start, start += targetLength);
    }
    const ruleLength = view.getUint16(at + RECORD.RULE_LENGTH, true);
    if (ruleLength > 0) event.rule = binaryName(bytes, start, start += ruleLength);
    const branchLength = view.getUint16(at + RECORD.BRANCH_LENGTH, true);
    if (branchLength > 0) event.branch = this.#branchAt(start, branchLength);
  }

  /** In one piece: what is put together of several takes longer to read. */
  #pathAt(start: number, end: number): string {
    if (start === end) return this.#root;
    const [names, bytes] = [this.#names, this.bytes];
    const before = this.#prefix - start;
    let isKnown = before + end === this.#length;
    for (let at = start; isKnown && at < end; at++) isKnown = names[before + at] === bytes[at];
    if (isKnown) return this.#path;
    for (let at = start; at < end; at++) names[before + at] = bytes[at]!;
    this.#length = before + end;
    return this.#path = names.toString("latin1", 0, before + end);
  }

  #branchAt(start: number, length: number): string {
    if (!isText(this.bytes, start, length, this.#branch)) {
      this.#branch = binaryName(this.bytes, start, start + length);
    }
    return this.#branch;
  }
}
