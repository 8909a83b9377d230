/** Filters of a workspace: added, listed, kept over a restart, removed; and what becomes of bad ones. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { run, shell, until } from "../support/process.ts";
import { type Mounted, withProject } from "../support/mounted.ts";

const GOOD = `function on_event(ev) if ev.path:find("%.env$") then return "deny" end end`;
const HANGS = `function on_event(ev) while true do end end`;

async function file(mounted: Mounted, name: string, text: string): Promise<string> {
  const path = join(mounted.state, name);
  await Deno.writeTextFile(path, text);
  return path;
}

const states = (report: { filters: { name: string; state: string }[] }) =>
  report.filters.map(({ name, state }) => `${name} ${state}`);

Deno.test("filters are added, listed, kept over a restart, and removed", () =>
  withProject("echo 1 > a", async (mounted) => {
    const good = await file(mounted, "good.lua", GOOD);
    const filter = (...args: string[]) => mounted.ctl("telemetry", "filter", ...args);
    assert.deepEqual(states(await filter("add", "one", good)), ["one running"]);
    // What runs is a copy.
    await Deno.writeTextFile(good, "error()");
    assert.equal(
      (await mounted.refused("telemetry", "filter", "add", "one", good)).code,
      "filter_exists",
    );
    await mounted.ctl("restart");
    await until(
      "the filter runs again",
      async () => states(await filter("list"))[0] === "one running",
    );
    assert.equal(
      (await mounted.refused("telemetry", "filter", "remove", "other")).code,
      "unknown_filter",
    );
    const [{ file: kept }] = (await filter("list")).filters;
    assert.deepEqual(states(await filter("remove", "one")), []);
    await assert.rejects(Deno.stat(kept), Deno.errors.NotFound);
  }));

Deno.test("what is no filter is refused with the reason, and not kept", () =>
  withProject("echo 1 > a", async (mounted) => {
    const refusal = async (name: string, text: string) =>
      await mounted.refused("telemetry", "filter", "add", "x", await file(mounted, name, text));
    assert.match((await refusal("a.lua", "x = 1")).message, /defines no function on_event/);
    assert.match((await refusal("a.lua", "function (")).message, /expected/);
    assert.match((await refusal("a.txt", "x")).message, /neither a Wasm module nor named \.lua/);
    assert.match((await refusal("a.wasm", "\0asm\x01\0\0\0")).message, /exports neither/);
    assert.match((await refusal("b.wasm", "MZ")).message, /no Wasm module/);
    assert.deepEqual((await mounted.ctl("telemetry", "filter", "list")).filters, []);
  }));

Deno.test("telemetry filter test says what a filter would say of a log, and of one that hangs", () =>
  withProject("echo 1 > a", async (mounted) => {
    const log = await file(
      mounted,
      "log.ndjson",
      [
        { "event": { action: "open" }, file: { path: "/p/.env" }, process: { pid: 7 } },
        { "event": { action: "open" }, file: { path: "/p/a" } },
        { op: "unlink", path: "/p/.env", pid: 3, backend: "ebpf" },
        "no event",
      ].map((line) => JSON.stringify(line)).join("\n"),
    );
    const good = await file(mounted, "good.lua", GOOD);
    const said = await mounted.ctl("telemetry", "filter", "test", good, "--events", log);
    assert.deepEqual([said.events, said.allow, said.deny, said.skipped], [3, 1, 2, 1]);
    assert.deepEqual(said.said.map(({ line }: { line: number }) => line), [1, 3]);
    const hangs = await file(mounted, "hangs.lua", HANGS);
    const args = ["telemetry", "filter", "test", hangs, "--events", log, "--json"];
    const { code, stdout } = await mounted.run(args);
    assert.equal(code, 1);
    assert.equal(JSON.parse(stdout).failed, 3);
    assert.match(JSON.parse(stdout).trouble, /did not come back/);
  }));

interface Logged {
  event: { action: string; sequence: number };
  file?: { path?: string };
  message?: string;
  tags?: string[];
}

async function audit(mounted: Mounted): Promise<Logged[]> {
  const { stdout } = await mounted.run(["-C", mounted.project, "audit", "--json"]);
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

Deno.test("a filter tags and drops what is in the log, and losing it loses nothing", () =>
  withProject("echo 1 > a", async (mounted) => {
    const text = `function on_event(ev)
      if ev.path:find("/hang$") then while true do end end
      if ev.path:find("%.tmp$") then return "drop" end
      return { tag = "seen-" .. ev.op }
    end`;
    await mounted.ctl("telemetry", "filter", "add", "f", await file(mounted, "f.lua", text));
    const of = (events: Logged[], name: string) =>
      events.filter(({ file }) => file?.path === mounted.path(name));
    let tries = 0;
    // A machine that is busy may make it late, and then what it would have said is not in the log.
    await until("the filter answers in time", async () => {
      const [b, c, d] = ["b", "c.tmp", "d"].map((name) => `${tries}-${name}`);
      tries++;
      await Deno.writeTextFile(mounted.path(b!), "x");
      await Deno.writeTextFile(mounted.path(c!), "x");
      await Deno.mkdir(mounted.path(d!));
      const events = await until("the directory is in the log", async () => {
        const events = await audit(mounted);
        return of(events, d!).length > 0 && events;
      });
      assert.deepEqual(of(events, b!).map(({ event }) => event.action), ["create", "write"]);
      const tags = [b!, d!].flatMap((name) => of(events, name).map(({ tags }) => tags?.join()));
      return of(events, c!).length === 0 &&
        `${tags}` === "seen-create,seen-write,seen-mkdir";
    });
    // It hangs; programs in the mount do not notice, all is in the log, and the log says what became of the filter.
    await Deno.writeTextFile(mounted.path("hang"), "x");
    for (let i = 0; i < 300; i++) await Deno.writeTextFile(mounted.path(`after${i}`), "x");
    const after = await until("the log tells of it", async () => {
      const events = await audit(mounted);
      const told = events.some(({ message }) =>
        /did not come back .* and was killed/.test(message ?? "")
      );
      return told && of(events, "after299").length === 2 && events;
    });
    for (let i = 0; i < 300; i++) assert.equal(of(after, `after${i}`).length, 2, `after${i}`);
    const sequences = after.map(({ event }) => event.sequence);
    assert.deepEqual(sequences, sequences.toSorted((a, b) => a - b));
  }));

const ASKING = `
  function on_event(ev)
    local name = ev.path:match("[^/]*$")
    if name:find("^hang") then while true do end end
    if name == "bash-only" and ev.op == "create" and ev.comm ~= "bash" then return "deny" end
    if name:find("^secret") and ev.op ~= "unlink" then return "deny" end
  end`;

async function ask(mounted: Mounted, otherwise: "allow" | "deny"): Promise<void> {
  const rule = {
    name: "asks",
    path_pattern: "asked/**",
    ask: "f",
    ops: "create,unlink",
    otherwise,
  };
  const rules = await file(mounted, "rules.json", JSON.stringify({ rules: [rule] }));
  await mounted.ctl("policy", "install", rules);
}

Deno.test("a rule asks a filter: what it denies is refused, what it allows is done, by every server", () =>
  withProject("mkdir asked", async (mounted) => {
    const filter = await file(mounted, "f.lua", ASKING);
    await mounted.ctl("telemetry", "filter", "add", "f", filter);
    await ask(mounted, "deny");
    const works = async () => {
      const script = `
        rm -rf asked && mkdir asked && cd asked && >open && ! { >secret1; } 2>/dev/null && mkdir dir && ! mkdir secret2 2>/dev/null &&
        bash -c '>bash-only' && rm bash-only && ! touch bash-only 2>/dev/null &&
        rm open && rmdir dir && echo good`;
      assert.equal(await shell(script, { cwd: mounted.mount }), "good\n");
    };
    // A machine that is busy may make it late, and then the rule's own word holds.
    await until("the filter answers in time", () => works().then(() => true, () => false));
    const { denials } = await mounted.ctl("policy", "denials");
    assert.ok(
      denials.some(({ rule, path }: { rule: string; path: string }) =>
        rule === "asks" && path === "asked/secret1"
      ),
    );
    await mounted.ctl("restart");
    await until("it answers in the next server", () => works().then(() => true, () => false));
  }));

Deno.test("a filter that hangs: the rule's own word holds after 50 ms, and others do not wait", () =>
  withProject("mkdir asked", async (mounted) => {
    await mounted.ctl("telemetry", "filter", "add", "f", await file(mounted, "f.lua", ASKING));
    await ask(mounted, "allow");
    const hanging = shell(
      ">asked/hang && echo made",
      { cwd: mounted.mount },
    );
    // Elsewhere in the mount work goes on.
    await shell("for i in $(seq 100); do echo x >f$i; done", { cwd: mounted.mount });
    assert.equal(await hanging, "made\n");
    await until("it was killed", async () => {
      const { filters: [{ strikes, state }] } = await mounted.ctl("telemetry", "filter", "list");
      return strikes >= 1 && state !== "starting";
    });
    await ask(mounted, "deny");
    assert.equal(
      await shell("! { >asked/hang2; } 2>/dev/null && echo no", {
        cwd: mounted.mount,
      }),
      "no\n",
    );
    await mounted.ctl("telemetry", "filter", "remove", "f");
    const gone = "! { >asked/x; } 2>/dev/null && echo no";
    assert.equal(await shell(gone, { cwd: mounted.mount }), "no\n");
  }));

const NO_CAT =
  `function on_event(ev) return ev.about ~= nil and ev.comm == "cat" and "deny" or nil end`;

/** Changes a page of a file through a mapping, which is then written to the file. */
const THROUGH_A_MAPPING = `python3 -c '
import mmap, os
fd = os.open("asked", os.O_RDWR)
with mmap.mmap(fd, 4) as memory:
    memory[0:4] = b"map\\n"
    memory.flush()
os.fsync(fd)
'`;

Deno.test("what a filter decides of reads and writes holds for what is in memory where the mount is asked for opens", () =>
  withProject("echo one >asked", async (mounted) => {
    const { mount } = mounted;
    await mounted.ctl("telemetry", "filter", "add", "f", await file(mounted, "f.lua", NO_CAT));
    const rule = { name: "asks", path_pattern: "asked", ask: "f", ops: "read,write" };
    const rules = await file(mounted, "rules.json", JSON.stringify({ rules: [rule] }));
    const { unheld } = await mounted.ctl("policy", "install", rules);
    assert.deepEqual(unheld.map(({ rule }: { rule: string }) => rule), ["asks"]);
    await mounted.restart();
    assert.deepEqual((await mounted.ctl("policy", "show")).unheld, []);
    const tried = (script: string) => run(["bash", "-c", script], { cwd: mount });
    // A filter that is late is as none, and then it is denied.
    const inTime = (script: string) =>
      until(`it is allowed: ${script}`, async () => (await tried(script)).code === 0);
    await inTime("head -n 1 asked");
    assert.match((await tried("cat asked")).stderr, /Permission denied/);
    await inTime(THROUGH_A_MAPPING);
    await mounted.restart();
    await inTime("test $(head -n 1 asked) = map");
  }));
