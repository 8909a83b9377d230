/**
 * The control socket: accepts clients and answers their lines, each client in its own order.
 *
 * A client that is slow, silent or gone holds nothing but its own place among the clients.
 *
 * @module
 */

import { listenLocal, type LocalListener } from "../host/local_listener.ts";
import type { LocalConnection } from "../host/local_socket.ts";
import { type PeerCredentials, Peers } from "../host/peers.ts";
import type { EventStream } from "./event_stream.ts";
import { LineError, LineReader } from "./line_reader.ts";
import { errorReply, MAX_LINE_BYTES, PROTOCOL_VERSION } from "./protocol.ts";
import { runLine } from "./run_line.ts";
import type { Service } from "./service.ts";
import { ServiceError } from "./service_error.ts";
import { freeSocketPath } from "./socket_path.ts";

export interface ControlServerOptions {
  /** Longest time between the first byte of a request and its newline, ms. */
  lineDeadlineMs?: number;
  /** Most clients at once; the next is told so and cut off. */
  maxClients?: number;
  /** The path is ours, even if a server before this one, which is over, is not gone and has it open. */
  takeOver?: boolean;
  /**
   * What a client may ask, looked up for each of its requests. May throw {@linkcode ServiceError}. Default: everything, for
   * whoever can open the socket.
   */
  serviceFor?: ServiceFor | null;
}

/**
 * `peers`: who the client may be, as a rule one process. `begin`: called if the request is one for events, which then follow the
 * reply until the connection ends.
 */
export type ServiceFor = (
  peers: readonly PeerCredentials[],
  begin: (events: EventStream) => void,
) => Service;

const DEFAULTS: Required<ControlServerOptions> = {
  lineDeadlineMs: 10_000,
  maxClients: 256,
  takeOver: false,
  serviceFor: null,
};

/** Longest time {@linkcode ControlServer.close} waits for replies under way, ms. */
const CLOSE_GRACE_MS = 2_000;

export class ControlServer {
  readonly path: string;
  readonly #service: Service;
  readonly #listener: LocalListener;
  readonly #options: Required<ControlServerOptions>;
  readonly #clients = new Set<LocalConnection>();
  /** Requests taken and not yet answered. */
  readonly #pending = new Set<Promise<void>>();
  #closing = false;
  #accepting: Promise<void>;

  private constructor(
    service: Service,
    path: string,
    listener: LocalListener,
    options: Required<ControlServerOptions>,
  ) {
    this.path = path;
    this.#service = service;
    this.#listener = listener;
    this.#options = options;
    this.#accepting = this.#accept();
  }

  /**
   * Listens on `path` (absolute). The socket is 0600 from the moment it exists.
   * Errors: those of {@linkcode freeSocketPath}.
   */
  static async listen(
    service: Service,
    path: string,
    options: ControlServerOptions = {},
  ): Promise<ControlServer> {
    await freeSocketPath(path, options.takeOver);
    return new ControlServer(service, path, listenLocal(path), { ...DEFAULTS, ...options });
  }

  /** Stops accepting, lets replies under way reach their clients for a moment, removes the socket. */
  async close(): Promise<void> {
    if (this.#closing) return await this.#accepting;
    this.#closing = true;
    this.#listener.close();
    await Promise.race([Promise.allSettled(this.#pending), delay(CLOSE_GRACE_MS)]);
    for (const client of this.#clients) void hangUp(client);
    await this.#accepting;
    try {
      await Deno.remove(this.path);
    } catch { /* the listener removes it itself on some systems */ }
  }

  async #accept(): Promise<void> {
    const peers = this.#options.serviceFor === null ? null : new Peers();
    while (!this.#closing) {
      let client: LocalConnection;
      try {
        client = await this.#listener.accept();
      } catch {
        if (this.#closing) return;
        await delay(50); // out of descriptors, most likely: they come back when clients leave
        continue;
      }
      void this.#serve(client, peers === null ? [] : accepted(peers));
    }
  }

  async #serve(client: LocalConnection, peers: readonly PeerCredentials[]): Promise<void> {
    this.#clients.add(client);
    try {
      if (this.#clients.size > this.#options.maxClients) {
        const message = `The daemon already has ${this.#options.maxClients} clients`;
        await this.#send(client, errorReply(null, new ServiceError("too_many_clients", message)));
        return;
      }
      const lines = new LineReader(client, {
        maxBytes: MAX_LINE_BYTES,
        deadlineMs: this.#options.lineDeadlineMs,
      });
      // A line that comes while the server closes gets no answer: what it asks for might be cut off.
      for (let line = await this.#next(client, lines); line !== null && !this.#closing;) {
        const events = await this.#answer(client, peers, line);
        if (events !== null) {
          await this.#tell(client, lines, events);
          break;
        }
        line = await this.#next(client, lines);
      }
      await hangUp(client);
      await lines.settled();
    } catch {
      /* the client is gone, and nobody is left to be told */
    } finally {
      this.#clients.delete(client);
      closeQuietly(client);
    }
  }

  /** The next request, or null where there will be none: the connection ended or cannot be trusted further. */
  async #next(client: LocalConnection, lines: LineReader): Promise<string | null> {
    try {
      return await lines.next();
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      const refusal = new ServiceError(error.code, error.message, { exit: 2 });
      await this.#send(client, errorReply(null, refusal));
      return null;
    }
  }

  async #answer(
    client: LocalConnection,
    peers: readonly PeerCredentials[],
    line: string,
  ): Promise<EventStream | null> {
    let events: EventStream | null = null;
    const begin = (begun: EventStream) => void (events = begun);
    const answered = this.#run(peers, line, begin).then((reply) => this.#send(client, reply));
    this.#pending.add(answered);
    try {
      await answered;
      return events;
    } catch (error) {
      (events as EventStream | null)?.close();
      throw error;
    } finally {
      this.#pending.delete(answered);
    }
  }

  /** Sends events until the client hangs up or sends anything. */
  async #tell(client: LocalConnection, lines: LineReader, events: EventStream): Promise<void> {
    const ended = lines.next().catch(() => null).finally(() => events.close());
    try {
      for (let event = await events.next(); event !== null; event = await events.next()) {
        await this.#send(client, JSON.stringify({ v: PROTOCOL_VERSION, event }));
      }
    } finally {
      events.close();
    }
    await ended;
  }

  async #run(
    peers: readonly PeerCredentials[],
    line: string,
    begin: (events: EventStream) => void,
  ): Promise<string> {
    const { serviceFor } = this.#options;
    let service = this.#service;
    try {
      if (serviceFor !== null) service = serviceFor(peers, begin);
    } catch (error) {
      return errorReply(null, error);
    }
    return await runLine(service, line);
  }

  async #send(client: LocalConnection, reply: string): Promise<void> {
    const bytes = new TextEncoder().encode(reply + "\n");
    for (let sent = 0; sent < bytes.length;) sent += await client.write(bytes.subarray(sent));
  }
}

/** Who it is cannot be told where there are no descriptors left: it may then ask nothing. */
function accepted(peers: Peers): readonly PeerCredentials[] {
  try {
    return peers.accepted();
  } catch {
    return [];
  }
}

/**
 * Tells the client that nothing more comes. Closing alone would not: Deno keeps a socket open as long as a
 * read of it is under way, and that read ends when the client hangs up in turn.
 */
async function hangUp(client: LocalConnection): Promise<void> {
  try {
    await client.closeWrite();
  } catch { /* gone already */ }
}

function closeQuietly(client: LocalConnection): void {
  try {
    client.close();
  } catch { /* closed already */ }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    Deno.unrefTimer(setTimeout(resolve, ms));
  });
}
