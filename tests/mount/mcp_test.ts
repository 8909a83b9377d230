/** `agentvfs mcp` in a mount, in the directory of a branch, beside the mount, and where there is none. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { Conversation } from "../support/conversation.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { PROGRAM } from "../support/program.ts";

// deno-lint-ignore no-explicit-any
type Reply = any;

/** Calls tools, one after the other, in a server that is started in `cwd`; resolves with their results and how it ended. */
async function calls(
  mounted: Mounted,
  cwd: string,
  ...wanted: [name: string, args?: object][]
): Promise<Reply[]> {
  const requests = wanted.map(([name, args = {}], id) =>
    JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } })
  );
  const stdin = requests.join("\n") + "\n";
  const { code, stdout, stderr } = await mounted.run(["mcp"], { cwd, stdin });
  assert.equal(code, 0, stderr);
  return stdout.trim().split("\n").map((line) => JSON.parse(line).result);
}

Deno.test("tools act on the branch whose directory one stands in, and say where nothing is recorded", () =>
  withProject("echo one > a", async (mounted) => {
    const [made] = await calls(mounted, mounted.mount, ["branch_create", { name: "b" }]);
    const { path } = made.structuredContent;
    await Deno.writeTextFile(join(path, "a"), "two\n");
    const [status, checkpoint, inner, main] = await calls(
      mounted,
      path,
      ["status"],
      ["checkpoint", { label: "on b" }],
      ["branch_create", { name: "c" }],
      ["log", { branch: "main" }],
    );
    assert.equal(status.structuredContent.branch, "b");
    assert.equal(status.structuredContent.changes, 1);
    assert.equal(status.structuredContent.note, undefined);
    assert.equal(checkpoint.structuredContent.branch, "b");
    assert.equal(inner.structuredContent.parent, "b");
    assert.equal(main.structuredContent.entries.length, 1);

    const [beside] = await calls(mounted, mounted.project, ["status"]);
    assert.equal(beside.structuredContent.branch, "main");
    assert.match(beside.structuredContent.note, /^Not protected: .* is not in the mount/);
    assert.match(beside.content[0].text, /Not protected/);
  }));

Deno.test("a daemon that stops and one that starts are seen by a server that lives on", () =>
  withProject("echo one > a", async (mounted) => {
    const [program, ...args] = [...PROGRAM, "mcp"];
    const env = { AGENTVFS_STATE_DIR: mounted.state, AGENTVFS_SOCK: "" };
    const server = new Conversation(args, { program: program!, cwd: mounted.project, env });
    const status = async () => {
      const params = { name: "status", arguments: {} };
      return (await server.ask({ jsonrpc: "2.0", id: 1, method: "tools/call", params })).result;
    };
    try {
      assert.equal((await status()).isError, undefined);
      await mounted.stop();
      const stopped = await status();
      assert.equal(stopped.isError, true);
      assert.match(stopped.content[0].text, /\nWhat to do: .*agentvfs quickstart/);
      await mounted.start();
      assert.equal((await status()).isError, undefined);
    } finally {
      await server.end();
    }
  }));

/** The program under test, where it runs from source, is in a temporary directory or keeps there what it compiled. */
const CONFINE = [
  "--confine",
  "--share-tmp",
  "--allow",
  Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache`,
];

for (const confine of [[], CONFINE]) {
  Deno.test(`in ${["run", ...confine.slice(0, 1)].join(" ")} the tools are about the branch, also without the socket`, () =>
    withProject("echo one > a", async (mounted) => {
      const script = `echo two > a; printf '%s\n' "$REQUESTS" | "$@"`;
      const requests = [
        ["status", {}],
        ["checkpoint", { label: "confined" }],
        ["branch_create", { name: "child" }],
        ["rollback", { ref: "initial" }],
      ].map(([name, args], id) => {
        const params = { name, arguments: args };
        return JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params });
      });
      const run = [
        "run",
        "--branch",
        "b",
        ...confine,
        "--",
        "sh",
        "-c",
        script,
        "sh",
        ...PROGRAM,
        "mcp",
      ];
      const env = { REQUESTS: requests.join("\n") };
      const { code, stdout, stderr } = await mounted.run(run, { cwd: mounted.project, env });
      assert.equal(code, 0, stderr);
      const lines = stdout.trim().split("\n").filter((line) => line.startsWith("{"));
      const results = lines.map((line) => JSON.parse(line).result);
      for (const { isError, content } of results) assert.equal(isError, undefined, content[0].text);
      const [status, checkpoint, child, back] = results.map((result) => result.structuredContent);
      assert.equal(status.branch, "b");
      assert.equal(status.note, undefined);
      assert.equal(checkpoint.branch, "b");
      assert.deepEqual([child.name, child.parent], ["child", "b"]);
      assert.deepEqual(back.changed, { added: 0, modified: 1, deleted: 0 });
      assert.equal(await Deno.readTextFile(mounted.path(".agentvfs/branches/b/a")), "one\n");
      assert.equal(await Deno.readTextFile(mounted.path("a")), "one\n");
    }));
}
