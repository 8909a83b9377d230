/**
 * Many agents on one mount at the same time, each on a branch of its own: half of them in views that `agentvfs run` made,
 * half of them by their cgroups at the shared mountpoint. Each checks that it sees exactly its own tree.
 *
 * ```sh
 * deno run -A tests/mount/agents.ts --agents 16 --seconds 120
 * ```
 *
 * @module
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inCgroup, withCgroup } from "../support/cgroup.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { PROGRAM } from "../support/program.ts";

const WORK = fileURLToPath(new URL("./agent_work.py", import.meta.url));
const PROJECT = `mkdir -p work/d0 && echo base >README && git init -q . && git add -A &&
git -c user.email=a@b -c user.name=initial commit -qm initial`;

export interface AgentsReport {
  /** Operations that were checked. */
  readonly operations: number;
  readonly checkpoints: number;
  /** Of the server, at the end, MiB. */
  readonly rss: number;
}

/** Runs so many agents for so long. Fails if one of them finds anything that is not its own. */
export async function runAgents(
  agents: number,
  seconds: number,
  seed: number,
): Promise<AgentsReport> {
  return await withCgroup((cgroup) => runIn(cgroup, agents, seconds, seed));
}

async function runIn(
  cgroup: string,
  agents: number,
  seconds: number,
  seed: number,
): Promise<AgentsReport> {
  let report: AgentsReport | null = null;
  await withProject(PROJECT, async (m) => {
    const names = Array.from({ length: agents }, (_, i) => `agent/${i}`);
    for (const name of names) await m.ctl("branch", "create", name);
    const working = await Promise.all(names.map(async (name, i) => {
      if (i % 2 === 0) return new Agent(m, name, seed + i, null);
      const own = `${cgroup}/${i}`;
      await Deno.mkdir(own);
      await m.ctl("session", "register", "--cgroup", own, "--branch", name);
      return new Agent(m, name, seed + i, own);
    }));
    let checkpoints = 0;
    const until = performance.now() + seconds * 1000;
    using client = await m.connect();
    while (performance.now() < until && working.every(({ isRunning }) => isRunning)) {
      const branch = names[checkpoints % names.length]!;
      await client.checkpoint({ branch, label: `checkpoint ${checkpoints++}` });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const counts = await Promise.all(working.map((agent) => agent.end()));
    const { rssBytes } = await m.status();
    assert.equal((await m.ctl("verify")).clean, true);
    report = {
      operations: counts.reduce((sum, count) => sum + count, 0),
      checkpoints,
      rss: Math.round(rssBytes / 2 ** 20),
    };
  }, { deadlineMs: seconds * 1000 + 180_000, arguments: ["--cgroups"] });
  return report!;
}

class Agent {
  isRunning = true;
  readonly #process: Deno.ChildProcess;
  readonly #output: Promise<Deno.CommandOutput>;

  /** `cgroup`: null for a view of its own. */
  constructor(m: Mounted, readonly name: string, seed: number, cgroup: string | null) {
    const work = ["python3", "-B", WORK, name.replace("/", "-"), String(seed)];
    const run = [...PROGRAM, "run", "--branch", name, "--", ...work];
    const [command, ...args] = cgroup === null ? run : inCgroup(cgroup, work);
    this.#process = new Deno.Command(command!, {
      args,
      cwd: cgroup === null ? m.project : m.mount,
      env: { AGENTVFS_STATE_DIR: m.state, AGENTVFS_SOCK: "" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#output = this.#process.output();
    void this.#output.then(() => this.isRunning = false);
  }

  /** Tells it to end. Resolves with how many operations it checked. */
  async end(): Promise<number> {
    await this.#process.stdin.close().catch(() => {});
    const { code, stdout, stderr } = await this.#output;
    const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.equal(code, 0, `${this.name} ended with ${code}\n${complained}`);
    return Number(said);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      agents: { type: "string", default: "16" },
      seconds: { type: "string", default: "120" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  const { agents, seconds, seed } = values;
  const report = await runAgents(Number(agents), Number(seconds), Number(seed));
  console.log(
    JSON.stringify({ agents: Number(agents), seconds: Number(seconds), seed, ...report }),
  );
}
