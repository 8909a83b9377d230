/**
 * The protocol's own suite, as far as it is about any server: most of it asks for tools, resources and prompts of a server that was
 * written for it. It speaks HTTP, so a bridge passes its messages on, a line each.
 */

import assert from "node:assert/strict";
import { Conversation } from "../support/conversation.ts";
import { withProject } from "../support/mounted.ts";
import { run } from "../support/process.ts";
import { PROGRAM } from "../support/program.ts";
import { skip } from "../support/skip.ts";

const SUITE = "npm:@modelcontextprotocol/conformance@0.1.16";
const SCENARIOS = ["server-initialize", "ping", "tools-list", "resources-list", "prompts-list"];

Deno.test("the protocol's suite finds nothing wrong", async (t) => {
  const fetched = await run([Deno.execPath(), "cache", "--quiet", "--no-lock", SUITE]);
  if (fetched.code !== 0) return await skip(t, `npm does not give ${SUITE}: ${fetched.stderr}`);
  await withProject("echo one > a", async (mounted) => {
    const [program, ...args] = [...PROGRAM, "mcp"];
    const env = { AGENTVFS_STATE_DIR: mounted.state, AGENTVFS_SOCK: "" };
    const server = new Conversation(args, { program: program!, cwd: mounted.mount, env });
    const bridge = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        if (request.method !== "POST") return new Response(null, { status: 405 });
        const message = await request.json();
        if (message.id === undefined) return new Response(null, { status: 202 });
        return Response.json(await server.ask(message));
      },
    );
    try {
      for (const scenario of SCENARIOS) {
        const url = `http://127.0.0.1:${bridge.addr.port}/mcp`;
        const suite = [Deno.execPath(), "run", "-A", "--quiet", "--no-lock", SUITE];
        const outcome = await run([...suite, "server", "--url", url, "--scenario", scenario]);
        assert.equal(outcome.code, 0, `${scenario}\n${outcome.stdout}${outcome.stderr}`);
        assert.match(outcome.stdout, /Passed: [1-9]\d*\/\d+, 0 failed/, scenario);
      }
    } finally {
      await server.end();
      await bridge.shutdown();
    }
  });
});
