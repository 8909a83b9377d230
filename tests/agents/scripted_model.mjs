#!/usr/bin/env node
/**
 * A model that does what a script says: an HTTP server on 127.0.0.1 with which coding agents run for a test.
 *
 *     node scripted_model.mjs --script turns.json [--port N] [--log FILE] [--bodies DIR] [--watch REGEX]
 *
 * It prints `{"port":N}` on one line when it listens, and ends with SIGTERM. It speaks, streaming or not,
 *
 * - Anthropic's Messages API  (`claude`, `opencode`)   POST …/messages
 * - OpenAI's Responses API    (`codex`)                POST …/responses
 * - Gemini's generateContent  (`gemini`)               POST …/models/MODEL:[stream]generateContent
 *
 * The script is a list of turns, or `{"turns":[…],"otherwise":"text"}`. A turn is
 *
 *     { "text": "said to the user", "tools": [{ "name": "Bash", "input": { "command": "ls" } }],
 *       "when": { "result": "regex", "prompt": "regex", "request": "regex" }, "repeat": true }
 *
 * Each request takes the first turn that is left and fits; a turn is taken once unless it says `repeat`. `when` is about
 * the results of the last tool calls, the conversation's first message of the user, and the whole body of the request; in
 * `text` and `tools` `$1`, `$2` … are what `when.result` (else `when.request`) caught in brackets. A request that offers
 * no tools (titles, summaries), and one for which no turn is left, is answered with `otherwise`.
 *
 * An input that is a string makes a call of a free-form tool (codex: `apply_patch`, `exec`); `namespace` goes with a call
 * of a tool that is offered inside one (codex: MCP).
 *
 * Each request is a line of the log: the tools offered, the results of the last calls, every new text in which `--watch`
 * (default: agentvfs) is found, and the answer. With `--bodies` the whole request is kept in a file as well.
 */

import { createServer } from "node:http";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    script: { type: "string" },
    port: { type: "string", default: "0" },
    log: { type: "string" },
    bodies: { type: "string" },
    watch: { type: "string", default: "agentvfs" },
  },
});
if (options.bodies) mkdirSync(options.bodies, { recursive: true });
const watch = new RegExp(options.watch, "i");
const USAGE = { input: 100, output: 10 };

// ---------------------------------------------------------------------------------------------- the script

const script = options.script ? JSON.parse(readFileSync(options.script, "utf8")) : [];
const turns = [...(Array.isArray(script) ? script : script.turns)];
const otherwise = { text: script.otherwise ?? "Done." };
/** As with a real model, no two conversations have calls of the same id. */
const name = `call_${Date.now().toString(36)}`;
let calls = 0;

/** The turn for a request, with an id for each of its tool calls. */
function answerTo({ tools, prompt, results }, body) {
  if (tools.length === 0) return { ...otherwise, tools: [] };
  const subjects = { result: results.join("\n"), prompt, request: body };
  for (const [index, turn] of turns.entries()) {
    const found = {};
    const fits = Object.entries(turn.when ?? {}).every((
      [key, pattern],
    ) => (found[key] = new RegExp(pattern, "s").exec(subjects[key])));
    if (!fits) continue;
    if (!turn.repeat) turns.splice(index, 1);
    const { text = "", tools = [] } = fill(turn, found.result ?? found.request ?? []);
    return { text, tools: tools.map((tool) => ({ ...tool, id: `${name}_${++calls}` })) };
  }
  return { ...otherwise, tools: [] };
}

/** `value` with `$1`… replaced in every string. */
function fill(value, groups) {
  return JSON.parse(
    JSON.stringify(value),
    (_key, item) =>
      typeof item === "string" ? item.replace(/\$(\d)/g, (all, n) => groups[n] ?? all) : item,
  );
}

// ---------------------------------------------------------------------------------------------- the dialects

/** Each: the path, what is in a request, the answer as one body, and as a stream of `[event, data]`. */
const dialects = [
  {
    name: "messages",
    path: /\/messages$/,
    read: ({ system, messages, tools = [] }) => {
      const blocks = (content) =>
        typeof content === "string" ? [{ type: "text", text: content }] : content ?? [];
      const ofUser = messages.filter(({ role }) => role === "user");
      const after = messages.slice(messages.findLastIndex(isOfModel) + 1);
      return {
        tools: tools.map(({ name, type }) => name ?? type),
        prompt: textOf(blocks(ofUser[0]?.content).filter(isOfPerson)),
        results: after.flatMap(({ content }) => blocks(content))
          .filter(({ type }) => type === "tool_result")
          .map(({ content }) => textOf(blocks(content))),
        texts: [...blocks(system), ...messages.flatMap(({ content }) => blocks(content))]
          .map((block) => block.text ?? textOf(blocks(block.content))),
      };
    },
    whole: ({ text, tools }, { model }) => ({
      id: `msg_${Date.now()}`,
      type: "message",
      role: "assistant",
      model,
      content: [
        ...(text ? [{ type: "text", text }] : []),
        ...tools.map(({ id, name, input }) => ({ type: "tool_use", id, name, input })),
      ],
      stop_reason: tools.length > 0 ? "tool_use" : "end_turn",
      stop_sequence: null,
      usage: { input_tokens: USAGE.input, output_tokens: USAGE.output },
    }),
    *stream(answer, body) {
      const { content, stop_reason, ...message } = this.whole(answer, body);
      yield ["message_start", { message: { ...message, content: [], stop_reason: null } }];
      for (const [index, block] of content.entries()) {
        const isText = block.type === "text";
        yield ["content_block_start", {
          index,
          content_block: isText ? { ...block, text: "" } : { ...block, input: {} },
        }];
        yield ["content_block_delta", {
          index,
          delta: isText
            ? { type: "text_delta", text: block.text }
            : { type: "input_json_delta", partial_json: JSON.stringify(block.input) },
        }];
        yield ["content_block_stop", { index }];
      }
      yield ["message_delta", {
        delta: { stop_reason, stop_sequence: null },
        usage: { output_tokens: USAGE.output },
      }];
      yield ["message_stop", {}];
    },
  },
  {
    name: "responses",
    path: /\/responses$/,
    read: ({ instructions, input = [], tools = [] }) => {
      const items = typeof input === "string" ? [{ role: "user", content: input }] : input;
      const textIn = (content) => typeof content === "string" ? content : textOf(content ?? []);
      const prompts = items.filter(({ role }) => role === "user").map(({ content }) => ({
        text: textIn(content),
      })).filter(isOfPerson);
      const after = items.slice(items.findLastIndex(isOfModel) + 1);
      // The newest models are offered tools by an item of the input.
      const offered = [...tools, ...items.flatMap((item) => item.tools ?? [])];
      return {
        tools: offered.flatMap((tool) =>
          tool.type === "namespace"
            ? tool.tools.map(({ name }) => `${tool.name}/${name}`)
            : [tool.name ?? tool.type]
        ),
        prompt: prompts[0]?.text ?? "",
        results: after.filter(({ type }) => type?.endsWith("_output")).map(({ output }) =>
          textIn(output)
        ),
        texts: [
          instructions ?? "",
          ...items.map(({ content, output }) => textIn(content ?? output)),
        ],
      };
    },
    whole: ({ text, tools }, { model }) => ({
      id: `resp_${Date.now()}`,
      object: "response",
      status: "completed",
      model,
      output: [
        ...(text
          ? [{
            type: "message",
            id: `msg_${Date.now()}`,
            role: "assistant",
            content: [{ type: "output_text", text, annotations: [] }],
          }]
          : []),
        ...tools.map(({ id, name, namespace, input }) => ({
          ...(typeof input === "string"
            ? { type: "custom_tool_call", input }
            : { type: "function_call", arguments: JSON.stringify(input ?? {}) }),
          id: `item_${id}`,
          call_id: id,
          name,
          ...(namespace ? { namespace } : {}),
        })),
      ],
      usage: {
        input_tokens: USAGE.input,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: USAGE.output,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: USAGE.input + USAGE.output,
      },
    }),
    *stream(answer, body) {
      const response = this.whole(answer, body);
      yield ["response.created", { response: { ...response, status: "in_progress", output: [] } }];
      for (const [output_index, item] of response.output.entries()) {
        yield ["response.output_item.added", { output_index, item }];
        yield ["response.output_item.done", { output_index, item }];
      }
      yield ["response.completed", { response }];
    },
  },
  {
    name: "gemini",
    path: /:(stream)?generateContent$/i,
    read: ({ systemInstruction, contents = [], tools = [] }) => {
      const parts = contents.flatMap(({ parts }) => parts);
      const ofUser = contents.filter(({ role }) => role === "user").flatMap(({ parts }) => parts);
      const responses = (contents.at(-1)?.parts ?? []).flatMap(({ functionResponse }) =>
        functionResponse ? [JSON.stringify(functionResponse.response)] : []
      );
      return {
        tools: tools.flatMap(({ functionDeclarations = [] }) =>
          functionDeclarations.map(({ name }) => name)
        ),
        prompt: ofUser.filter(({ text }) => text !== undefined).find(isOfPerson)?.text ?? "",
        results: responses,
        texts: [textOf(systemInstruction?.parts ?? []), ...parts.map(({ text }) => text ?? "")],
      };
    },
    whole: ({ text, tools }) => ({
      candidates: [{
        index: 0,
        finishReason: "STOP",
        content: {
          role: "model",
          parts: [
            ...(text ? [{ text }] : []),
            ...tools.map(({ name, input }) => ({ functionCall: { name, args: input } })),
          ],
        },
      }],
      usageMetadata: {
        promptTokenCount: USAGE.input,
        candidatesTokenCount: USAGE.output,
        totalTokenCount: USAGE.input + USAGE.output,
      },
    }),
    *stream(answer, body) {
      yield [null, this.whole(answer, body)];
    },
    streams: (path) => /:stream/i.test(path),
  },
];

function isOfModel({ type, role }) {
  return role === "assistant" || type?.endsWith("_call");
}

/** Agents put words of their own before the user's: reminders, the environment, a project's instructions. */
function isOfPerson({ text = "" }) {
  return !/^\s*(<[a-z_-]+>|# AGENTS)/i.test(text);
}

function textOf(parts) {
  return parts.map((part) => part.text ?? "").join("\n");
}

// ---------------------------------------------------------------------------------------------- the server

let requests = 0;
const told = new Set();

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const { pathname } = new URL(request.url, "http://127.0.0.1");
  const dialect = request.method === "POST" &&
    dialects.find(({ path }) => path.test(pathname));
  if (!dialect) {
    note({ method: request.method, path: pathname });
    return send(response, 404, { error: { type: "not_found_error", message: "not scripted" } });
  }
  const body = JSON.parse(text);
  const seen = dialect.read(body);
  const answer = answerTo(seen, text);
  const number = String(++requests).padStart(3, "0");
  if (options.bodies) writeFileSync(join(options.bodies, `${number}.json`), text);
  note({
    request: number,
    api: dialect.name,
    model: body.model ?? pathname.split("/").at(-1),
    prompt: shorten(seen.prompt),
    tools: seen.tools,
    results: seen.results,
    watched: seen.texts.filter(isNews).map(shorten),
    answer,
  });
  if (!(dialect.streams?.(pathname) ?? body.stream)) {
    return send(response, 200, dialect.whole(answer, body));
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const [type, data] of dialect.stream(answer, body)) {
    if (type) response.write(`event: ${type}\n`);
    response.write(`data: ${JSON.stringify(type ? { type, ...data } : data)}\n\n`);
  }
  response.end();
});

function send(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function note(line) {
  if (options.log) {
    appendFileSync(options.log, JSON.stringify({ time: new Date().toISOString(), ...line }) + "\n");
  }
}

/** A conversation comes whole with each request: what was seen is not told again. */
function isNews(text) {
  if (!watch.test(text) || told.has(text)) return false;
  told.add(text);
  return true;
}

function shorten(text) {
  return text.length > 4000 ? `${text.slice(0, 4000)}…` : text;
}

process.on("SIGTERM", () => process.exit(0));
server.listen(
  Number(options.port),
  "127.0.0.1",
  () => console.log(JSON.stringify({ port: server.address().port })),
);
