/**
 * Tool calls as things that can be named, looked at and taken out; prompts as points to go back to.
 */

import assert from "node:assert/strict";
import type { ControlClient } from "../../src/control/client.ts";
import { ServiceError } from "../../src/control/service_error.ts";
import { type Hook, HookScene, PATIENT } from "../support/agent_hooks.ts";
import { withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";

/** A session of Claude's, hook by hook. */
class Agent {
  #prompt = "";

  constructor(readonly scene: HookScene, readonly session: string) {}

  tell(hook_event_name: string, more: Hook = {}): Promise<string> {
    const transcript_path = `/nowhere/${this.session}.jsonl`;
    const common = { session_id: this.session, transcript_path, cwd: this.scene.root };
    const prompt = this.#prompt === "" ? {} : { prompt_id: this.#prompt };
    return this.scene.tell({ ...common, ...prompt, hook_event_name, ...more });
  }

  async hear(id: string, prompt: string): Promise<string> {
    this.#prompt = id;
    return await this.tell("UserPromptSubmit", { prompt });
  }

  begin(id: string, command: string, more: Hook = {}): Promise<string> {
    return this.tell("PreToolUse", { ...bash(id, command), ...more });
  }

  end(id: string, command: string, more: Hook = {}): Promise<string> {
    const tool_response = { stdout: "", stderr: "", interrupted: false };
    return this.tell("PostToolUse", { ...bash(id, command), tool_response, ...more });
  }

  /** A whole call. */
  async call(id: string, command: string, more: Hook = {}): Promise<void> {
    await this.begin(id, command, more);
    await shell(command, { cwd: this.scene.root });
    await this.end(id, command, more);
  }
}

function bash(id: string, command: string): Hook {
  return { tool_name: "Bash", tool_input: { command }, tool_use_id: id };
}

async function refusal(work: Promise<unknown>): Promise<ServiceError> {
  const error = await work.then(() => null, (error) => error);
  assert.ok(error instanceof ServiceError, `not refused: ${error}`);
  return error;
}

/** Names with their content, of the root. */
async function files(scene: HookScene): Promise<string> {
  return await shell("grep -r '' --include='*' . --exclude-dir=.agentvfs | sort", {
    cwd: scene.root,
  });
}

const PROJECT = "echo a >a; echo b >b; seq 1 20 >lines";

const SCENES: Record<string, (s: HookScene, client: ControlClient) => Promise<void>> = {
  async "a call is shown and taken out by its id, whatever came after"(s, client) {
    const { branch } = s;
    const agent = new Agent(s, "s1");
    await agent.tell("SessionStart", { source: "startup" });
    await agent.hear("p1", "edit it");
    await agent.call("toolu_one", "sed -i 's/^3$/three/' lines; rm a");
    await agent.call("toolu_two", "sed -i 's/^17$/many/' lines; echo n >new");
    const { commit, changes } = await client.show({ branch, ref: "toolu_one" });
    assert.equal(commit.details!.call, "toolu_one");
    assert.deepEqual(changes.map(({ status, path }) => status + path), ["Da", "Mlines"]);
    const diff = await client.diff({ branch, from: "toolu_on", to: "toolu_two" });
    assert.deepEqual(diff.changes.map(({ path }) => path), ["lines", "new"]);
    const { undone, changed } = await client.undo({ branch, ref: "toolu_one" });
    assert.deepEqual(changed, { added: 1, modified: 1, deleted: 0 });
    assert.deepEqual([undone!.kind, undone!.conflicts], ["checkpoint", []]);
    assert.equal(
      await shell("cat a; sed -n '3p;17p' lines; ls new", { cwd: s.root }),
      "a\n3\nmany\nnew\n",
    );
    assert.equal((await refusal(client.show({ branch, ref: "toolu_" }))).code, "ambiguous_ref");
    await client.restore({ branch, paths: ["lines"], from: "toolu_two" });
    assert.equal(await shell("sed -n '3p;17p' lines", { cwd: s.root }), "three\nmany\n");
  },

  async "all calls of a prompt are one undo, and what others did meanwhile stays"(s, client) {
    const { branch } = s;
    const agent = new Agent(s, "s2");
    await agent.hear("p1", "first");
    await agent.call("c1", "echo one >mine");
    await agent.hear("p2", "second");
    const before = await files(s);
    await agent.call("c2", "echo two >mine; sed -i 's/^3$/three/' lines");
    await s.write("theirs", "a person\n");
    await agent.call("c3", "echo three >mine; rm b");
    await agent.tell("Stop");
    await agent.hear("p3", "third");
    await agent.call("c4", "echo four >other");
    const shown = await client.undo({ branch, ref: "prompt:p2", dryRun: true });
    assert.deepEqual(shown.changes!.map(({ status, path }) => status + path), [
      "Ab",
      "Mlines",
      "Mmine",
    ]);
    const { undone } = await client.undo({ branch, ref: "prompt:p2" });
    assert.deepEqual([undone!.name, undone!.kind], ["prompt p2", "prompt"]);
    assert.equal(await files(s), before + "./other:four\n./theirs:a person\n");
    assert.equal((await s.entries())[0]!.message, "undo of prompt p2 (prompt)");
    // All of it or nothing.
    await client.undo({ branch });
    await s.write("mine", "changed since\n");
    const held = await files(s);
    const refused = await refusal(client.undo({ branch, ref: "prompt:p2" }));
    assert.equal(refused.code, "undo_conflicts");
    assert.equal(await files(s), held);
    // The last prompt's.
    await client.undo({ branch, ref: "prompt:" });
    assert.equal(await files(s), held.replace("./other:four\n", ""));
  },

  async "a rollback goes to the state before a prompt, whatever the prompt did first"(s, client) {
    const { branch } = s;
    const agent = new Agent(s, "s3");
    await s.write("a", "by hand\n");
    await agent.hear("p1", "first");
    const first = await files(s);
    await agent.call("c1", "echo one >mine");
    await agent.hear("p2", "second");
    const second = await files(s);
    await agent.call("c2", "echo two >mine");
    await client.rollback({ branch, ref: "prompt:" });
    assert.equal(await files(s), second);
    await client.rollback({ branch, ref: "prompt:p1" });
    assert.equal(await files(s), first);
    const unknown = await refusal(client.rollback({ branch, ref: "prompt:p9" }));
    assert.equal(unknown.code, "unknown_ref");
    assert.match(unknown.message, /"p9" on .*: there are, the last first: p2, p1$/);
  },
};

Deno.test("calls and prompts can be named, and taken out", async (t) => {
  await withProject(PROJECT, async (m) => {
    using client = await m.connect();
    for (const [i, [name, body]] of Object.entries(SCENES).entries()) {
      const branch = `scene${i}`;
      const { path } = await client.createBranch({ name: branch });
      await t.step(name, () => body(new HookScene(client, branch, path), client));
    }
    await m.ctl("verify");
  }, PATIENT);
});
