/**
 * One request line in, one reply line out, whatever carries the lines.
 *
 * @module
 */

import { callMethod } from "./call_method.ts";
import { runPlainWords } from "./plain_words.ts";
import { errorReply, okReply, parseRequest, RequestError, type RequestId } from "./protocol.ts";
import type { Service } from "./service.ts";

/**
 * Executes one command line, a JSON request or plain words (`checkpoint before refactor`), and returns the
 * JSON reply without a newline. Never throws: what goes wrong is in the reply.
 *
 * ```ts
 * await runLine(service, "rollback baseline"); // {"ok":true,"rolled_back_to":"…",…}
 * ```
 */
export async function runLine(service: Service, line: string): Promise<string> {
  const text = line.trim();
  if (!text.startsWith("{")) return await runPlainWords(service, text);
  let id: RequestId = null;
  try {
    const request = parseRequest(text);
    id = request.id;
    return okReply(id, await callMethod(service, request.method, request.params));
  } catch (error) {
    return errorReply(error instanceof RequestError ? error.id : id, error);
  }
}
