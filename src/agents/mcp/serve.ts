/**
 * The Model Context Protocol over two streams: a message a line, in both directions.
 *
 * @module
 */

import { type ByteSource, LineError, LineReader } from "../../control/line_reader.ts";
import { answer, type Session } from "./answer.ts";
import { ERROR, idOf, type Message, readMessage, type RequestId, RpcError } from "./messages.ts";
import type { Workspace } from "./workspace.ts";

/** Longest message, bytes. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
/** Longest time from the beginning of a message to its end, ms. */
const LINE_DEADLINE_MS = 60_000;
/** Longest time that answers under way may take when nothing more is asked, ms. */
const END_DEADLINE_MS = 30_000;

/** Who answers, as clients show it. */
export interface ServerInfo {
  readonly name: string;
  readonly title: string;
  readonly version: string;
}

export interface McpStreams {
  readonly input: ByteSource;
  /** Writes one line, whole. */
  write(line: string): void;
}

/**
 * Answers until the input ends. Tools are called in the order in which they were asked for: a model that asks for several at once means
 * it so. All else is answered as it is done.
 */
export async function serveMcp(
  workspace: Workspace,
  info: ServerInfo,
  { input, write }: McpStreams,
): Promise<void> {
  const lines = new LineReader(input, { maxBytes: MAX_LINE_BYTES, deadlineMs: LINE_DEADLINE_MS });
  const underWay = new Map<RequestId, { cancelled: boolean; done: Promise<void> }>();
  const reply = (id: RequestId | null, rest: object) => {
    write(JSON.stringify({ jsonrpc: "2.0", id, ...rest }));
  };
  const session: Session = { info };
  let turn: Promise<unknown> = Promise.resolve();
  const answered = (message: Message) => {
    if (message.method !== "tools/call") return answer(workspace, message, session);
    const result = turn.then(() => answer(workspace, message, session));
    turn = result.catch(() => {});
    return result;
  };
  const begin = (id: RequestId, message: Message) => {
    const task = { cancelled: false, done: Promise.resolve() };
    task.done = answered(message)
      .then((result) => ({ result }), (error) => ({ error: wireError(error) }))
      .then((rest) => {
        underWay.delete(id);
        if (!task.cancelled) reply(id, rest);
      });
    underWay.set(id, task);
  };
  while (true) {
    let line: string | null;
    try {
      line = await lines.next();
    } catch (error) {
      // Where one line ends and the next begins is not known any more, except after one that was no UTF-8.
      reply(null, { error: { code: ERROR.parse, message: (error as Error).message } });
      if (error instanceof LineError && error.code === "bad_encoding") continue;
      break;
    }
    if (line === null) break;
    if (line.trim() === "") continue;
    try {
      const message = readMessage(line);
      if (message?.id !== undefined) begin(message.id, message);
      else if (message?.method === "notifications/cancelled") {
        const task = underWay.get(message.params.requestId as RequestId);
        if (task !== undefined) task.cancelled = true;
      }
    } catch (error) {
      reply(idOf(line), { error: wireError(error) });
    }
  }
  await ended([...underWay.values()].map(({ done }) => done));
}

async function ended(tasks: readonly Promise<void>[]): Promise<void> {
  if (tasks.length === 0) return;
  const { promise: expired, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, END_DEADLINE_MS);
  await Promise.race([Promise.all(tasks), expired]);
  clearTimeout(timer);
}

function wireError(error: unknown): object {
  if (error instanceof RpcError) {
    const { code, message, data } = error;
    return { code, message, ...(data === undefined ? {} : { data }) };
  }
  return { code: ERROR.internal, message: error instanceof Error ? error.message : String(error) };
}
