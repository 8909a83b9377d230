/**
 * Filters of a workspace on a system whose host layer is not Linux's: added, asked, watching; hanging, exploding and lying; over
 * a server's end; removed.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type Outcome, until } from "../process.ts";

export interface FilterPlace {
  /** Writes a file outside the mount; resolves with its path as the program takes it. */
  write(name: string, text: string): Promise<string>;
  ask(...words: string[]): Promise<Outcome>;
  json<T>(...words: string[]): Promise<T>;
  /** Makes a file in the folder `asked` of the mount. False: it was refused. */
  make(name: string): Promise<boolean>;
  kill(pid: number): void | Promise<unknown>;
  /** What locks filters in, as `filter list` tells it. */
  readonly lock: string;
}

interface Filters {
  readonly filters: readonly {
    readonly state: string;
    readonly strikes: number;
    readonly lock: string;
  }[];
}

interface Logged {
  readonly file?: { readonly path?: string };
  readonly message?: string;
  readonly tags?: readonly string[];
}

const FILTER = `
  function on_event(ev)
    local hoard, name = {}, ev.path:match("[^/]*$")
    if name:find("^hang") then while true do end end
    if name:find("^explode") then while true do hoard[#hoard + 1] = ("x"):rep(100000) .. #hoard end end
    if name:find("^lie") then return "perhaps" end
    if name:find("%.tmp$") then return "drop" end
    if name:find("^secret") then return "deny" end
    return { tag = "seen-" .. ev.op }
  end`;

const LINES = ["/p/a", "/p/secret", "/p/b.tmp", "/p/hang"].map((path) =>
  JSON.stringify({ event: { action: "create" }, file: { path } })
);

export async function filterFlow(place: FilterPlace): Promise<void> {
  const { json, write: file } = place;
  const filter = <T = Filters>(...words: string[]) => json<T>("telemetry", "filter", ...words);
  const lua = await file("f.lua", FILTER);
  const isRunning = async () => (await filter("list")).filters[0]?.state === "running";
  const rules = async (otherwise: string) => {
    const rule = { name: "r", path_pattern: "asked/**", ask: "f", ops: "create", otherwise };
    await json("policy", "install", await file("rules.json", JSON.stringify({ rules: [rule] })));
  };

  const refused = await place.ask(
    ...["telemetry", "filter", "add", "f", await file("no.lua", "x = 1")],
  );
  assert.deepEqual([refused.code, /defines no function on_event/.test(refused.stderr)], [1, true]);
  const { filters: [added] } = await filter("add", "f", lua);
  assert.deepEqual([added!.state, added!.lock], ["running", place.lock]);
  const log = await file("log.ndjson", LINES.join("\n"));
  const tried = await place.ask("telemetry", "filter", "test", lua, "--events", log, "--json");
  const { events, failed, trouble } = JSON.parse(tried.stdout);
  // They go in one batch, and the last of them hangs.
  assert.deepEqual([tried.code, events, failed], [1, 4, 4]);
  assert.match(trouble, /did not come back/);

  await rules("allow");
  await inTime("it denies", async () => await place.make("open") && !await place.make("secret"));
  await inTime("it tags and drops", async (attempt) => {
    const [kept, dropped] = [`kept${attempt}`, `dropped${attempt}.tmp`];
    for (const name of [dropped, kept]) await place.make(name);
    const logged = await until("the log has it", async () => {
      const events = await audit(place);
      return of(events, kept).length > 0 && events;
    });
    return of(logged, dropped).length === 0 && `${of(logged, kept)[0]!.tags}` === "seen-create";
  });

  // What it does not answer the rule answers, and the log tells of it. It does not see what it has no time for.
  const isTold = async (name: string, words: RegExp) => {
    assert.equal(await place.make(name), true, name);
    return (await audit(place)).some(({ message }) => words.test(message ?? ""));
  };
  await inTime("it lies", (n) => isTold(`lie${n}`, /failed on \d+ events?: .*perhaps/));
  await place.make("explode");
  await inTime("it hangs", async (n) => {
    assert.equal(await place.make(`hang${n}`), true);
    return (await filter("list")).filters[0]!.strikes > 0;
  });
  await until("the log tells of that", () => isTold("more", /did not come back .* and was killed/));
  await rules("deny");
  assert.equal(await place.make("lie-again"), false);
  await until("it runs again", isRunning);
  await inTime("it answers again", () => place.make(`again-${crypto.randomUUID()}`));

  const { serverPid } = await json<{ serverPid: number }>("ctl", "status");
  await place.kill(serverPid);
  await until("the next server runs it", () => isRunning().catch(() => false));
  await inTime(
    "it answers the next server",
    async () => await place.make(`next-${crypto.randomUUID()}`),
  );
  assert.deepEqual((await filter("remove", "f")).filters, []);
  assert.equal(await place.make("nobody-to-ask"), false);
}

/** Writes files in a directory of this machine. */
export function writeIn(directory: string): FilterPlace["write"] {
  return async (name, text) => {
    await Deno.writeTextFile(`${directory}/${name}`, text);
    return `${directory}/${name}`;
  };
}

/** Until a filter says its word in time, which it may not where the machine has much to do. */
async function inTime(what: string, says: (attempt: number) => Promise<boolean>): Promise<void> {
  let attempt = 0;
  await until(what, () => says(attempt++));
}

async function audit({ ask }: FilterPlace): Promise<Logged[]> {
  const { stdout } = await ask("audit", "--json");
  return stdout.trim().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

function of(events: readonly Logged[], name: string): Logged[] {
  return events.filter(({ file }) => file?.path?.endsWith(`/${name}`));
}
