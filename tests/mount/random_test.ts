/**
 * Random operations in the mount and in a plain directory, with checkpoints, rollbacks and restarts between them: on main,
 * on a branch by its path, and on one by cgroup.
 *
 * `AGENTVFS_SEED=N AGENTVFS_SEQUENCES=1` repeats the sequence that a failure names.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { ControlClient } from "../../src/control/client.ts";
import { withCgroup } from "../support/cgroup.ts";
import { Conversation } from "../support/conversation.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { isAlive } from "../support/is_alive.ts";
import { shell, until } from "../support/process.ts";
import { scriptPath } from "../support/python.ts";
import { SEED } from "../support/random.ts";
import { withTemporary } from "../support/temporary.ts";

const SEQUENCES = Number(Deno.env.get("AGENTVFS_SEQUENCES") ?? 200);
const PER_DAEMON = 50;
const ROUNDS = 4;
const OPERATIONS = 12;
/** A keeper replaces only so many servers in a row that lived shorter, ms. */
const SHORT_LIFE_MS = 1_500;

const PROJECT = `
mkdir -p a/c/d b/c
head -c 700000 /dev/urandom >big
head -c 5000 /dev/urandom >a/x
echo text >a/c/y
ln a/x b/x
ln -s c/../c b/z
mkfifo b/d
setfattr -n user.one -v value a/x
chmod 2775 b/c
chown 1000:1000 a b/c a/c/y
touch -h -d '2001-02-03 04:05:06.789012345' a/c/y b/z a/c
`;

/** The process that carries out and compares. */
class Operator {
  readonly #script = new Conversation([scriptPath(import.meta.url, "random_operations.py")]);

  constructor(readonly seed: () => number) {}

  get pid(): number {
    return this.#script.pid;
  }

  /** Fails with the operations so far if the two sides differ. */
  async do(what: string, values: Record<string, unknown> = {}): Promise<void> {
    const answer = await this.#script.ask({ do: what, ...values });
    if (answer.ok) return;
    const operations = answer.operations.map((o: unknown) => `  ${JSON.stringify(o)}`).join("\n");
    assert.fail(`Sequence ${this.seed()}, ${what}: ${JSON.stringify(answer.why)}\n${operations}`);
  }

  end(): Promise<void> {
    return this.#script.end();
  }
}

/** Small and repeatable: xorshift32. */
function randomOf(seed: number): (limit: number) => number {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
}

class Player {
  client!: ControlClient;
  seed = 0;
  readonly operator = new Operator(() => this.seed);
  readonly plain: string;

  /** `cgroup`: that of the operations, which see the branch at the mountpoint; null: they go by its path. */
  constructor(
    readonly mounted: Mounted,
    readonly directory: string,
    readonly branch: string,
    readonly cgroup: string | null,
  ) {
    this.plain = join(directory, "plain");
  }

  get root(): string {
    const { branch, mounted, cgroup } = this;
    return branch === "main" || cgroup !== null
      ? mounted.mount
      : mounted.path(".agentvfs/branches", branch);
  }

  /** After the first start. */
  async begin(): Promise<void> {
    this.client = await this.mounted.connect();
    if (this.branch !== "main") await this.client.createBranch({ name: this.branch });
    if (this.cgroup === null) return;
    await Deno.writeTextFile(`${this.cgroup}/cgroup.procs`, String(this.operator.pid));
    await this.#register();
  }

  async #register(): Promise<void> {
    const { branch, cgroup } = this;
    if (cgroup !== null) await this.client.registerSession({ cgroup, branch });
  }

  async play(seed: number): Promise<void> {
    this.seed = seed;
    const { operator, plain, branch } = this;
    const random = randomOf(seed);
    await this.client.rollback({ ref: "initial", branch });
    await this.#copy(this.mounted.project, plain);
    await operator.do("begin", { seed, mount: this.root, plain });
    await operator.do("compare");
    const checkpoints: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const killed = random(8) === 0 ? this.#killServer(random(30)) : null;
      await operator.do("operate", { count: 1 + random(2 * OPERATIONS) });
      await operator.do("compare");
      await killed;
      const choice = random(30);
      if (choice < 14) checkpoints.push(await this.#checkpoint(`s${seed}.${round}`));
      else if (choice < 24 && checkpoints.length > 0) {
        await this.#rollback(checkpoints[random(checkpoints.length)]!);
      } else if (choice === 24) await this.#restart("restart", () => this.mounted.stop());
      else if (choice === 25) await this.#restart("crash", () => this.#crash());
    }
    await operator.do("close");
  }

  async #checkpoint(label: string): Promise<string> {
    await this.operator.do("remember", { as: label });
    const { id } = await this.client.checkpoint({ label, branch: this.branch });
    await this.operator.do("recall", { as: label });
    await this.#copy(this.plain, join(this.directory, id));
    this.#ids.set(label, id);
    return label;
  }

  readonly #ids = new Map<string, string>();

  async #rollback(label: string): Promise<void> {
    await this.operator.do("close");
    await this.client.rollback({ ref: label, branch: this.branch });
    await this.#copy(join(this.directory, this.#ids.get(label)!), this.plain);
    await this.operator.do("reopen", { after: `rollback ${label}` });
    await this.operator.do("recall", { as: label });
    await this.operator.do("compare");
  }

  /** What was changed since the last checkpoint is in the journal only. */
  async #restart(how: string, stop: () => Promise<void>): Promise<void> {
    await this.operator.do("remember", { as: how });
    await this.operator.do("close");
    this.client.close();
    await stop();
    await this.mounted.start();
    this.client = await this.mounted.connect();
    await this.#register();
    await this.operator.do("reopen", { after: how });
    await this.operator.do("recall", { as: how });
    await this.operator.do("compare");
  }

  async #crash(): Promise<void> {
    const { keeperPid, serverPid } = await this.mounted.status();
    Deno.kill(keeperPid, "SIGKILL");
    Deno.kill(serverPid, "SIGKILL");
    await until("the daemon is dead", () => !isAlive(serverPid) && !isAlive(keeperPid));
  }

  /** In the middle of the operations, which must not notice. Handles stay open. */
  async #killServer(afterMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const { serverPid, uptimeMs } = await this.client.status();
    // A server that dies young again and again is given up.
    if (uptimeMs < SHORT_LIFE_MS) return;
    this.client.close();
    Deno.kill(serverPid, "SIGKILL");
    this.client = await until("another server answers", async () => {
      try {
        const client = await this.mounted.connect();
        return (await client.status()).serverPid === serverPid ? null : client;
      } catch {
        return null;
      }
    });
  }

  async #copy(from: string, to: string): Promise<void> {
    await shell(`rm -rf "$1"; cp -a "$0" "$1"`.replace("$0", from).replaceAll("$1", to));
  }
}

const PLACES = [
  { branch: "main", routed: false },
  { branch: "work/branch", routed: false },
  { branch: "work/branch", routed: true },
] as const;

for (let first = 0; first < SEQUENCES; first += PER_DAEMON) {
  const count = Math.min(PER_DAEMON, SEQUENCES - first);
  const seed = SEED + first;
  const { branch, routed } = PLACES[first / PER_DAEMON % PLACES.length]!;
  const where = `${branch}${routed ? " by cgroup" : ""}`;
  Deno.test(`random operations on ${where}, seeds ${seed} to ${seed + count - 1}`, async () => {
    const options = {
      arguments: ["--allow-other", ...(routed ? ["--cgroups"] : [])],
      allowedLog: [/was killed by SIGKILL/],
      // By cgroup each component of each path is asked for.
      deadlineMs: 300_000,
    };
    const play = (cgroup: string | null) =>
      withTemporary((directory) =>
        withProject(PROJECT, async (mounted) => {
          const player = new Player(mounted, directory, branch, cgroup);
          try {
            await player.begin();
            for (let i = 0; i < count; i++) await player.play(seed + i);
          } finally {
            player.client?.close();
            await player.operator.end();
          }
        }, options)
      );
    await (routed ? withCgroup(play) : play(null));
  });
}
