/**
 * Filters in processes of their own: what they answer, and what becomes of those that misbehave.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Bell, closeBell, createBell, ring } from "../host/cell/bell.ts";
import type { TelemetryEvent } from "../telemetry/event.ts";
import type { Answer } from "./answer.ts";
import { AskLane, type NoAnswer } from "./ask_lane.ts";
import { BatchLane } from "./batch_lane.ts";
import { FilterHost } from "./filter_host.ts";
import { packedFilter, wat } from "./testing/wat.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
const COMMAND = [Deno.execPath(), "run", "-A", "--quiet", `--config=${CONFIG}`, MAIN] as const;

const event = (path: string): TelemetryEvent => ({
  provider: "mount",
  action: "write",
  time: 0,
  path,
});

class Running implements AsyncDisposable {
  readonly told: string[] = [];
  readonly #directory: string;
  readonly #bells: readonly [Bell, Bell];
  readonly host: FilterHost;
  readonly asks: AskLane;
  readonly batches: BatchLane;

  constructor(name: string, bytes: Uint8Array) {
    this.#directory = Deno.makeTempDirSync();
    const file = `${this.#directory}/${name}`;
    Deno.writeFileSync(file, bytes);
    this.#bells = [createBell()!, createBell()!];
    const [asked, batch] = this.#bells.map(({ rings }) => rings) as [number, number];
    const tell = (message: string) => void this.told.push(message);
    this.host = new FilterHost({ name: "test", file, command: [...COMMAND], asked, batch, tell });
    const wake = () => ring(this.host.handle.wake);
    this.asks = new AskLane(this.host.memory, wake);
    this.batches = new BatchLane(this.host.memory, wake);
  }

  static async start(name: string, bytes: Uint8Array | string): Promise<Running> {
    const running = new Running(
      name,
      typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes,
    );
    await running.host.start();
    return running;
  }

  async ask(path: string): Promise<Answer | NoAnswer | "refused"> {
    const ticket = this.asks.ask(event(path), performance.now());
    if (ticket === 0) return "refused";
    let result: Answer | NoAnswer | undefined;
    await until(() => {
      this.asks.collect(performance.now(), (which, answer) => {
        assert.equal(which, ticket);
        result = answer;
      });
      return result !== undefined;
    });
    return result!;
  }

  async verdict(path: string): Promise<string> {
    const answer = await this.ask(path);
    return typeof answer === "string" ? answer : answer.verdict;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.stop();
    for (const bell of this.#bells) closeBell(bell);
    Deno.removeSync(this.#directory, { recursive: true });
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!await condition()) {
    assert.ok(performance.now() < deadline, "it did not come to that in 30 s");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** What it says once it is asked until it answers in time, as on a busy machine it may not. */
async function verdictInTime(running: Running, path: string): Promise<string> {
  let verdict = "late";
  await until(async () => {
    verdict = await running.verdict(path);
    return verdict !== "late" && verdict !== "refused";
  });
  return verdict;
}

const BY_FIRST_LETTER = `(if (result i32)
  (i32.eq (i32.load8_u offset=18 (local.get $at)) (i32.const 115)) (then (i32.const 2)) (else (i32.const 0)))`;

/** Does `body` for paths that begin with s, else allows. */
function only(body: string): Uint8Array<ArrayBuffer> {
  return packedFilter(
    `(if (i32.eq (i32.load8_u offset=18 (local.get $at)) (i32.const 115)) (then ${body})) (i32.const 1)`,
  );
}

Deno.test("a Wasm filter and a Lua filter answer from their processes, one by one and in batches", async () => {
  const filters = {
    "a.wasm": packedFilter(BY_FIRST_LETTER),
    "a.lua": `function on_event(ev) if ev.path:sub(1, 1) == "s" then return "deny" end end`,
  };
  for (const [name, bytes] of Object.entries(filters)) {
    await using running = await Running.start(name, bytes);
    assert.equal(await verdictInTime(running, "secret"), "deny");
    assert.equal(await verdictInTime(running, "other"), "allow");
    const events = ["secret", "other", "s"].map(event);
    assert.equal(running.batches.send(events), 3);
    let answers: (Answer | null)[] | null = null;
    await until(() => (answers = running.batches.take()) !== null);
    assert.deepEqual(answers!.map((answer: Answer | null) => answer?.verdict), [
      "deny",
      "allow",
      "deny",
    ]);
    assert.deepEqual(running.told, ["Filter test runs"]);
  }
});

Deno.test("a filter that hangs answers nobody, is killed, runs again, and is given up after three times", async () => {
  const lua = `function on_event(ev)
    if ev.path == "s" then ("a"):rep(60):find(("a*"):rep(60) .. "b") end return "watch" end`;
  for (
    const [name, bytes, times] of [
      ["hang.wasm", only("(loop $l (br $l))"), 3],
      ["hang.lua", lua, 1],
    ] as const
  ) {
    await using running = await Running.start(name, bytes);
    assert.equal(await verdictInTime(running, "other"), "watch");
    for (let time = 1; time <= times; time++) {
      assert.equal(await running.verdict("s"), "late");
      await until(() => running.host.strikes === time);
      if (time === 3) break;
      assert.match(running.told.at(-1)!, /did not come back .* and was killed; it starts again/);
      await until(() => running.host.state === "running");
      assert.equal(await verdictInTime(running, "other"), "watch");
    }
    if (times < 3) continue;
    assert.equal(running.host.state, "disabled");
    assert.match(running.told.at(-1)!, /is disabled: .* 3 times in all/);
    assert.equal(await running.verdict("other"), "refused");
  }
});

Deno.test("a filter that takes memory without end is limited, or killed", async () => {
  const lua = `local hoard = {}
    function on_event(ev)
      while ev.path == "s" do hoard[#hoard + 1] = ("x"):rep(100000) .. #hoard end
      return "watch"
    end`;
  await using inLua = await Running.start("bomb.lua", lua);
  await until(async () => await inLua.verdict("s") === "failed");
  await until(() =>
    inLua.told.some((line) => /failed on \d+ events: not enough memory/.test(line))
  );

  const grow = only(`(drop (memory.grow (i32.const 30000)))
    (if (i32.ne (memory.grow (i32.const 1)) (i32.const 1)) (then (unreachable)))`);
  await using inWasm = await Running.start("bomb.wasm", grow);
  assert.equal(await verdictInTime(inWasm, "other"), "watch");
});

Deno.test("a filter that takes a little more memory with each event is killed when it has too much", async () => {
  const tables = Array.from({ length: 8 }, (_, i) => `$t${i}`);
  const hoards = packedFilter(
    tables.map((table) => `(drop (table.grow ${table} (ref.null extern) (i32.const 1000000)))`)
      .join(" ") + "(i32.const 1)",
    tables.map((table) => `(table ${table} 0 externref)`).join(" "),
  );
  await using running = await Running.start("hoard.wasm", hoards);
  // On a machine with much to do it may be killed before, for it does not come back in time; it starts again then, and goes on.
  await until(async () => {
    await running.ask("a");
    return running.told.some((line) =>
      /took \d+ MiB of memory and was killed; it starts again/.test(line)
    );
  });
});

Deno.test("a filter that fails says so, and the log is told why", async () => {
  await using running = await Running.start("trap.wasm", only("(unreachable)"));
  assert.equal(await verdictInTime(running, "s"), "failed");
  await until(() => running.told.length > 1);
  assert.match(running.told[1]!, /^Filter test failed on \d+ events?: unreachable/);
  assert.equal(running.host.state, "running");
});

Deno.test("what is no filter is told of and not started again", async () => {
  await assert.rejects(
    async () => {
      await using _ = await Running.start("a.wasm", wat("(module)"));
    },
    /exports neither agentvfs_abi and filter nor on_event/,
  );
});
