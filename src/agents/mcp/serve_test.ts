/** The server of tools, held to both eras of the protocol, against a daemon without a file system. */

import assert from "node:assert/strict";
import { FakeService } from "../../control/testing/fake_service.ts";
import { callMethod } from "../../control/call_method.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { LogEntry } from "../../control/service/history.ts";
import { MOST_CHARACTERS } from "./fit.ts";
import { serveMcp } from "./serve.ts";
import { TOOLS } from "./tools.ts";
import LISTED from "./tools.json" with { type: "json" };
import type { Workspace } from "./workspace.ts";

const INFO = { name: "agentvfs", title: "agentvfs", version: "1" };
const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

// deno-lint-ignore no-explicit-any
type Reply = any;

function workspaceOf(
  service: FakeService,
  warning: string | null = null,
): Workspace {
  return {
    ask: (method, params) => callMethod(service, method, params) as Promise<never>,
    warning: () => Promise.resolve(warning),
  };
}

/** What is answered to these lines, by the number of the request: answers come as they are done. */
async function told(workspace: Workspace, ...messages: (object | string)[]): Promise<Reply[]> {
  const text = messages.map((m) => typeof m === "string" ? m : JSON.stringify(m)).join("\n") + "\n";
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const replies: Reply[] = [];
  const read = (into: Uint8Array) => {
    const part = bytes.subarray(at, at + into.length);
    into.set(part);
    at += part.length;
    return Promise.resolve(part.length === 0 ? null : part.length);
  };
  await serveMcp(workspace, INFO, {
    input: { read },
    write: (line) => replies.push(JSON.parse(line)),
  });
  return replies.toSorted((a, b) => (a.id ?? -1) - (b.id ?? -1));
}

const request = (id: number, method: string, params: object = {}) => ({
  jsonrpc: "2.0",
  id,
  method,
  params,
});
const call = (name: string, args: object = {}) =>
  request(1, "tools/call", { name, arguments: args });

async function called(workspace: Workspace, name: string, args: object = {}): Promise<Reply> {
  const [reply] = await told(workspace, call(name, args));
  return reply.result;
}

Deno.test("a client of 2025 begins with initialize, and gets its version", async () => {
  const workspace = workspaceOf(new FakeService());
  for (const version of ["2025-06-18", "2025-11-25"]) {
    const [reply, ...more] = await told(
      workspace,
      request(1, "initialize", { protocolVersion: version, capabilities: {}, clientInfo: {} }),
      { jsonrpc: "2.0", method: "notifications/initialized" },
    );
    assert.equal(reply.result.protocolVersion, version);
    assert.deepEqual(reply.result.serverInfo, INFO);
    assert.deepEqual(Object.keys(reply.result.capabilities), ["tools", "resources", "prompts"]);
    assert.deepEqual(more, []);
  }
  const [older] = await told(
    workspace,
    request(1, "initialize", { protocolVersion: "2024-11-05" }),
  );
  assert.equal(older.result.protocolVersion, "2025-11-25");
  const [ping] = await told(workspace, request(7, "ping"));
  assert.deepEqual(ping, { jsonrpc: "2.0", id: 7, result: {} });
});

Deno.test("a client of 2026 says its version with each request, and each result is complete", async () => {
  const workspace = workspaceOf(new FakeService());
  const [discovered, listed, called, read] = await told(
    workspace,
    request(0, "server/discover", { _meta: META }),
    request(1, "tools/list", { _meta: META }),
    request(2, "tools/call", { _meta: META, name: "status", arguments: {} }),
    request(3, "resources/list", { _meta: META }),
  );
  assert.deepEqual(discovered.result.supportedVersions, ["2026-07-28"]);
  for (const { result } of [discovered, listed, called, read]) {
    assert.equal(result.resultType, "complete");
    assert.deepEqual(result._meta, { "io.modelcontextprotocol/serverInfo": INFO });
  }
  assert.equal(listed.result.cacheScope, "public");
  assert.equal(read.result.ttlMs, 0);
  assert.equal(called.result.ttlMs, undefined);
  const [wrong, old] = await told(
    workspace,
    request(4, "tools/list", {
      _meta: { ...META, "io.modelcontextprotocol/protocolVersion": "3" },
    }),
    request(5, "initialize", { _meta: META }),
  );
  assert.equal(wrong.error.code, -32022);
  assert.deepEqual(wrong.error.data, { supported: ["2026-07-28"], requested: "3" });
  assert.equal(old.error.code, -32601);
});

Deno.test("what is no request is answered with an error, and the next one is answered all the same", async () => {
  const replies = await told(
    workspaceOf(new FakeService()),
    "no json",
    "[]",
    { jsonrpc: "2.0", id: 3 },
    { jsonrpc: "2.0", id: 4, method: "tools/call", params: [] },
    request(5, "nothing/here"),
    request(6, "tools/call", { name: "nothing" }),
    { jsonrpc: "2.0", id: 7, result: {} },
    "",
    request(8, "ping"),
  );
  const codes = replies.map(({ id, error, result }) => [id, error?.code ?? result]);
  assert.deepEqual(codes, [
    [null, -32700],
    [null, -32600],
    [3, -32600],
    [4, -32602],
    [5, -32601],
    [6, -32602],
    [8, {}],
  ]);
});

Deno.test("what was cancelled is not answered", async () => {
  const gate = Promise.withResolvers<void>();
  const workspace = workspaceOf(new FakeService({ gate: gate.promise }));
  const replies = told(
    workspace,
    call("status"),
    { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } },
    request(2, "ping"),
  );
  gate.resolve();
  assert.deepEqual((await replies).map(({ id }) => id), [2]);
});

/** Arguments with which the fake daemon does what a tool is for; those before have been called. */
const ARGUMENTS: Readonly<Record<string, object>> = {
  audit: { paths: ["src/a"], call: "toolu_1" },
  status: {},
  checkpoint: { label: "one", message: "why" },
  log: { limit: 5 },
  show: { ref: "one" },
  diff: { patch: true },
  rollback: { ref: "one", dryRun: true },
  restore: { paths: ["a"], from: "one" },
  undo: {},
  redo: {},
  branch_list: {},
  branch_create: { name: "b" },
  branch_delete: { name: "b" },
  merge: { sources: ["conflicting"], strategy: "markers" },
  merge_abort: {},
  apply: { dryRun: true },
};

Deno.test("each tool answers with what its schema has, and its words say it too", async () => {
  const workspace = workspaceOf(new FakeService());
  for (const [name, args] of Object.entries(ARGUMENTS)) {
    const { content, structuredContent, isError } = await called(workspace, name, args);
    assert.equal(isError, undefined, `${name}: ${content[0].text}`);
    const { outputSchema } = LISTED.tools.find((tool) => tool.name === name)!;
    const known = Object.keys(outputSchema.properties);
    for (const field of Object.keys(structuredContent)) assert.ok(known.includes(field), field);
    for (const field of outputSchema.required) assert.ok(field in structuredContent, field);
    const [{ text }] = content;
    for (const word of wordsIn(structuredContent)) {
      assert.ok(text.includes(word), `${name}: ${word}`);
    }
  }
  assert.deepEqual(TOOLS.map(({ name }) => name).filter((name) => !(name in ARGUMENTS)), [
    "merge_continue",
  ]);
});

/** Labels and paths in a result, and ids of checkpoints as far as they are shown. */
function wordsIn(value: unknown): string[] {
  const found: string[] = [];
  JSON.stringify(value, (key, part) => {
    if (["base", "ours", "theirs"].includes(key)) return undefined;
    if (["label", "path"].includes(key) && typeof part === "string" && !/[\n"]/.test(part)) {
      found.push(part);
    }
    if (typeof part === "string" && /^[0-9a-f]{64}$/.test(part)) found.push(part.slice(0, 12));
    return part;
  });
  return found;
}

Deno.test("tools are called one after the other, in the order in which they were asked for", async () => {
  const asked: string[] = [];
  let underWay = 0;
  const ask = async (_method: string, { label }: { label?: string }) => {
    assert.equal(++underWay, 1);
    await new Promise((resolve) => setTimeout(resolve));
    asked.push(label!);
    underWay--;
    return { id: "", label, branch: "main", changed: { added: 0, modified: 0, deleted: 0 } };
  };
  const labels = ["one", "two", "three"];
  const replies = await told(
    { ask: ask as Workspace["ask"], warning: () => Promise.resolve(null) },
    ...labels.map((label, id) =>
      request(id, "tools/call", { name: "checkpoint", arguments: { label } })
    ),
  );
  assert.deepEqual(replies.map(({ result }) => result.isError), [undefined, undefined, undefined]);
  assert.deepEqual(asked, labels);
});

Deno.test("a checkpoint says which client made it", async () => {
  for (
    const first of [
      request(0, "initialize", {
        protocolVersion: "2025-11-25",
        clientInfo: { name: "claude-code" },
      }),
      request(0, "server/discover", {
        _meta: { ...META, "io.modelcontextprotocol/clientInfo": { name: "claude-code" } },
      }),
    ]
  ) {
    const service = new FakeService();
    await told(workspaceOf(service), first, call("checkpoint", { label: "x" }));
    assert.equal((await service.log({})).entries[0]!.agent, "claude");
  }
});

Deno.test("what is refused says why and what to do", async () => {
  const workspace = workspaceOf(new FakeService());
  const unknown = await called(workspace, "rollback", { ref: "nowhere" });
  assert.equal(unknown.isError, true);
  assert.match(unknown.content[0].text, /no checkpoint "nowhere"\nWhat to do: /);
  const wrong = await called(workspace, "rollback", { reff: "x" });
  assert.match(
    wrong.content[0].text,
    /no parameter "reff" \(it takes: ref, dryRun, touch, forceLarge, branch\)/,
  );
  const conflicts = await called(workspace, "merge", { sources: ["conflicting"] });
  assert.equal(conflicts.isError, true);
  assert.match(conflicts.content[0].text, /conflict edit\/edit: /);
});

Deno.test("who stands where nothing is recorded is told with each result", async () => {
  const workspace = workspaceOf(new FakeService(), "Not protected");
  const { content, structuredContent } = await called(workspace, "checkpoint", {});
  assert.match(content[0].text, /\nNot protected$/);
  assert.equal(structuredContent.note, "Not protected");
});

Deno.test("long results are cut alike in words and in fields, with a sentence on the rest", async () => {
  const paths = Array.from(
    { length: 5000 },
    (_, i) => `some/directory/of/some/length/file-${i}.ts`,
  );
  const changes = paths.map((path) => ({ status: "M" as const, path, kind: "file" }));
  const patch = paths.map((path) => `+${path}`).join("\n");
  const entries = Array.from({ length: 900 }, (_, i): LogEntry => ({
    id: i.toString(16).padStart(64, "0"),
    number: i,
    label: `label ${i}`,
    message: null,
    kind: "checkpoint",
    time: "2026-01-02T03:04:05.000Z",
    parents: [],
    changed: null,
    head: i === 0,
    agent: null,
  }));
  const answers: Record<string, object> = {
    diff: { from: "a", to: "b", changes, patch },
    log: { branch: "main", head: entries[0]!.id, moves: [], entries },
  };
  const workspace: Workspace = {
    ask: (method) => Promise.resolve(answers[method] as never),
    warning: () => Promise.resolve(null),
  };
  const diff = await called(workspace, "diff", { patch: true });
  const [{ text }] = diff.content;
  const fields = diff.structuredContent;
  assert.ok(text.length <= MOST_CHARACTERS && text.length > MOST_CHARACTERS / 2, `${text.length}`);
  assert.equal(text.match(/^M /gm).length, fields.changes.length);
  assert.equal(text.match(/^\+/gm).length, fields.patch.split("\n").length);
  const left = 2 * paths.length - fields.changes.length - fields.patch.split("\n").length;
  assert.ok(
    text.endsWith(
      `Cut to fit, ${left} more: ask again with \`paths\` for the others, a few at a time`,
    ),
  );
  assert.ok(text.endsWith(fields.note));
  const log = await called(workspace, "log");
  assert.ok(log.content[0].text.length <= MOST_CHARACTERS);
  assert.match(log.structuredContent.note, /older checkpoints/);
});

Deno.test("of very many conflicts some are shown, of each source, whether the merge is done or refused", async () => {
  const conflicts = Array.from(
    { length: 3000 },
    (_, i) => ({ path: `a/file-${i}`, kind: "edit/edit", base: null, ours: null, theirs: null }),
  );
  const changed = { added: 0, modified: 0, deleted: 0 };
  const source = { merged: true, conflicts, decided: [], changed };
  const sources = [{ ...source, name: "b" }, {
    ...source,
    name: "c",
    conflicts: conflicts.slice(0, 2),
  }];
  const report = {
    into: "main",
    state: "settle",
    id: null,
    label: null,
    dryRun: false,
    sources,
    changed,
    safety: null,
    ms: 1,
  };
  const done: Workspace = {
    ask: () => Promise.resolve(report as never),
    warning: () => Promise.resolve(null),
  };
  const { content: [{ text }], structuredContent } = await called(done, "merge", {
    sources: ["b", "c"],
  });
  assert.ok(text.length <= MOST_CHARACTERS, `${text.length}`);
  const [b, c] = structuredContent.sources;
  assert.ok(b.conflicts.length > 50);
  assert.equal(c.conflicts.length, 2);
  assert.match(
    structuredContent.note,
    new RegExp(`Cut to fit, ${3000 - b.conflicts.length} more: `),
  );

  const error = new ServiceError("merge_conflicts", "Cannot merge", {
    hint: "choose a side",
    details: report,
  });
  const refusing: Workspace = { ...done, ask: () => Promise.reject(error) };
  const refusal = (await called(refusing, "merge", { sources: ["b", "c"] })).content[0].text;
  assert.ok(refusal.length <= MOST_CHARACTERS);
  assert.match(refusal, /^Cannot merge\n[^]*Cut to fit, \d+ more: .*\nWhat to do: choose a side$/);
});

Deno.test("checkpoints and what they changed can be read", async () => {
  const workspace = workspaceOf(new FakeService());
  const [{ result: listed }] = await told(workspace, request(1, "resources/list"));
  const [{ uri }] = listed.resources;
  assert.match(uri, /^agentvfs:\/\/checkpoint\/[0-9a-f]{64}$/);
  const [{ result: read }] = await told(workspace, request(1, "resources/read", { uri }));
  assert.match(read.contents[0].text, /Label: initial/);
  await called(workspace, "checkpoint", { label: "two words" });
  const [{ result: diff }] = await told(
    workspace,
    request(1, "resources/read", { uri: "agentvfs://diff/two%20words" }),
  );
  assert.match(diff.contents[0].text, /^\+new$/m);
  for (const uri of ["agentvfs://other/x", "agentvfs://diff/nowhere", "agentvfs://diff/%"]) {
    const [{ error }] = await told(workspace, request(1, "resources/read", { uri }));
    assert.equal(error.code, -32602);
  }
});

Deno.test("prompts are listed and filled", async () => {
  const workspace = workspaceOf(new FakeService());
  const [{ result: { prompts } }] = await told(workspace, request(1, "prompts/list"));
  assert.deepEqual(prompts.map(({ name }: { name: string }) => name), [
    "undo",
    "checkpoints",
    "branch",
  ]);
  const get = (name: string, args?: object) =>
    told(workspace, request(1, "prompts/get", { name, arguments: args }));
  const [{ result }] = await get("undo", { target: "before it" });
  assert.match(result.messages[0].content.text, /"before it"/);
  for (const [reply] of [await get("branch"), await get("nothing")]) {
    assert.equal(reply.error.code, -32602);
  }
});

Deno.test("what a client cuts is below its limit, every tool says all four hints, and none but apply loses anything", () => {
  for (const tool of LISTED.tools) {
    assert.ok(tool.description.length < 1024, tool.name);
    assert.equal(tool.annotations.destructiveHint, tool.name === "apply");
    assert.deepEqual(Object.keys(tool.annotations), [
      "title",
      "readOnlyHint",
      "destructiveHint",
      "idempotentHint",
      "openWorldHint",
    ]);
  }
});
