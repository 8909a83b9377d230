/**
 * The fs thread, as the server's main thread sees it.
 *
 * @module
 */

import { createMailbox, MailboxSender } from "../threads/mailbox.ts";
import { revisitLater } from "./revisit_later.ts";
import type { Answer, Question } from "../../mount/virtual/question.ts";
import type {
  FsCommands,
  FsMessage,
  FsRequest,
  FsStart,
  TakenCapture,
  ViewCommands,
} from "../threads/messages.ts";
import { ThreadError } from "../threads/posted_error.ts";
import { onWorkerFailure } from "../threads/worker_failure.ts";

/** What the thread found when it started. */
export type FsReady = FsMessage & { readonly type: "ready" };

export interface FsClientOptions {
  readonly start: Omit<FsStart, "mailbox">;
  /** Wakes the thread once something is in its mailbox, where the mailbox's own wake does not. */
  readonly rouse: () => void;
  /** Somebody in the mount asked something. Resolves with the answer. */
  readonly onAsk: (question: Question) => Promise<Answer>;
  /** A program looks up the names of this directory (a binary string) of the mount one by one. */
  readonly onList: (path: string) => void;
  /** The kernel is to look up this path of the mount, a binary string. */
  readonly onRevisit: (path: string) => void;
  /** The kernel keeps pages of this node that were not taken over. */
  readonly onStale: (node: number) => void;
  /** The kernel refers to nothing in this view of a checkpoint any more. */
  readonly onIdle: (view: number) => void;
  /** The kernel refers to more nodes of this view than is good for the memory. */
  readonly onMany: (view: number) => void;
  /** The thread took a capture by itself, which is to be stored. */
  readonly onCaptured: (view: number, taken: TakenCapture) => void;
}

/** What a command meets that comes after the thread's end. */
const UNMOUNTED = { name: "Error", code: "unmounted", message: "The file system was unmounted" };

export class FsClient {
  readonly #worker: Worker;
  readonly #sender: MailboxSender;
  /**
   * Settles the message that is under way. Not a race with {@linkcode ended}: that would keep every answer
   * there ever was, as long as it is pending.
   */
  #reply: PromiseWithResolvers<FsMessage> | null = null;
  /** The end of the queue of commands. */
  #last: Promise<unknown> = Promise.resolve();
  /** Resolves when the file system was unmounted, rejects when the thread failed. */
  readonly ended: Promise<void>;
  readonly #onEnd = Promise.withResolvers<void>();
  /** Why no message is answered any more. */
  #end: Error | null = null;

  private constructor(readonly options: FsClientOptions) {
    this.ended = this.#onEnd.promise;
    this.ended.catch(() => {});
    const mailbox = createMailbox();
    this.#sender = new MailboxSender(mailbox);
    this.#worker = new Worker(new URL("./fs_thread.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = (event: MessageEvent<FsMessage>) => this.#receive(event.data);
    onWorkerFailure(this.#worker, "fs", (error) => this.#failed(error));
    this.#worker.postMessage({ ...options.start, mailbox }, [options.start.captures]);
  }

  /** Starts the thread; resolves when it serves. */
  static async start(
    options: FsClientOptions,
  ): Promise<{ client: FsClient; ready: FsReady }> {
    const client = new FsClient(options);
    const message = await client.#answered();
    if (message.type !== "ready") throw new Error("The fs thread ended before it was ready");
    return { client, ready: message };
  }

  #receive(message: FsMessage): void {
    if (message.type === "ask") {
      // Once the thread has ended nobody waits.
      this.#answer(message.ticket, message.question).catch(() => {});
    } else if (message.type === "list") {
      this.options.onList(message.path);
    } else if (message.type === "revisit") {
      this.options.onRevisit(message.path);
    } else if (message.type === "missed") {
      const { missed } = message;
      revisitLater((isLast) => this.call("revisit", { missed, isLast }));
    } else if (message.type === "stale") {
      this.options.onStale(message.node);
    } else if (message.type === "idle") {
      this.options.onIdle(message.view);
    } else if (message.type === "many") {
      this.options.onMany(message.view);
    } else if (message.type === "captured") {
      const { type: _, view, ...taken } = message;
      this.options.onCaptured(view, taken);
    } else if (message.type === "unmounted") {
      this.#endWith(new ThreadError(UNMOUNTED));
      this.#onEnd.resolve();
    } else if (message.type === "crashed") {
      this.#failed(new ThreadError(message.error));
    } else {
      this.#reply?.resolve(message);
      this.#reply = null;
    }
  }

  #failed(error: Error): void {
    this.#endWith(error);
    this.#onEnd.reject(error);
  }

  #endWith(error: Error): void {
    this.#end ??= error;
    this.#reply?.reject(this.#end);
    this.#reply = null;
  }

  /** The next answer. Rejects if the thread ends before it gives one. */
  #answered(): Promise<FsMessage> {
    if (this.#end !== null) return Promise.reject(this.#end);
    this.#reply = Promise.withResolvers();
    return this.#reply.promise;
  }

  async #answer(ticket: number, question: Question): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.options.onAsk(question);
    } catch (error) {
      // Who waits is answered by the next server.
      if (this.#end !== null) return;
      console.error(`No answer about ${question.about}: ${(error as Error).message}`);
      answer = { failed: true };
    }
    // Where the thread has ended there is nobody to answer.
    await this.call("answer", { ticket, answer }).catch(() => {});
  }

  /** Runs a command, after those that were asked for before it. Rejects with {@linkcode ThreadError}. */
  call<K extends keyof FsCommands>(
    command: K,
    value: FsCommands[K]["in"],
  ): Promise<FsCommands[K]["out"]> {
    return this.#queue({ command, value } as FsRequest) as Promise<FsCommands[K]["out"]>;
  }

  /** As {@linkcode call}, about one view. */
  callView<K extends keyof ViewCommands>(
    view: number,
    command: K,
    value: ViewCommands[K]["in"],
  ): Promise<ViewCommands[K]["out"]> {
    const request = { view, command, value } as FsRequest;
    return this.#queue(request) as Promise<ViewCommands[K]["out"]>;
  }

  #queue(request: FsRequest): Promise<unknown> {
    const result = this.#last.then(() => this.#run(request));
    this.#last = result.catch(() => {});
    return result;
  }

  async #run(request: FsRequest): Promise<unknown> {
    const message = new TextEncoder().encode(JSON.stringify(request));
    let offset = 0;
    let reply: FsMessage;
    do {
      const answered = this.#answered();
      offset = this.#sender.put(message, offset);
      this.options.rouse();
      reply = await answered;
    } while (offset >= 0);
    if (reply.type === "failed") throw new ThreadError(reply.error);
    return (reply as { value: unknown }).value;
  }

  /** Makes the thread end although the file system may live on, kept by programs after a lazy unmount. */
  end(): void {
    this.call("end", null).catch(() => {});
  }

  terminate(): void {
    this.#worker.terminate();
  }
}
