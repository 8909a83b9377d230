/**
 * The wire format of the control socket: one JSON object per line, in UTF-8.
 *
 * Request `{"v":1,"id":N,"method":"checkpoint","params":{…}}`; reply `{"v":1,"id":N,"ok":true,"result":…}` or
 * `{"v":1,"id":N,"ok":false,"error":{code,message,exit,hint,details}}`. Replies come in the order of the requests.
 *
 * @module
 */

import { type ErrorExit, ServiceError } from "./service_error.ts";

export const PROTOCOL_VERSION = 1;

/** Longest request line without its newline, bytes. A longer one is answered with an error and ends the connection. */
export const MAX_LINE_BYTES = 1024 * 1024;

/** Deepest nesting of objects and arrays in a request. */
const MAX_DEPTH = 32;

export interface WireError {
  code: string;
  message: string;
  exit: ErrorExit;
  hint?: string;
  details?: unknown;
}

export type RequestId = number | string | null;

export interface Request {
  id: RequestId;
  method: unknown;
  params: unknown;
}

/** Reads a request. Throws {@linkcode RequestError}, which carries the id as far as one could be read. */
export function parseRequest(line: string): Request {
  if (depthOf(line) > MAX_DEPTH) {
    throw new RequestError(
      null,
      "bad_request",
      `A request may be nested ${MAX_DEPTH} deep at most`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new RequestError(
      null,
      "bad_request",
      `The line is not JSON: ${(cause as Error).message}`,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RequestError(null, "bad_request", "A request must be one JSON object");
  }
  const { v, id: rawId, method, params, ...rest } = value as Record<string, unknown>;
  const id = typeof rawId === "number" || typeof rawId === "string" ? rawId : null;
  if (rawId !== undefined && rawId !== null && id === null) {
    throw new RequestError(null, "bad_request", "The id of a request must be a number or a string");
  }
  if (v !== PROTOCOL_VERSION) {
    throw new RequestError(
      id,
      "bad_version",
      v === undefined
        ? `The request does not say its protocol version: add "v":${PROTOCOL_VERSION}`
        : `This daemon speaks protocol version ${PROTOCOL_VERSION}, the request has version ${
          JSON.stringify(v)
        }`,
      "Use the agentvfs that started the daemon, or stop the daemon and start it with this one",
    );
  }
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new RequestError(id, "bad_request", `A request has no field ${JSON.stringify(unknown)}`);
  }
  return { id, method, params };
}

/** A request that could not be read. */
export class RequestError extends ServiceError {
  readonly id: RequestId;

  constructor(id: RequestId, code: string, message: string, hint?: string) {
    super(code, message, { exit: 2, ...(hint === undefined ? {} : { hint }) });
    this.name = "RequestError";
    this.id = id;
  }
}

export function okReply(id: RequestId, result: unknown): string {
  return JSON.stringify({ v: PROTOCOL_VERSION, id, ok: true, result });
}

export function errorReply(id: RequestId, error: unknown): string {
  return JSON.stringify({ v: PROTOCOL_VERSION, id, ok: false, error: wireError(error) });
}

/** Any thrown value as it is sent; what is not a {@linkcode ServiceError} becomes code `internal`. */
export function wireError(error: unknown): WireError {
  if (error instanceof ServiceError) {
    return {
      code: error.code,
      message: error.message,
      exit: error.exit,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.details === undefined ? {} : { details: error.details }),
    };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: "internal",
    message: `The daemon could not do this: ${reason}`,
    exit: 1,
    hint: "The daemon's log has the details; agentvfs status names it",
  };
}

/** How deep objects and arrays nest, found before parsing so that parsing cannot exhaust the stack. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i++; // a backslash escapes the next character
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x7b || c === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (c === 0x7d || c === 0x5d) depth--;
  }
  return deepest;
}
