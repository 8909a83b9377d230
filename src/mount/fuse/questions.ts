/**
 * Requests that wait for what the daemon is asked. The fs thread goes on meanwhile, and answers them when the answer comes.
 *
 * @module
 */

import { Errno } from "../../host/errno.ts";
import type { Answer, Ask, Question } from "../virtual/question.ts";
import { NO_REPLY } from "./reply.ts";
import type { Request } from "./request.ts";

/** In place of an answer's length: what was answered is not so any more. */
export const ASK_AGAIN = -0x10000;

/** Sends a delayed answer: `length` bytes of the reply, or a negative errno. */
export type Send = (unique: Uint8Array, result: number) => void;

interface Waiting {
  readonly unique: Uint8Array;
  readonly question: Question;
  complete(answer: Answer): number;
}

/** Questions that are not answered yet. */
export class Questions {
  readonly #request: Request;
  readonly #ask: Ask;
  readonly #send: Send;
  readonly #waiting = new Map<number, Waiting>();
  #nextTicket = 1;

  constructor(request: Request, ask: Ask, send: Send) {
    this.#request = request;
    this.#ask = ask;
    this.#send = send;
  }

  /**
   * Asks what the request at hand needs to know.
   *
   * @param complete makes the reply of the answer, and returns its length, a negative errno or {@linkcode ASK_AGAIN}
   */
  wait(question: Question, complete: (answer: Answer) => number): number {
    this.#put({ unique: this.#request.bytes.slice(8, 16), question, complete });
    return NO_REPLY;
  }

  #put(waiting: Waiting): void {
    const ticket = this.#nextTicket++;
    this.#waiting.set(ticket, waiting);
    this.#ask(ticket, waiting.question);
  }

  /** The daemon's answer has come. */
  answer(ticket: number, answer: Answer): void {
    const waiting = this.#waiting.get(ticket);
    if (waiting === undefined) return;
    this.#waiting.delete(ticket);
    const result = answer.failed ? -Errno.EIO : completed(waiting, answer);
    if (result === ASK_AGAIN) this.#put(waiting);
    else this.#send(waiting.unique, result);
  }
}

/** Whoever waits is answered whatever happens. */
function completed(waiting: Waiting, answer: Answer): number {
  try {
    return waiting.complete(answer);
  } catch (error) {
    console.error(`An answer failed: ${error instanceof Error ? error.stack : error}`);
    return -Errno.EIO;
  }
}
