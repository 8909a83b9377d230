/** The protocol's own clients, of both eras, understand `agentvfs mcp` in a mount. */

import assert from "node:assert/strict";
import { Client as OlderClient } from "npm:@modelcontextprotocol/sdk@1.32.2/client/index.js";
import { StdioClientTransport as OlderTransport } from "npm:@modelcontextprotocol/sdk@1.32.2/client/stdio.js";
import { Client } from "npm:@modelcontextprotocol/client@2.4.0";
import { StdioClientTransport } from "npm:@modelcontextprotocol/client@2.4.0/stdio";
import { TOOLS } from "../../src/agents/mcp/tools.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { PROGRAM } from "../support/program.ts";

const ME = { name: "test", version: "1" };

/** How a client starts the server. */
function server({ mount, state }: Mounted) {
  const [command, ...args] = [...PROGRAM, "mcp"];
  const env = { ...Deno.env.toObject(), AGENTVFS_STATE_DIR: state, AGENTVFS_SOCK: "" };
  return { command: command!, args, cwd: mount, env };
}

/** What both generations of the client can do. The client checks results against the tools' schemas itself. */
interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  // deno-lint-ignore no-explicit-any
  callTool(call: { name: string; arguments?: Record<string, unknown> }): Promise<any>;
  listResources(): Promise<{ resources: { uri: string }[] }>;
  readResource(of: { uri: string }): Promise<{ contents: unknown[] }>;
  listPrompts(): Promise<{ prompts: { name: string }[] }>;
  getPrompt(
    of: { name: string; arguments?: Record<string, string> },
  ): Promise<{ messages: unknown[] }>;
}

async function assertWorks(client: AnyClient, mounted: Mounted): Promise<void> {
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map(({ name }) => name), TOOLS.map(({ name }) => name));
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    const result = await client.callTool({ name, arguments: args });
    assert.ok(!result.isError, JSON.stringify(result));
    return result.structuredContent;
  };
  assert.equal((await call("status")).branch, "main");
  await Deno.writeTextFile(mounted.path("a"), "two\n");
  const { id } = await call("checkpoint", { label: "two" });
  assert.match((await call("diff", { from: "HEAD~1", to: "HEAD", patch: true })).patch, /^\+two$/m);
  assert.equal((await call("show", { ref: "two" })).commit.id, id);
  assert.equal((await call("log", { limit: 1 })).entries.length, 1);
  await call("branch_create", { name: "b" });
  const { branches } = await call("branch_list");
  const { path } = branches.find(({ name }: { name: string }) => name === "b");
  await Deno.writeTextFile(`${path}/b`, "b\n");
  assert.equal((await call("merge", { sources: ["b"] })).state, "merged");
  await call("branch_delete", { name: "b" });
  await call("rollback", { ref: "initial", dryRun: true });
  await call("rollback", { ref: "initial" });
  assert.equal(await Deno.readTextFile(mounted.path("a")), "one\n");
  await call("undo");
  await call("redo");
  await call("restore", { paths: ["a"], from: "two" });
  assert.equal(await Deno.readTextFile(mounted.path("a")), "two\n");
  const { isError, content } = await client.callTool({
    name: "rollback",
    arguments: { ref: "nowhere" },
  });
  assert.equal(isError, true);
  assert.match(content[0].text, /What to do: /);

  const { resources } = await client.listResources();
  assert.ok(resources.length > 1);
  const { contents } = await client.readResource({ uri: `agentvfs://diff/${id}` });
  assert.match(JSON.stringify(contents), /\+two/);
  const { prompts } = await client.listPrompts();
  assert.deepEqual(prompts.map(({ name }) => name), ["undo", "checkpoints", "branch"]);
  const { messages } = await client.getPrompt({ name: "branch", arguments: { name: "x" } });
  assert.equal(messages.length, 1);
}

Deno.test("the client of 2025 works with it", () =>
  withProject("echo one > a", async (mounted) => {
    const client = new OlderClient(ME);
    await client.connect(new OlderTransport(server(mounted)));
    try {
      assert.equal(client.getServerVersion()?.name, "agentvfs");
      await assertWorks(client as unknown as AnyClient, mounted);
    } finally {
      await client.close();
    }
  }));

Deno.test("the client of 2026 works with it, without a handshake", () =>
  withProject("echo one > a", async (mounted) => {
    const client = new Client(ME, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
    await client.connect(new StdioClientTransport(server(mounted)));
    try {
      assert.equal(client.getProtocolEra(), "modern");
      await assertWorks(client as unknown as AnyClient, mounted);
    } finally {
      await client.close();
    }
  }));
