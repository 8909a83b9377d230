/**
 * A stand-in for the models of coding agents: it says what a script says, so that the real agents can work for a test without
 * network and without an account. It is written from the documentation of the two protocols it speaks, streamed: Anthropic's
 * Messages (Claude Code) and OpenAI's Responses (Codex).
 *
 * @module
 */

/** What the model says in one turn. Each is said once, in order. */
export interface Turn {
  readonly text?: string;
  readonly tools?: readonly ToolCall[];
  /** Only in a conversation that the person began so. */
  readonly prompt?: RegExp;
}

/** An input that is a string makes a call of a tool without a schema, as Codex's `apply_patch`. */
export interface ToolCall {
  readonly name: string;
  readonly input: Record<string, unknown> | string;
}

/** A request of an agent, as far as tests look at it. */
export interface Asked {
  /** All that was said in the conversation up to now. */
  readonly texts: readonly string[];
}

export interface ScriptedModel {
  readonly port: number;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

type Json = Record<string, unknown>;
interface Answer {
  readonly text: string;
  readonly tools: readonly (ToolCall & { readonly id: string })[];
}

/** Listens on 127.0.0.1. What is asked after the last turn is answered with `Done.` */
export function startModel(script: readonly Turn[]): ScriptedModel {
  const left = [...script];
  const asked: Asked[] = [];
  let calls = 0;
  const answerTo = (body: Json): Answer => {
    const texts = textsIn(body.messages ?? body.input);
    asked.push({ texts: [...textsIn(body.system ?? body.instructions), ...texts] });
    // Titles and summaries are asked for without tools.
    const isOffered = Array.isArray(body.tools) && body.tools.length > 0;
    const at = isOffered
      ? left.findIndex(({ prompt }) => prompt === undefined || texts.some((t) => prompt.test(t)))
      : -1;
    const [{ text = "", tools = [] } = { text: "Done." } as Turn] = at < 0
      ? []
      : left.splice(at, 1);
    return { text, tools: tools.map((tool) => ({ ...tool, id: `call_${++calls}` })) };
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      const speak = /\/messages$/.test(pathname)
        ? messages
        : /\/responses$/.test(pathname)
        ? responses
        : null;
      if (request.method !== "POST" || speak === null) {
        return Response.json({ error: { message: "not scripted" } }, { status: 404 });
      }
      const body = await request.json();
      const events = [...speak(answerTo(body), body)];
      const stream = events.map(([type, data]) =>
        `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
      );
      return new Response(stream.join(""), { headers: { "content-type": "text/event-stream" } });
    },
  );
  return { port: server.addr.port, asked, close: () => server.shutdown() };
}

/** Every string that stands under `text`, `content` or `output`, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== "object" || value === null) return [];
  const { text, content, output } = value as Json;
  return [text, content, output].flatMap(textsIn);
}

function* messages({ text, tools }: Answer, { model }: Json): Generator<[string, Json]> {
  const usage = { input_tokens: 100, output_tokens: 10 };
  const message = { id: "msg_1", type: "message", role: "assistant", model, content: [], usage };
  yield ["message_start", { message: { ...message, stop_reason: null, stop_sequence: null } }];
  const blocks = [
    ...(text === "" ? [] : [{ type: "text", text: "" }]),
    ...tools.map(({ id, name }) => ({ type: "tool_use", id, name, input: {} })),
  ];
  const deltas = [
    ...(text === "" ? [] : [{ type: "text_delta", text }]),
    ...tools.map(({ input }) => ({
      type: "input_json_delta",
      partial_json: JSON.stringify(input),
    })),
  ];
  for (const [index, content_block] of blocks.entries()) {
    yield ["content_block_start", { index, content_block }];
    yield ["content_block_delta", { index, delta: deltas[index] }];
    yield ["content_block_stop", { index }];
  }
  const stop_reason = tools.length > 0 ? "tool_use" : "end_turn";
  yield ["message_delta", { delta: { stop_reason, stop_sequence: null }, usage }];
  yield ["message_stop", {}];
}

function* responses({ text, tools }: Answer, { model }: Json): Generator<[string, Json]> {
  const content = [{ type: "output_text", text, annotations: [] }];
  const output: Json[] = [
    ...(text === "" ? [] : [{ type: "message", id: "msg_1", role: "assistant", content }]),
    ...tools.map(({ id, name, input }) => ({
      ...(typeof input === "string"
        ? { type: "custom_tool_call", input }
        : { type: "function_call", arguments: JSON.stringify(input) }),
      id: `item_${id}`,
      call_id: id,
      name,
    })),
  ];
  const usage = {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 10,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 110,
  };
  const response = { id: `resp_${crypto.randomUUID()}`, object: "response", model, usage };
  yield ["response.created", { response: { ...response, status: "in_progress", output: [] } }];
  for (const [output_index, item] of output.entries()) {
    yield ["response.output_item.added", { output_index, item }];
    yield ["response.output_item.done", { output_index, item }];
  }
  yield ["response.completed", { response: { ...response, status: "completed", output } }];
}
