/**
 * A real agent in a mount, with a home of its own and a model that does what a script says. Nothing of this machine's agents is used,
 * and nothing is asked of any other machine.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LogReport } from "../../src/control/service/history.ts";
import { type Outcome, run, shell } from "../support/process.ts";
import { PROGRAM } from "../support/program.ts";
import { withTemporary } from "../support/temporary.ts";
import { type AgentName, installed } from "./installed.ts";

const MODEL = fileURLToPath(new URL("./scripted_model.mjs", import.meta.url));
const DEADLINE_MS = 90_000;

/** What the model says and does: scripted_model.mjs has the form. */
export type Script = readonly object[];

/** What a request of the agent had. */
export interface Seen {
  readonly tools: readonly string[];
  readonly results: readonly string[];
  /** New texts in which agentvfs is spoken of. */
  readonly watched: readonly string[];
}

/** What an agent did. */
export interface Worked extends Outcome {
  readonly seen: readonly Seen[];
  /** The first request with tools, whole. */
  readonly first: string;
}

export class Bed {
  mount = "";

  constructor(readonly root: string, readonly bin: string) {}

  get home(): string {
    return join(this.root, "home");
  }

  path(name: string): string {
    return join(this.mount, name);
  }

  async exists(name: string): Promise<boolean> {
    return await Deno.lstat(this.path(name)).then(() => true, () => false);
  }

  /** Runs a program with the environment of the bed alone. */
  run(
    command: readonly string[],
    env: Record<string, string> = {},
    cwd = this.root,
  ): Promise<Outcome> {
    const variables = {
      HOME: this.home,
      PATH: `${this.root}/bin:${this.bin}:${Deno.env.get("PATH")}`,
      LANG: "C.UTF-8",
      TMPDIR: `${this.root}/tmp`,
      ...env,
    };
    const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    return run(["env", "-i", ...words, ...command], { cwd, deadlineMs: DEADLINE_MS });
  }

  /** Runs `agentvfs ARGS…`, which has to succeed. */
  async agentvfs(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(["agentvfs", ...args]);
    assert.equal(code, 0, `agentvfs ${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  }

  async log(...args: string[]): Promise<LogReport> {
    return JSON.parse(await this.agentvfs("log", "--json", "--project", this.mount, ...args));
  }

  /** Runs an agent in the mount while the model says what is in `script`. */
  async work(
    script: Script,
    start: (port: number) => Promise<readonly [string[], Record<string, string>]>,
  ): Promise<Worked> {
    const place = await Deno.makeTempDir({ dir: join(this.root, "tmp") });
    await Deno.writeTextFile(`${place}/script.json`, JSON.stringify(script));
    const model = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--quiet",
        "--no-config",
        MODEL,
        "--script",
        `${place}/script.json`,
        "--log",
        `${place}/log`,
        "--bodies",
        `${place}/bodies`,
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    try {
      const [command, env] = await start(await portOf(model));
      const outcome = await this.run(command, env, this.mount);
      const said = `${outcome.stdout}${outcome.stderr}`.slice(-4000);
      assert.equal(outcome.code, 0, `${command.join(" ")} ended with ${outcome.code}\n${said}`);
      const lines = (await Deno.readTextFile(`${place}/log`)).trim().split("\n");
      const seen = lines.map((line) => JSON.parse(line)).filter(({ request }) => request);
      // Some ask for a title first, without tools.
      const { request } = seen.find(({ tools }) => tools.length > 0);
      return {
        ...outcome,
        seen,
        first: await Deno.readTextFile(`${place}/bodies/${request}.json`),
      };
    } finally {
      model.kill();
      await model.status;
    }
  }
}

async function portOf(model: Deno.ChildProcess): Promise<number> {
  const reader = model.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    assert.ok(!done, "The model ended before it listened");
    text += value;
  }
  reader.releaseLock();
  return JSON.parse(text.split("\n", 1)[0]!).port;
}

/** A test with an agent in a mount of its own; it is skipped, with the reason, where the agent cannot be had. */
export function testAgent(agent: AgentName, name: string, body: (bed: Bed) => Promise<void>): void {
  Deno.test(`${agent}: ${name}`, async (t) => {
    const found = await installed(agent);
    if ("missing" in found) {
      await t.step({ name: `skipped: ${found.missing}`, ignore: true, fn: () => {} });
      return;
    }
    await withTemporary(async (temporary) => {
      const bed = new Bed(await Deno.realPath(temporary), found.bin);
      for (const directory of ["bin", "home", "tmp", "shop"]) {
        await Deno.mkdir(join(bed.root, directory));
      }
      await Deno.writeTextFile(
        join(bed.root, "bin/agentvfs"),
        // A busy machine must not lose an answer for a test.
        `#!/bin/sh\nexport AGENTVFS_HOOK_MS=5000 DENO_DIR='${await denoDirectory()}'\nexec ${
          PROGRAM.map((word) => `'${word}'`).join(" ")
        } "$@"\n`,
        { mode: 0o755 },
      );
      await shell(
        "git init -q -b main; echo good > a; git add .; git -c user.name=t -c user.email=t@example.com commit -qm initial",
        { cwd: join(bed.root, "shop") },
      );
      bed.mount = /^mount=(.*)$/m.exec(
        await bed.agentvfs("quickstart", join(bed.root, "shop")),
      )![1]!;
      try {
        await body(bed);
      } finally {
        await bed.run(["agentvfs", "stop", "--force", bed.mount]);
      }
    });
  });
}

async function denoDirectory(): Promise<string> {
  const { stdout } = await run([Deno.execPath(), "info", "--json"]);
  return JSON.parse(stdout).denoDir;
}
