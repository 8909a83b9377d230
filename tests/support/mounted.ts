/**
 * A daemon on a project, for one test. Whatever happens to the test, the mount and the processes go away.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { ControlClient } from "../../src/control/client.ts";
import type { StatusReport } from "../../src/control/service/daemon.ts";
import { assertPrinted, checkClient } from "./assert_fits.ts";
import { type Outcome, run, type RunOptions, until } from "./process.ts";
import { agentvfs } from "./program.ts";
import { mountsBelow, withTemporary } from "./temporary.ts";

export interface MountOptions {
  /** Further arguments of quickstart. */
  readonly arguments?: readonly string[];
  /** Further environment of the daemon. */
  readonly env?: Record<string, string>;
  /** Lines of the log that look like errors and are expected. */
  readonly allowedLog?: readonly RegExp[];
  /** Longest time the test may take, ms. */
  readonly deadlineMs?: number;
  /** False: `body` begins while the import may still run. */
  readonly imported?: boolean;
}

/** Where ten others keep the machine busy everything takes ten times as long. */
const DEADLINE_MS = 300_000;
const IMPORT_DEADLINE_MS = 180_000;
const END_DEADLINE_MS = 20_000;
const BUSY_DEADLINE_MS = 20_000;

export interface Refusal {
  readonly exit: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly details?: unknown;
}

// What a project is like, and what tests make, is not up to the umask of who runs them.
Deno.umask(0o022);

export class Mounted {
  mount = "";
  #status: StatusReport | null = null;

  constructor(
    readonly project: string,
    readonly state: string,
    readonly options: MountOptions,
  ) {}

  get log(): string {
    return this.#status!.log;
  }

  get socket(): string {
    return this.#status!.socket;
  }

  get store(): string {
    return this.#status!.store;
  }

  /** Path in the mount. */
  path(...names: string[]): string {
    return join(this.mount, ...names);
  }

  /** Runs `agentvfs ARGS…`. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return agentvfs(this.state, args, options);
  }

  /** Runs a command for this project and resolves with its JSON, which has to be what it declares. It has to succeed. */
  // deno-lint-ignore no-explicit-any
  async ctl(...args: string[]): Promise<any> {
    const outcome = await this.run(["-C", this.project, "--json", ...args]);
    const said = outcome.stdout.slice(-2000) + outcome.stderr.slice(-2000);
    assert.equal(outcome.code, 0, `agentvfs ${args.join(" ")} ended with ${outcome.code}\n${said}`);
    await assertPrinted(args, outcome);
    return JSON.parse(outcome.stdout);
  }

  /** Names of all branches, as they are listed. */
  async branches(): Promise<string[]> {
    const { branches } = await this.ctl("branch", "list");
    return branches.map(({ name }: { name: string }) => name);
  }

  /** Runs a command for this project that has to be refused. */
  async refused(...args: string[]): Promise<Refusal> {
    const outcome = await this.run(["-C", this.project, "--json", ...args]);
    assert.notEqual(outcome.code, 0, `agentvfs ${args.join(" ")} succeeded\n${outcome.stdout}`);
    await assertPrinted(args, outcome);
    const { error } = JSON.parse(outcome.stdout);
    assert.match(outcome.stderr, /^agentvfs: /);
    return { ...error, exit: outcome.code };
  }

  /** A connection to the daemon: quicker than starting the program. */
  async connect(): Promise<ControlClient> {
    return checkClient(await ControlClient.connect(this.socket, { callDeadlineMs: 180_000 }));
  }

  async status(): Promise<StatusReport> {
    this.#status = await this.ctl("status") as StatusReport;
    return this.#status;
  }

  /** Kills the server. Resolves when another one answers. */
  async killServer(): Promise<void> {
    const { serverPid } = await this.status();
    Deno.kill(serverPid, "SIGKILL");
    await this.anotherServer(serverPid);
  }

  /** Resolves when a server answers that is not `serverPid`, which may take a question while it dies. */
  async anotherServer(serverPid: number): Promise<void> {
    await until("another server answers", async () => {
      const { code, stdout } = await this.run(["-C", this.project, "--json", "status"]);
      return code === 0 && JSON.parse(stdout).serverPid !== serverPid;
    });
  }

  async start(): Promise<void> {
    const args = ["quickstart", this.project, ...(this.options.arguments ?? [])];
    const outcome = await this.run(args, { env: this.options.env ?? {} });
    assert.equal(outcome.code, 0, `quickstart: ${outcome.stdout}${outcome.stderr}`);
    this.mount = /^mount=(.*)$/m.exec(outcome.stdout)![1]!;
    await this.status();
  }

  /** Somebody who looks at every mount of the machine may be in this one for a moment. */
  async stop(): Promise<void> {
    await until("the mount is not busy", async () => {
      const outcome = await this.run(["-C", this.project, "--json", "stop"]);
      const { code, stdout } = outcome;
      if (code !== 0) assert.equal(JSON.parse(stdout).error.code, "mount_busy", stdout);
      await assertPrinted(["stop"], outcome);
      return code === 0;
    }, BUSY_DEADLINE_MS);
    assert.deepEqual(await mountsBelow(this.state), [], "The mount is still there after a stop");
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Resolves when the project is in the store. */
  async imported(): Promise<StatusReport> {
    return await until("the import ends", async () => {
      const status = await this.status();
      assert.notEqual(status.import.state, "failed");
      return status.import.state === "done" && status;
    }, IMPORT_DEADLINE_MS);
  }

  /** How many requests of a kind were answered so far. */
  async count(opcode: string): Promise<number> {
    return (await this.status()).counters[opcode] ?? 0;
  }

  /** Ends everything, gently at first. */
  async end(): Promise<void> {
    const mounts = await mountsBelow(this.state);
    if (mounts.length > 0) {
      const stop = ["stop", "--force", "-C", this.project];
      await this.run(stop, { deadlineMs: 20_000 }).catch(() => {});
      for (const mount of await mountsBelow(this.state)) await run(["umount", "-l", mount]);
    }
    const daemons = async () => await Array.fromAsync(processesOf(this.state));
    const gone = async () => (await daemons()).length === 0;
    await until("the daemon's processes end", gone, END_DEADLINE_MS).catch(async () => {
      for (const pid of await daemons()) killHard(pid);
    });
  }

  async logText(): Promise<string> {
    return this.#status === null ? "" : await Deno.readTextFile(this.log).catch(() => "");
  }

  /** Lines of the log that tell of something wrong. */
  async complaints(): Promise<string[]> {
    const allowed = this.options.allowedLog ?? [];
    return (await this.logText()).split("\n")
      .filter((line) => /Error|failed|panicked|^\s+at \S/i.test(line))
      .filter((line) => !allowed.some((pattern) => pattern.test(line)));
  }
}

/** Daemons' processes that work in a state directory, whose random name no other process knows. */
async function* processesOf(state: string): AsyncGenerator<number> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
    const read = (file: string) => Deno.readTextFile(`/proc/${name}/${file}`).catch(() => "");
    const [stat, command, environment] = await Promise.all(
      ["stat", "cmdline", "environ"].map(read),
    );
    if (/^\d+ \(.*\) Z/s.test(stat!)) continue;
    const isDaemon = command!.includes(`${state}/`) ||
      environment!.includes("AGENTVFS_SERVER_CONFIG=") && environment!.includes(`${state}/`);
    if (isDaemon) yield Number(name);
  }
}

function killHard(pid: number): void {
  console.error(`Process ${pid} did not end by itself`);
  try {
    Deno.kill(pid, "SIGKILL");
  } catch { /* it ended after all */ }
}

const TAIL = 4_000;

/** Mounts `project`, runs `body`, and takes everything away. Fails if the log tells of an error. */
export async function withMount(
  project: string,
  body: (mounted: Mounted) => Promise<void>,
  options: MountOptions = {},
): Promise<void> {
  await withTemporary(async (state) => {
    const mounted = new Mounted(project, state, options);
    try {
      await withDeadline(options.deadlineMs ?? DEADLINE_MS, async () => {
        await mounted.start();
        if (options.imported ?? true) await mounted.imported();
        await body(mounted);
      });
      assert.deepEqual(await mounted.complaints(), [], "The daemon's log tells of errors");
    } catch (error) {
      const log = await mounted.logText();
      console.error(`--- the end of the daemon's log:\n${log.slice(-TAIL)}---`);
      throw error;
    } finally {
      await mounted.end();
    }
  });
}

/** As {@linkcode withMount}, on a project that the shell script makes in an empty directory. */
export async function withProject(
  script: string,
  body: (mounted: Mounted) => Promise<void>,
  options: MountOptions = {},
): Promise<void> {
  await withTemporary(async (directory) => {
    const project = join(directory, "project");
    await Deno.mkdir(project);
    const made = await run(["bash", "-euo", "pipefail", "-c", script], { cwd: project });
    assert.equal(made.code, 0, made.stderr);
    await withMount(project, body, options);
  });
}

async function withDeadline(ms: number, body: () => Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The test took more than ${ms} ms`)), ms);
  });
  try {
    await Promise.race([body(), late]);
  } finally {
    clearTimeout(timer);
  }
}
