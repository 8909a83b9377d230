/** Gemini CLI and OpenCode in a mount, with what `agentvfs integrate` writes for them beside their own settings. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { type Bed, testAgent, type Worked } from "./bed.ts";

async function settings(bed: Bed, name: string, value: object): Promise<() => Promise<string>> {
  const path = join(bed.home, name);
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify(value, null, 2) + "\n");
  return () => Deno.readTextFile(path);
}

/** What each call recorded, oldest first, and that all was taken back by the last one. */
async function assertRecorded(bed: Bed, agent: string, tools: string[]): Promise<void> {
  const { entries } = await bed.log();
  const calls = entries.toReversed().filter(({ details }) => details?.moment === "call");
  assert.deepEqual(
    calls.map(({ agent, details }) => [agent, details!.tool]),
    tools.map((tool) => [agent, tool]),
  );
  assert.equal(await Deno.readTextFile(bed.path("a")), "good\n");
  assert.equal(await bed.exists("two.txt"), false);
}

/** The agent is told what became of its files after a rollback by the door, and goes on. */
const BACK = "echo rollback initial >.agentvfs/ctl && cat .agentvfs/ctl";

function assertTold(worked: Worked): void {
  const heard = worked.seen.flatMap(({ results, watched }) => [...results, ...watched]).join("\n");
  // OpenCode keeps a file of its own in .git.
  assert.match(
    heard,
    /not as they were at your last step.*them: (\.git\/opencode, )?a, two\.txt\. Read them again/,
  );
}

const said = ({ seen }: Worked) => seen.flatMap(({ results }) => results).join("\n");

testAgent(
  "gemini",
  "works with skill, hooks and tools, and takes its own work back",
  async (bed) => {
    const read = await settings(bed, ".gemini/settings.json", {
      general: { enableAutoUpdate: false },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } },
    });
    const before = await read();
    await bed.agentvfs("integrate", "gemini");
    const worked = await bed.work(
      [
        {
          tools: [{
            name: "run_shell_command",
            input: { command: "echo broken > a", description: "x" },
          }],
        },
        {
          tools: [{
            name: "write_file",
            input: { file_path: bed.path("two.txt"), content: "two\n" },
          }],
        },
        { tools: [{ name: "run_shell_command", input: { command: BACK, description: "x" } }] },
        { tools: [{ name: "mcp_agentvfs_undo", input: {} }] },
        { tools: [{ name: "mcp_agentvfs_status", input: {} }] },
        { tools: [{ name: "mcp_agentvfs_rollback", input: { ref: "initial" } }] },
        { text: "All done." },
      ],
      (port) =>
        Promise.resolve([["gemini", "-p", "fix the cart", "--yolo", "-m", "gemini-2.5-pro"], {
          GEMINI_API_KEY: "x",
          GOOGLE_GEMINI_BASE_URL: `http://127.0.0.1:${port}`,
        }]),
    );
    assert.match(said(worked), /Branch main/);
    assert.match(said(worked), /Rolled back to/);
    assert.match(worked.first, /agentvfs-checkpoint/);
    assertTold(worked);
    await assertRecorded(bed, "gemini", ["run_shell_command", "write_file"]);
    await bed.agentvfs("integrate", "gemini", "--uninstall");
    assert.equal(await read(), before);
  },
);

testAgent(
  "opencode",
  "works with skill, plug-in and tools, and takes its own work back",
  async (bed) => {
    const name = ".config/opencode/opencode.json";
    const model = "anthropic/claude-sonnet-4-5";
    const worked = await bed.work([
      { tools: [{ name: "bash", input: { command: "echo broken > a", description: "x" } }] },
      { tools: [{ name: "write", input: { filePath: bed.path("two.txt"), content: "two\n" } }] },
      { tools: [{ name: "bash", input: { command: BACK, description: "x" } }] },
      { tools: [{ name: "agentvfs_undo", input: {} }] },
      { tools: [{ name: "skill", input: { name: "agentvfs-checkpoint" } }] },
      { tools: [{ name: "agentvfs_status", input: {} }] },
      { tools: [{ name: "agentvfs_rollback", input: { ref: "initial" } }] },
      { text: "All done." },
    ], async (port) => {
      await settings(bed, name, {
        autoupdate: false,
        share: "disabled",
        permission: "allow",
        model,
        small_model: model,
        provider: {
          anthropic: {
            options: { baseURL: `http://127.0.0.1:${port}/v1`, apiKey: "x" },
            models: { "claude-sonnet-4-5": { name: "scripted" } },
          },
        },
      });
      await bed.agentvfs("integrate", "opencode");
      return [["opencode", "run", "fix the cart"], {
        OPENCODE_DISABLE_MODELS_FETCH: "1",
        OPENCODE_DISABLE_AUTOUPDATE: "1",
        OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
      }];
    });
    assert.match(said(worked), /Branch main/);
    assert.match(said(worked), /Rolled back to/);
    assert.match(worked.first, /agentvfs-checkpoint/);
    assertTold(worked);
    assert.match(said(worked), /# Checkpoints with agentvfs/);
    await assertRecorded(bed, "opencode", ["Bash", "Write"]);
  },
);
