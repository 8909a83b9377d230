/**
 * Nobody sees what was after a rollback or a restore has returned, whatever they hold: open files, mappings, what the
 * kernel has cached. While it runs each read is what was or what will be, never something in between.
 */

import assert from "node:assert/strict";
import { readClock } from "../../ffi/linux/clock.ts";
import type { ControlClient } from "../../src/control/client.ts";
import { withProject } from "../support/mounted.ts";
import { succeed } from "../support/process.ts";
import { PYTHON, scriptPath } from "../support/python.ts";

/** In state A files are 40 KiB of "A", in B 44 KiB of "B"; one name each state has alone. */
function script(state: "A" | "B", bytes: number): string {
  return `mkdir -p d/e; for f in f0 d/f1 d/e/f2; do
head -c ${bytes} /dev/zero | tr '\\0' ${state} >$f.new; cat $f.new >$f; rm $f.new; done
ln -sfn to-${state} d/link; rm -f d/only-*; touch d/only-${state.toLowerCase()}`;
}

/** Ways of looking, functions of stale_reader.py. */
const WAYS = [
  "by_path",
  "by_size",
  "by_name",
  "by_listing",
  "by_link",
  "by_handle",
  "by_directory_handle",
  "by_mapping",
];

type State = "A" | "B";

const ENOUGH = "enough\n";
const DEADLINE_MS = 120_000;

/** Which state holds from when (a command began) until when (the next one returned), in nanoseconds. */
interface Period {
  readonly state: State;
  readonly from: number;
  to: number;
}

function now(): number {
  const time = { sec: 0, nsec: 0 };
  readClock(time);
  // Numbers hold such a time to within 256 ns.
  return time.sec * 1e9 + time.nsec;
}

/** Ways of making the project what it is in a state. */
const SWITCHES: readonly ((client: ControlClient, state: State) => Promise<unknown>)[] = [
  (client, state) => client.rollback({ ref: state }),
  (client, state) => client.restore({ paths: ["f0", "d"], from: state }),
];

/** Switches so often at least, and until everybody has seen enough of both. */
async function hammer(
  client: ControlClient,
  switches: number,
  readers: readonly Reader[],
): Promise<Period[]> {
  const periods: Period[] = [{ state: "A", from: 0, to: Infinity }];
  const end = performance.now() + DEADLINE_MS;
  for (let i = 0; i < switches || !readers.every(({ hasEnough }) => hasEnough()); i++) {
    if (i >= switches && performance.now() > end) {
      const few = WAYS.filter((_, i) => !readers[i]!.hasEnough());
      assert.fail(`After ${i} switches too little was seen ${few.join(", ")}`);
    }
    const state = i % 2 === 0 ? "B" : "A";
    const from = now();
    await SWITCHES[Math.floor(i / 2) % SWITCHES.length]!(client, state);
    periods.at(-1)!.to = now();
    periods.push({ state, from, to: Infinity });
    await new Promise((resolve) => setTimeout(resolve, 5 + (i * 7) % 40));
  }
  return periods;
}

interface Reader {
  /** True when it has seen both states more than once or twice. */
  hasEnough(): boolean;
  /** Resolves with what was seen. */
  end(): Promise<string[]>;
}

/** Looks in one way until it is ended. */
function reader(way: string, cwd: string): Reader {
  const child = new Deno.Command(PYTHON, {
    args: [scriptPath(import.meta.url, "stale_reader.py"), way],
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  const isRead = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) said += text;
  })();
  const stderr = new Response(child.stderr).text();
  return {
    hasEnough: () => said.startsWith(ENOUGH),
    end: async () => {
      await child.stdin.close();
      const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
      const { code } = await child.status;
      clearTimeout(timer);
      assert.equal(code, 0, `${way}: ${await stderr}`);
      await isRead;
      return said.slice(ENOUGH.length).trimEnd().split("\n");
    },
  };
}

/** What of `lines` nobody may have seen. "between" may be seen while a command runs. */
function wrong(lines: readonly string[], periods: readonly Period[]): string[] {
  return lines.filter((line) => {
    const [begin, end, state] = line.split(" ");
    return !periods.some((period, i) => {
      const from = state === "between" ? periods[i + 1]?.from ?? Infinity : period.from;
      return (state === "between" || period.state === state) &&
        Number(begin) <= period.to && Number(end) >= from;
    });
  });
}

Deno.test("readers see exactly what was or what is, and after a command nothing that was", async () => {
  await withProject(script("A", 40960), async (m) => {
    const client = await m.connect();
    try {
      await client.checkpoint({ label: "A" });
      await succeed(["bash", "-euc", script("B", 45056)], { cwd: m.mount });
      await client.checkpoint({ label: "B" });
      await client.rollback({ ref: "A" });
      const readers = WAYS.map((way) => reader(way, m.mount));
      const periods = await hammer(client, 100, readers);
      const seen = await Promise.all(readers.map(({ end }) => end()));
      WAYS.forEach((way, i) => {
        assert.deepEqual(wrong(seen[i]!, periods).slice(0, 10), [], way);
      });
    } finally {
      client.close();
    }
  });
});

Deno.test("what is read too late is noticed", () => {
  const periods: Period[] = [{ state: "A", from: 0, to: 20 }, {
    state: "B",
    from: 10,
    to: Infinity,
  }];
  const lines = [
    "5 9 between",
    "5 11 between",
    "21 30 between",
    "1 2 A",
    "15 16 A",
    "15 16 B",
    "19 25 A",
    "21 25 A",
    "1 2 B",
    "30 31 B",
    "3 4 mixed",
  ];
  assert.deepEqual(wrong(lines, periods), [
    "5 9 between",
    "21 30 between",
    "21 25 A",
    "1 2 B",
    "3 4 mixed",
  ]);
});
