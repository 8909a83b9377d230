/**
 * The fs thread, as the server's main thread sees it.
 *
 * @module
 */

import { createMailbox, MailboxSender } from "./mailbox.ts";
import type { FsCommands, FsMessage, FsStart } from "./messages.ts";
import { ThreadError } from "./posted_error.ts";

/** What the thread found when it started. */
export type FsReady = FsMessage & { readonly type: "ready" };

export interface FsClientOptions {
  readonly start: Omit<FsStart, "mailbox">;
  /** A command line was written to `ctl` (or null: `status` was looked at). Resolves with the answer. */
  readonly onAsk: (line: string | null) => Promise<string>;
}

export class FsClient {
  readonly #worker: Worker;
  readonly #sender: MailboxSender;
  /** Settles the message that is under way. */
  #reply: ((message: FsMessage) => void) | null = null;
  /** The end of the queue of commands. */
  #last: Promise<unknown> = Promise.resolve();
  /** Resolves when the file system was unmounted, rejects when the thread failed. */
  readonly ended: Promise<void>;
  #onEnd!: { resolve(): void; reject(error: Error): void };
  readonly #onAsk: FsClientOptions["onAsk"];

  private constructor(options: FsClientOptions) {
    this.#onAsk = options.onAsk;
    this.ended = new Promise((resolve, reject) => this.#onEnd = { resolve, reject });
    this.ended.catch(() => {});
    const mailbox = createMailbox();
    this.#sender = new MailboxSender(mailbox);
    this.#worker = new Worker(new URL("./fs_thread.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = (event: MessageEvent<FsMessage>) => this.#receive(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#onEnd.reject(new Error(`The fs thread failed: ${event.message}`));
    };
    this.#worker.postMessage({ ...options.start, mailbox }, [options.start.captures]);
  }

  /** Starts the thread; resolves when it serves. */
  static async start(
    options: FsClientOptions,
  ): Promise<{ client: FsClient; ready: FsReady }> {
    const client = new FsClient(options);
    const ready = new Promise<FsMessage>((resolve) => client.#reply = resolve);
    const message = await Promise.race([ready, client.ended]);
    if (message?.type !== "ready") throw new Error("The fs thread ended before it was ready");
    return { client, ready: message };
  }

  #receive(message: FsMessage): void {
    if (message.type === "ask") {
      void this.#answer(message.ticket, message.line);
    } else if (message.type === "unmounted") {
      this.#onEnd.resolve();
    } else if (message.type === "crashed") {
      this.#onEnd.reject(new ThreadError(message.error));
    } else {
      const reply = this.#reply;
      this.#reply = null;
      reply?.(message);
    }
  }

  async #answer(ticket: number, line: string | null): Promise<void> {
    const text = await this.#onAsk(line);
    await this.call("answer", { ticket, text });
  }

  /** Runs a command, after those that were asked for before it. Rejects with {@linkcode ThreadError}. */
  call<K extends keyof FsCommands>(
    command: K,
    value: FsCommands[K]["in"],
  ): Promise<FsCommands[K]["out"]> {
    const result = this.#last.then(() => this.#run(command, value));
    this.#last = result.catch(() => {});
    return result;
  }

  async #run<K extends keyof FsCommands>(
    command: K,
    value: FsCommands[K]["in"],
  ): Promise<FsCommands[K]["out"]> {
    const message = new TextEncoder().encode(JSON.stringify({ command, value }));
    let offset = 0;
    let reply: FsMessage;
    do {
      const answered = new Promise<FsMessage>((resolve) => this.#reply = resolve);
      offset = this.#sender.put(message, offset);
      const result = await Promise.race([answered, this.ended]);
      if (result === undefined) throw new Error("The file system was unmounted");
      reply = result;
    } while (offset >= 0);
    if (reply.type === "failed") throw new ThreadError(reply.error);
    return (reply as { value: unknown }).value as FsCommands[K]["out"];
  }

  /** Makes the thread end although the file system may live on, kept by programs after a lazy unmount. */
  end(): void {
    this.call("end", null).catch(() => {});
  }

  terminate(): void {
    this.#worker.terminate();
  }
}
