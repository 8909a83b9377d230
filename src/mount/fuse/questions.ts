/**
 * What the fs thread asks the daemon: it carries out no commands and opens no views. It goes on meanwhile, and the request is
 * answered when the answer comes.
 *
 * @module
 */

import { Errno } from "../../host/errno.ts";
import { NO_REPLY } from "./reply.ts";
import type { Request } from "./request.ts";

/** What the daemon is asked. `view`: where. */
export type Question =
  | { readonly about: "status"; readonly view: number }
  /** `cached`: a node of which the kernel must not keep pages when this is answered; null: it has none. */
  | {
    readonly about: "command";
    readonly view: number;
    readonly line: string;
    /** Process that wrote it. */
    readonly caller: number;
    readonly cached: number | null;
  }
  /** What an agent tells of itself. */
  | {
    readonly about: "event";
    readonly view: number;
    /** JSON; perhaps a part of it, which is answered without a text. */
    readonly text: string;
    readonly caller: number;
    readonly cached: number | null;
  }
  /** The view of a branch, or of the checkpoint that a ref names. */
  | { readonly about: "branch"; readonly name: string; readonly view: number }
  | { readonly about: "checkpoint"; readonly ref: string }
  /** Names of the branches that were made from the one that a view shows. */
  | { readonly about: "children"; readonly view: number }
  /** Names for the listing of `checkpoints`. */
  | { readonly about: "checkpoints" };

/** What it answers: text, the number of a view that is open now (null: there is none), or names. */
export interface Answer {
  /** The daemon could not find it out. */
  readonly failed?: true;
  readonly text?: string;
  readonly view?: number | null;
  readonly names?: readonly string[];
  /** Branches have names that begin with the one that was asked for. */
  readonly isPrefix?: boolean;
}

/** Asks. The answer is given to {@linkcode Questions.answer} with the same ticket. */
export type Ask = (ticket: number, question: Question) => void;

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
