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
import { skip } from "../support/skip.ts";
import { withTemporary } from "../support/temporary.ts";
import { type Account, type AccountName, noAccount, PLAIN, withAccount } from "./account.ts";
import { type AgentName, installed } from "./installed.ts";

const SOURCE = fileURLToPath(new URL("../../", import.meta.url));
const MODEL = fileURLToPath(new URL("./scripted_model.mjs", import.meta.url));
/** OpenCode installs packages when it is first started with a plug-in: a minute on a machine that does nothing else. */
const DEADLINE_MS = 300_000;

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

  /**
   * @param root all of it is below
   * @param bin where the agent's program is
   */
  constructor(
    readonly root: string,
    readonly bin: string,
    readonly variables: Readonly<Record<string, string>>,
    readonly account: Account = PLAIN,
  ) {}

  get home(): string {
    return join(this.root, "home");
  }

  get project(): string {
    return join(this.root, "shop");
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
      ...this.variables,
      ...env,
    };
    const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    // The account may be the only one that may look into the directory.
    const enter = ["env", "-i", "-C", cwd, ...words];
    return run([...this.account.before, ...enter, ...command], { deadlineMs: DEADLINE_MS });
  }

  /** Runs `agentvfs ARGS…`, which has to succeed. */
  async agentvfs(...args: string[]): Promise<string> {
    return await this.ok(["agentvfs", ...args]);
  }

  /** Runs a program, which has to succeed; resolves with what it prints. */
  async ok(command: readonly string[], cwd?: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, {}, cwd);
    assert.equal(code, 0, `${command.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  }

  async log(...args: string[]): Promise<LogReport> {
    return JSON.parse(await this.agentvfs("log", "--json", "--project", this.mount, ...args));
  }

  /** Runs an agent, in the mount if not told otherwise, while the model says what is in `script`. */
  async work(
    script: Script,
    start: (port: number) => Promise<readonly [string[], Record<string, string>]>,
    cwd = this.mount,
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
      const outcome = await this.run(command, env, cwd);
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
  testWith(agent, name, (bin) =>
    withTemporary(async (temporary) => {
      const root = await Deno.realPath(temporary);
      const bed = new Bed(root, bin, { TMPDIR: `${root}/tmp` });
      await make(bed, PROGRAM, await denoDirectory());
      await inMount(bed, body);
    }));
}

/** The same, with a program of ours. `missing` tells why it cannot be run; null: it can. */
export function testProgram(
  name: string,
  missing: () => Promise<string | null>,
  body: (bed: Bed) => Promise<void>,
): void {
  Deno.test(name, async (t) => {
    const why = await missing();
    if (why !== null) {
      await skip(t, why);
      return;
    }
    await withTemporary(async (temporary) => {
      const root = await Deno.realPath(temporary);
      const bed = new Bed(root, `${root}/bin`, { TMPDIR: `${root}/tmp` });
      await make(bed, PROGRAM, await denoDirectory());
      await inMount(bed, body);
    });
  });
}

/** The same, with an agent that another account starts. */
export function testAgentAs(
  who: AccountName,
  agent: AgentName,
  name: string,
  body: (bed: Bed) => Promise<void>,
  missing: string | null = null,
): void {
  testWith(agent, name, async (bin) => {
    // Not below /tmp, of which a confined program has its own.
    const parent = Deno.uid() === 0 ? "/opt" : Deno.env.get("HOME")!;
    await withTemporary(async (root) => {
      await Deno.chmod(root, 0o755);
      const shown = {
        "npm/node_modules": await Deno.realPath(join(bin, "..")),
        deno: await denoDirectory(),
      };
      const { program, shown: ours } = programIn(root);
      await withAccount(who, root, { ...shown, ...ours }, async (account) => {
        const bed = new Bed(root, `${root}/npm/node_modules/.bin`, {}, account);
        await make(bed, program, `${root}/deno`);
        for (const name of ["home", "shop"]) await account.own(join(root, name));
        await inMount(bed, body);
      });
    }, parent);
  }, noAccount(who) ?? missing);
}

function testWith(
  agent: AgentName,
  name: string,
  body: (bin: string) => Promise<void>,
  missing: string | null = null,
): void {
  Deno.test(`${agent}: ${name}`, async (t) => {
    const found = missing === null ? await installed(agent) : { missing };
    if ("bin" in found) return await body(found.bin);
    await skip(t, found.missing);
  });
}

/** The program under test where any account may start it, and what has to be shown for that. */
function programIn(root: string): { program: string[]; shown: Record<string, string> } {
  const shown: Record<string, string> = {};
  const program = PROGRAM.map((word, i) => {
    if (i === 0) {
      shown.program = word;
      return `${root}/program`;
    }
    return word.replace(SOURCE, `${root}/source/`);
  });
  if (program.length > 1) shown.source = SOURCE;
  return { program, shown };
}

async function make(bed: Bed, program: readonly string[], deno: string): Promise<void> {
  for (const directory of ["bin", "home", "tmp", "shop"]) {
    await Deno.mkdir(join(bed.root, directory));
  }
  await Deno.writeTextFile(
    join(bed.root, "bin/agentvfs"),
    // A busy machine must not lose an answer for a test.
    `#!/bin/sh\nexport AGENTVFS_HOOK_MS=5000 DENO_DIR='${deno}'\nexec ${
      program.map((word) => `'${word}'`).join(" ")
    } "$@"\n`,
    { mode: 0o755 },
  );
  await shell(
    "git init -q -b main; echo good > a; git add .; git -c user.name=t -c user.email=t@example.com commit -qm initial",
    { cwd: bed.project },
  );
}

async function inMount(bed: Bed, body: (bed: Bed) => Promise<void>): Promise<void> {
  bed.mount = /^mount=(.*)$/m.exec(await bed.agentvfs("quickstart", bed.project))![1]!;
  try {
    await body(bed);
  } finally {
    await bed.run(["agentvfs", "stop", "--force", bed.mount]);
  }
}

/** Where Deno keeps what it downloaded. */
export async function denoDirectory(): Promise<string> {
  const { stdout } = await run([Deno.execPath(), "info", "--json"]);
  return JSON.parse(stdout).denoDir;
}
