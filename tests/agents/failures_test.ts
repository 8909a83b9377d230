/**
 * Whatever becomes of the daemon while an agent works, the agent goes on: its hooks say nothing, end well and in time, and its tools
 * say what is wrong.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { StatusReport } from "../../src/control/service/daemon.ts";
import { withSmallDisk } from "../support/small_disk.ts";
import { type Bed, testAgent, type Worked } from "./bed.ts";
import { claudeWith, tool } from "./claude.ts";
import { call, codexWith } from "./codex.ts";
import { WORDS } from "./words.ts";

type Agent = "claude" | "codex";

/** What happens, as a command that the agent itself is told to run: so it is in the middle of its turn. */
interface State {
  command(status: StatusReport, bed: Bed): string;
  /** What becomes of a write after it. */
  readonly goesOn: boolean;
}

const STATES: Readonly<Record<string, State>> = {
  "its server is killed": { command: ({ serverPid }) => `kill -9 ${serverPid}`, goesOn: true },
  "it is upgraded": { command: (_, { root }) => `${root}/bin/agentvfs restart`, goesOn: true },
  "it is killed whole": {
    command: ({ keeperPid, serverPid }) => `kill -9 ${keeperPid} ${serverPid}`,
    goesOn: false,
  },
  "it is stopped": {
    command: (_, { root, mount }) => `${root}/bin/agentvfs stop --force ${mount}`,
    goesOn: false,
  },
};

for (const agent of ["claude", "codex"] as const) {
  for (const [name, { command, goesOn }] of Object.entries(STATES)) {
    testAgent(agent, `goes on when ${name}`, async (bed) => {
      await bed.agentvfs("integrate", agent);
      const status = JSON.parse(await bed.agentvfs("status", "--json", "--project", bed.mount));
      const worked = await work(bed, agent, [
        "echo one >one",
        command(status, bed),
        "echo two >two || echo refused",
      ]);
      assertGoesOn(agent, worked);
      if (!goesOn) {
        assert.match(resultOf(worked, -2), /No (agentvfs )?daemon/);
        // What was written where nothing is mounted is not in the way of the next start without a word.
        await bed.run(["rm", "-f", "two"], {}, bed.mount);
        await bed.agentvfs("quickstart", bed.project);
      }
      assert.equal(await Deno.readTextFile(bed.path("one")), "one\n");
      assert.equal(await bed.exists("two"), goesOn);
      const { entries } = await bed.log();
      const commands = entries.toReversed().flatMap(({ details }) => details?.command ?? []);
      assert.deepEqual(commands, [
        "echo one >one",
        ...goesOn ? ["echo two >two || echo refused"] : [],
      ]);
    });
  }

  testAgent(
    agent,
    "goes on when the disk is full, and is recorded when it is not",
    (bed) =>
      withSmallDisk("tmpfs", async ({ disk }) => {
        await bed.agentvfs("stop", bed.mount);
        const store = ["--store", join(disk, "store")];
        bed.mount = /^mount=(.*)$/m.exec(
          await bed.agentvfs("quickstart", bed.project, ...store),
        )![1]!;
        try {
          await bed.agentvfs("integrate", agent);
          const worked = await work(bed, agent, [
            "head -c 64M /dev/urandom >big || echo refused",
            "rm big",
            "echo two >two",
          ]);
          assert.match(worked.seen.flatMap(({ results }) => results).join(), /refused/);
          assertGoesOn(agent, worked);
          const [last] = (await bed.log()).entries;
          assert.equal(last!.details!.command, "echo two >two");
        } finally {
          await bed.agentvfs("stop", "--force", bed.mount);
        }
      }),
  );
}

/** The agent runs these commands, asks a tool of ours, and says something. */
function work(bed: Bed, agent: Agent, commands: readonly string[]): Promise<Worked> {
  const words = WORDS[agent];
  const status = agent === "claude" ? { name: tool("status"), input: {} } : call("status", {});
  const script = [
    ...commands.map((command) => words.shell(command)),
    { tools: [status] },
    words.shell("cd /; echo still here"),
    { text: "All done." },
  ];
  return agent === "claude"
    ? claudeWith(bed, { script, args: EVENTS })
    : codexWith(bed, { script, sandbox: false });
}

/** Makes Claude Code print what became of each hook; Codex does. */
const EVENTS = ["--output-format", "stream-json", "--verbose", "--include-hook-events"];

/** What its last call but so many gave. */
function resultOf({ seen }: Worked, at: number): string {
  return seen.filter(({ results }) => results.length > 0).at(at)!.results.join("\n");
}

function assertGoesOn(agent: Agent, worked: Worked): void {
  assert.match(resultOf(worked, -1), /still here/);
  if (agent === "codex") {
    const count = (words: RegExp) => [...worked.stderr.matchAll(words)].length;
    const begun = count(/^hook: \w+$/gm);
    assert.ok(begun > 8);
    assert.equal(count(/^hook: \w+ Completed$/gm), begun, worked.stderr);
    return;
  }
  const events = worked.stdout.trim().split("\n").map((line) => JSON.parse(line));
  const ended = events.filter(({ subtype }) => subtype === "hook_response");
  assert.ok(ended.length > 8);
  for (const { exit_code, outcome, stderr, hook_name } of ended) {
    assert.deepEqual([exit_code, outcome, stderr], [0, "success", ""], hook_name);
  }
}
