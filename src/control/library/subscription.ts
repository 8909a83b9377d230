/**
 * Events of a daemon, as they happen.
 *
 * @module
 */

import { connectSocket, ControlClient, ControlError } from "../client.ts";
import type { Params } from "../methods.ts";
import type { WorkspaceEvent } from "../service/daemon.ts";
import type { SubscribeOptions } from "./subscribe_options.ts";
import { untilReplaced } from "./until_replaced.ts";
import type { SocketTransport } from "../socket_transport.ts";

/**
 * The events from now on: they are told from the moment {@linkcode Subscription.begin} resolves, also if nobody reads yet. Where
 * some are missing there is one of kind `lost`: because they were not read in time, or another server took over.
 */
export class Subscription implements AsyncIterable<WorkspaceEvent>, Disposable {
  readonly #socket: string;
  readonly #params: Params<"subscribe">;
  #transport: SocketTransport;
  #isClosed = false;

  private constructor(
    socket: string,
    params: Params<"subscribe">,
    transport: SocketTransport,
  ) {
    this.#socket = socket;
    this.#params = params;
    this.#transport = transport;
  }

  /** Rejects with `ServiceError` where the daemon refuses, and with {@linkcode ControlError} where it cannot be asked. */
  static async begin(socket: string, options: SubscribeOptions = {}): Promise<Subscription> {
    const { kinds, branch, queue, signal } = options;
    signal?.throwIfAborted();
    const params: Params<"subscribe"> = {
      ...(kinds === undefined ? {} : { kinds: [...kinds] }),
      ...(branch === undefined ? {} : { branch }),
      ...(queue === undefined ? {} : { queue }),
    };
    const begun = new Subscription(socket, params, (await connect(socket, params)).transport);
    signal?.addEventListener("abort", () => begun.close());
    if (signal?.aborted) begun.close();
    return begun;
  }

  /** Throws {@linkcode ControlError} where the daemon is gone for good. */
  async *[Symbol.asyncIterator](): AsyncGenerator<WorkspaceEvent, void, void> {
    try {
      while (!this.#isClosed) {
        const line = await this.#transport.next().catch(() => null);
        if (this.#isClosed) return;
        if (line === null) yield await this.#reconnect();
        else yield this.#read(line);
      }
    } finally {
      this.close();
    }
  }

  /** Ends the events. May be called again. */
  close(): void {
    this.#isClosed = true;
    this.#transport.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #read(line: string): WorkspaceEvent {
    try {
      const { event } = JSON.parse(line) as { event: WorkspaceEvent };
      return event;
    } catch (cause) {
      const message = `The daemon at ${this.#socket} sent something that is no event`;
      throw new ControlError("protocol", this.#socket, message, { cause });
    }
  }

  /** Another server takes over: what happened between the two nobody knows. */
  async #reconnect(): Promise<WorkspaceEvent> {
    const { transport, seq } = await untilReplaced(() => connect(this.#socket, this.#params));
    if (this.#isClosed) transport.close();
    this.#transport = transport;
    const time = new Date().toISOString();
    return { kind: "lost", seq, time, branch: this.#params.branch ?? null, count: null };
  }
}

async function connect(
  socket: string,
  params: Params<"subscribe">,
): Promise<{ transport: SocketTransport; seq: number }> {
  const transport = await connectSocket(socket);
  const client = new ControlClient(transport);
  try {
    const { seq } = await client.call("subscribe", params);
    return { transport, seq };
  } catch (error) {
    client.close();
    throw error;
  }
}
