/**
 * Events, and waiting for several of them. Their handles are known to all threads of the process.
 *
 * @module
 */

import { Errno } from "../errno.ts";
import { ntStatus } from "./nt_status.ts";
import { bindNtdll, check } from "./ntdll.ts";

const nt = bindNtdll({
  NtCreateEvent: { parameters: ["buffer", "u32", "pointer", "u32", "u8"], result: "i32" },
  NtSetEvent: { parameters: ["u64", "pointer"], result: "i32" },
  NtResetEvent: { parameters: ["u64", "pointer"], result: "i32" },
  NtWaitForMultipleObjects: {
    parameters: ["u32", "buffer", "u32", "u8", "buffer"],
    result: "i32",
  },
  NtWaitForSingleObject: { parameters: ["u64", "u8", "buffer"], result: "i32" },
  NtDelayExecution: { parameters: ["u8", "buffer"], result: "i32" },
});

const ALL_ACCESS = 0x1f0003;
/** It stays set until it is reset. */
const NOTIFICATION = 0;
const WAIT_ANY = 1;
const TIMEOUT = 0x102;
/** MAXIMUM_WAIT_OBJECTS. */
const MOST_HANDLES = 64;
const UNITS_PER_MS = 10_000n;
const FOR_EVER = -(2n ** 63n);
const AT_ONCE = new Uint8Array(8);

/** A new event, which is not set; negative if there is none to be had. */
export function createEvent(): number {
  const handle = new BigUint64Array(1);
  const bytes = new Uint8Array(handle.buffer);
  const result = check(nt.NtCreateEvent(bytes, ALL_ACCESS, null, NOTIFICATION, 0));
  return result < 0 ? result : Number(handle[0]);
}

export function setEvent(handle: number): void {
  nt.NtSetEvent(BigInt(handle), null);
}

export function resetEvent(handle: number): void {
  nt.NtResetEvent(BigInt(handle), null);
}

/** True if what can be waited for is set: an event, or the end of a process. */
export function isSet(handle: number): boolean {
  return nt.NtWaitForSingleObject(BigInt(handle), 0, AT_ONCE) === 0;
}

/** Waits until it is set; false: it cannot be waited for. */
export function waitFor(handle: number): boolean {
  const forEver = new Uint8Array(new BigInt64Array([FOR_EVER]).buffer);
  return nt.NtWaitForSingleObject(BigInt(handle), 0, forEver) === 0;
}

/** As in poll(2). */
export const POLLIN = 1;

/** Events that are waited for until one of them is set. Negative ones never are. */
export class PollSet {
  readonly #handles: readonly number[];
  readonly #list: BigUint64Array<ArrayBuffer>;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #events: number[];

  constructor(handles: readonly number[]) {
    this.#handles = handles;
    this.#list = new BigUint64Array(handles.length);
    this.#bytes = new Uint8Array(this.#list.buffer);
    this.#events = handles.map(() => 0);
  }

  /** Waits for one of the first `count`, at most so many ms, or with -1 for ever. How many are set, as poll(2) has it. */
  wait(count: number, timeout: number): number {
    const waited = this.#handles.slice(0, count).filter((handle) => handle >= 0);
    if (waited.length > MOST_HANDLES) return -Errno.EINVAL;
    this.#events.fill(0);
    const until = deadline(timeout);
    if (waited.length === 0) {
      nt.NtDelayExecution(0, until);
      return 0;
    }
    waited.forEach((handle, i) => this.#list[i] = BigInt(handle));
    const result = nt.NtWaitForMultipleObjects(waited.length, this.#bytes, WAIT_ANY, 0, until);
    if (ntStatus(result) === TIMEOUT) return 0;
    const failed = check(result);
    if (failed < 0) return failed;
    return this.#look(count);
  }

  #look(count: number): number {
    let ready = 0;
    for (let i = 0; i < count; i++) {
      const handle = this.#handles[i]!;
      if (handle < 0 || !isSet(handle)) continue;
      this.#events[i] = POLLIN;
      ready++;
    }
    return ready;
  }

  /** What there is of the event at `index`, if the last wait was for it. */
  events(index: number): number {
    return this.#events[index]!;
  }
}

/** From now on, in the kernel's units, which are negative for that. */
function deadline(timeout: number): Uint8Array<ArrayBuffer> {
  const units = timeout < 0 ? FOR_EVER : -BigInt(Math.ceil(timeout)) * UNITS_PER_MS;
  return new Uint8Array(new BigInt64Array([units]).buffer);
}
