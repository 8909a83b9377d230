/**
 * How commands reach the fs thread, which blocks in poll(2) and never returns to its event loop.
 *
 * A mailbox is shared memory that holds one part of a message and a wake that is in the fs thread's poll
 * set. The sender waits for the receiver to take a part (it says so with `postMessage`, which works from a
 * blocked thread) before it puts the next one in.
 *
 * @module
 */

import { createWake, wake } from "../../host/wake.ts";
import { failureCode } from "../../host/failure.ts";

/** Shared between the two sides: plain data. */
export interface Mailbox {
  /** Two i32 (length of the part, 1 if it is the last), then the part. */
  readonly memory: SharedArrayBuffer;
  readonly eventFd: number;
}

const HEADER_BYTES = 8;
const PART_BYTES = 1024 * 1024;

export function createMailbox(): Mailbox {
  const eventFd = createWake();
  if (eventFd < 0) throw new Error(`Cannot create a wake: ${failureCode(eventFd)}`);
  return { memory: new SharedArrayBuffer(HEADER_BYTES + PART_BYTES), eventFd };
}

/** The sending side. Only one message is under way at a time. */
export class MailboxSender {
  readonly #header: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(readonly mailbox: Mailbox) {
    this.#header = new Int32Array(mailbox.memory, 0, 2);
    this.#bytes = new Uint8Array(mailbox.memory, HEADER_BYTES);
  }

  /** Puts `message[offset…]` in, as much as fits. Returns the offset of the rest, or -1 if that was all. */
  put(message: Uint8Array, offset: number): number {
    const part = message.subarray(offset, offset + PART_BYTES);
    const last = offset + part.length >= message.length;
    this.#bytes.set(part);
    Atomics.store(this.#header, 0, part.length);
    Atomics.store(this.#header, 1, last ? 1 : 0);
    wake(this.mailbox.eventFd);
    return last ? -1 : offset + part.length;
  }
}

/** The receiving side. */
export class MailboxReceiver {
  readonly #header: Int32Array;
  readonly #bytes: Uint8Array;
  #parts: Uint8Array[] = [];

  constructor(mailbox: Mailbox) {
    this.#header = new Int32Array(mailbox.memory, 0, 2);
    this.#bytes = new Uint8Array(mailbox.memory, HEADER_BYTES);
  }

  /** Takes the part that is in. Returns the message if it was its last, else null. */
  take(): Uint8Array<ArrayBuffer> | null {
    this.#parts.push(this.#bytes.slice(0, Atomics.load(this.#header, 0)));
    if (Atomics.load(this.#header, 1) === 0) return null;
    const message = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      message.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    return message;
  }
}
