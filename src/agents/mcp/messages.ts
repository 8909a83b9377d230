/**
 * The messages of the Model Context Protocol, as far as a server of tools speaks it: JSON-RPC 2.0, a line each.
 *
 * There are two eras. Until 2025-11-25 a client begins with `initialize`. Since 2026-07-28 nothing begins: every request says its
 * version in `_meta`, and every result says that it is complete.
 *
 * @module
 */

/** Of the era with `initialize`, newest first. */
export const HANDSHAKE_VERSIONS = ["2025-11-25", "2025-06-18"] as const;
/** Of the era in which each request says its version. */
export const STATELESS_VERSIONS = ["2026-07-28"] as const;

export const VERSION_KEY = "io.modelcontextprotocol/protocolVersion";
export const CLIENT_INFO_KEY = "io.modelcontextprotocol/clientInfo";
export const SERVER_INFO_KEY = "io.modelcontextprotocol/serverInfo";

/** Codes of errors: JSON-RPC's, and the protocol's own. */
export const ERROR = {
  parse: -32700,
  badRequest: -32600,
  unknownMethod: -32601,
  badParams: -32602,
  internal: -32603,
  unknownResource: -32002,
  badVersion: -32022,
} as const;

export type RequestId = string | number;

/** A request, or, without an id, a notification. */
export interface Message {
  readonly id?: RequestId;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** An answer that is an error of the protocol. What a tool could not do is a result instead, for the model to read. */
export class RpcError extends Error {
  constructor(readonly code: number, message: string, readonly data?: object) {
    super(message);
    this.name = "RpcError";
  }
}

/** Reads a line. Null: it is an answer, which nobody asked for here. Throws {@linkcode RpcError}. */
export function readMessage(line: string): Message | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new RpcError(ERROR.parse, `The line is not JSON: ${(cause as Error).message}`);
  }
  if (!isRecord(value)) throw new RpcError(ERROR.badRequest, "A message must be one JSON object");
  const { id, method, params } = value;
  if (method === undefined && ("result" in value || "error" in value)) return null;
  if (typeof method !== "string") throw new RpcError(ERROR.badRequest, "A message needs a method");
  if (params !== undefined && !isRecord(params)) {
    throw new RpcError(ERROR.badParams, "Parameters must be one JSON object");
  }
  const known = typeof id === "string" || typeof id === "number" ? { id } : {};
  return { ...known, method, params: params ?? {} };
}

/** The id of a line that could not be read as a message, as far as it has one. */
export function idOf(line: string): RequestId | null {
  try {
    const { id } = JSON.parse(line);
    return typeof id === "string" || typeof id === "number" ? id : null;
  } catch {
    return null;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
