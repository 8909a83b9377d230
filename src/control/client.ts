/**
 * A typed client of a daemon's control socket.
 *
 * ```ts
 * const client = await ControlClient.connect("/run/user/1000/agentvfs/control.sock");
 * try {
 *   console.log((await client.checkpoint({ label: "before" })).id);
 * } finally {
 *   client.close();
 * }
 * ```
 *
 * @module
 */

import type { CallOptions, ConnectOptions } from "./api/call_options.ts";
import { ControlError } from "./api/control_error.ts";
import { METHOD_NAMES, type MethodName, type Params, type Result } from "./methods.ts";
import { PROTOCOL_VERSION, type WireError } from "./protocol.ts";
import { ServiceError } from "./service_error.ts";
import { SocketTransport } from "./socket_transport.ts";
import type { Transport } from "./transport.ts";

export type { CallOptions, ConnectOptions };
export { ControlError };

const CONNECT_DEADLINE_MS = 5_000;

/** After it the connection has events, and no more replies: it is for who reads those. */
const SUBSCRIBE = "subscribe";

/** The methods as in {@linkcode Service}, with the parameters optional where none is required. */
type Calls = {
  readonly [M in Exclude<MethodName, typeof SUBSCRIBE>]: Call<Params<M>, Result<M>>;
};
type Call<P, R> = Record<never, never> extends P ? (params?: P, options?: CallOptions) => Promise<R>
  : (params: P, options?: CallOptions) => Promise<R>;

/** The class has these: each calls {@linkcode ControlClient.call}. */
export interface ControlClient extends Calls {}

/**
 * One connection. Calls may overlap; the daemon carries them out in order. They reject with
 * {@linkcode ServiceError} where the daemon refused and with {@linkcode ControlError} where it could not be asked.
 */
export class ControlClient {
  /** Where the daemon was found: its socket, or `.agentvfs/ctl`. */
  readonly socket: string;
  readonly #transport: Transport;
  readonly #callDeadlineMs: number | undefined;
  #lastId = 0;
  /** Calls take turns: a reply belongs to the oldest request that has none. */
  #turn: Promise<unknown> = Promise.resolve();
  #broken: ControlError | null = null;

  /** A client of whoever is at the other end of `transport`, which it closes. */
  constructor(transport: Transport, options: Pick<ConnectOptions, "callDeadlineMs"> = {}) {
    this.socket = transport.place;
    this.#transport = transport;
    this.#callDeadlineMs = options.callDeadlineMs;
  }

  /** Connects to the socket at an absolute path. Rejects with {@linkcode ControlError}. */
  static async connect(socket: string, options: ConnectOptions = {}): Promise<ControlClient> {
    return new this(await connectSocket(socket, options), options);
  }

  /** Calls a method by its name. */
  call<M extends MethodName>(
    method: M,
    params: Params<M>,
    options: CallOptions = {},
  ): Promise<Result<M>> {
    const result = this.#turn.then(() => this.#call(method, params, options));
    this.#turn = result.catch(() => {});
    return result as Promise<Result<M>>;
  }

  /** Ends the connection; calls under way reject with `closed`. */
  close(): void {
    this.#broken ??= new ControlError("closed", this.socket, "The connection was closed");
    this.#transport.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #call(method: string, params: object, options: CallOptions): Promise<unknown> {
    if (this.#broken !== null) throw this.#broken;
    const id = ++this.#lastId;
    const deadlineMs = options.deadlineMs ?? this.#callDeadlineMs;
    const request = { v: PROTOCOL_VERSION, id, method, params };
    const exchange = this.#transport.exchange(JSON.stringify(request));
    let line: string | null;
    try {
      line = await (deadlineMs === undefined ? exchange : within(exchange, deadlineMs));
    } catch (cause) {
      if (cause instanceof ControlError) throw this.#break(cause);
      const [code, message] = cause instanceof Expired
        ? [
          "timeout",
          `The daemon at ${this.socket} did not answer ${method} in ${deadlineMs} ms`,
        ] as const
        : ["closed", `The daemon at ${this.socket} went away during ${method}`] as const;
      throw this.#break(new ControlError(code, this.socket, message, { cause }));
    }
    if (line === null) {
      const message = `The daemon at ${this.socket} hung up during ${method}`;
      throw this.#break(new ControlError("closed", this.socket, message));
    }
    return this.#result(line, id);
  }

  #result(line: string, id: number): unknown {
    const reply = parseReply(line);
    if (reply === null || (reply.id !== id && reply.id !== null)) {
      const message = `The daemon at ${this.socket} sent something that is not a reply`;
      throw this.#break(new ControlError("protocol", this.socket, message));
    }
    if (reply.ok) return reply.result;
    const { code, message, exit, hint, details } = reply.error;
    throw new ServiceError(code, message, {
      exit: exit ?? 1,
      ...(hint === undefined ? {} : { hint }),
      ...(details === undefined ? {} : { details }),
    });
  }

  /** After a lost reply the connection cannot be trusted to pair replies with requests. */
  #break(error: ControlError): ControlError {
    this.close();
    this.#broken = error;
    return error;
  }
}

/** Connects to the socket at an absolute path. Rejects with {@linkcode ControlError}. */
export async function connectSocket(
  socket: string,
  options: Pick<ConnectOptions, "connectDeadlineMs"> = {},
): Promise<SocketTransport> {
  const connecting = SocketTransport.connect(socket);
  try {
    return await within(connecting, options.connectDeadlineMs ?? CONNECT_DEADLINE_MS);
  } catch (cause) {
    if (cause instanceof Expired) {
      connecting.then((late) => late.close(), () => {});
      const message = `The daemon at ${socket} does not accept connections`;
      throw new ControlError("timeout", socket, message, { cause });
    }
    throw new ControlError("unreachable", socket, unreachable(socket, cause), { cause });
  }
}

for (const name of METHOD_NAMES) {
  if (name === SUBSCRIBE) continue;
  Object.defineProperty(ControlClient.prototype, name, {
    value(this: ControlClient, params: object = {}, options?: CallOptions) {
      return this.call(name, params as Params<typeof name>, options);
    },
  });
}

type Reply =
  & { id: unknown }
  & ({ ok: true; result: unknown } | { ok: false; error: WireError });

function parseReply(line: string): Reply | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const reply = value as Partial<{ id: unknown; ok: unknown; error: Partial<WireError> | null }>;
  if (reply.ok === true) return reply as Reply;
  if (reply.ok !== false || typeof reply.error !== "object" || reply.error === null) return null;
  const { code, message } = reply.error;
  return typeof code === "string" && typeof message === "string" ? reply as Reply : null;
}

function unreachable(socket: string, cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) return `No daemon: there is no socket ${socket}`;
  if (cause instanceof Deno.errors.ConnectionRefused) {
    return `No daemon listens on ${socket} any more`;
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return isOfAnother(socket)
      ? `The daemon at ${socket} belongs to another user`
      : `This process may not connect to ${socket}, as in an agent's sandbox`;
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return `Cannot connect to ${socket}: ${reason}`;
}

function isOfAnother(socket: string): boolean {
  try {
    return Deno.lstatSync(socket).uid !== Deno.uid();
  } catch (error) {
    // Who may not even look at it is in no sandbox: those hide it, or let one look.
    return error instanceof Deno.errors.PermissionDenied;
  }
}

class Expired extends Error {}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Expired(`Not done in ${ms} ms`)), ms);
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
