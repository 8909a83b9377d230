/**
 * What the library's client can do beyond single methods: transactions, events, merges with a test.
 */

import assert from "node:assert/strict";
import { ControlClient, type WorkspaceEvent } from "../../mod.ts";
import { WorkspaceEvent as EventShape } from "../../src/control/shapes/events.ts";
import { assertFits, assertResult } from "../support/assert_fits.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { run } from "../support/process.ts";

const PROJECT = "for f in a b; do echo $f >$f; done";

async function read(m: Mounted, file = "a"): Promise<string> {
  return (await Deno.readTextFile(m.path(file))).trim();
}

async function write(m: Mounted, text: string, file = "a"): Promise<void> {
  await Deno.writeTextFile(m.path(file), `${text}\n`);
}

async function labels(m: Mounted): Promise<(string | null)[]> {
  const { entries } = await m.ctl("log", "--all");
  return entries.map(({ label, kind }: { label: string | null; kind: string }) => label ?? kind);
}

Deno.test("what a transaction does is kept if it is committed, and only then", async () => {
  await withProject(PROJECT, async (m) => {
    using client = await ControlClient.connect(m.socket);
    await write(m, "not recorded");
    {
      await using work = await client.transaction({ label: "one", agent: "me" });
      await write(m, "one");
      const { label, changed } = await work.commit();
      assert.deepEqual([label, changed.modified, work.state], ["one", 1, "committed"]);
      await assert.rejects(work.commit(), /was committed/);
    }
    assert.deepEqual(await labels(m), ["one", "before one", "initial"]);
    const { ino } = await Deno.stat(m.path("a"));
    await assert.rejects(async () => {
      await using work = await client.transaction();
      assert.equal(work.start, (await client.status()).head!.id);
      await write(m, "two");
      await Deno.remove(m.path("b"));
      throw new Error("it does not work");
    }, /it does not work/);
    assert.deepEqual([await read(m), await read(m, "b")], ["one", "b"]);
    assert.equal((await Deno.stat(m.path("a"))).ino, ino);
    // It is there to be looked at.
    assert.deepEqual((await labels(m))[0], "safety");

    await client.createBranch({ name: "other" });
    const other = m.path(".agentvfs/branches/other/a");
    {
      await using _work = await client.transaction({ branch: "other" });
      await Deno.writeTextFile(other, "x");
    }
    assert.equal(await Deno.readTextFile(other), "one\n");
  });
});

Deno.test("a transaction is rolled back although it was aborted, is large, or its server died", async () => {
  await withProject(PROJECT, async (m) => {
    using client = await ControlClient.connect(m.socket);
    const abort = new AbortController();
    await assert.rejects(async () => {
      await using work = await client.transaction({ signal: abort.signal });
      await write(m, "aborted");
      abort.abort(new Error("enough"));
      await work.commit();
    }, /enough/);
    await assert.rejects(client.transaction({ signal: abort.signal }), /enough/);
    assert.equal(await read(m), "a");

    await run(["bash", "-c", "mkdir many; cd many; touch {1..1200}"], { cwd: m.mount });
    {
      await using _work = await client.transaction();
      await run(["rm", "-r", m.path("many")]);
      await m.killServer();
    }
    assert.equal([...Deno.readDirSync(m.path("many"))].length, 1200);
    using next = await ControlClient.connect(m.socket);
    {
      await using work = await next.transaction({ label: "kept" });
      await write(m, "kept");
      await m.killServer();
      await work.commit();
    }
    assert.equal(await read(m), "kept");
    assert.equal((await labels(m))[0], "kept");
  }, { allowedLog: [/was killed by SIGKILL/] });
});

/** The next events, as they are matched: those fields alone. */
async function expect(
  events: AsyncIterator<WorkspaceEvent>,
  ...expected: Partial<WorkspaceEvent>[]
): Promise<void> {
  for (const wanted of expected) {
    const { value } = await events.next();
    assertFits(EventShape, value, "The event");
    const found = Object.keys(wanted).map((key) => [key, value[key as keyof WorkspaceEvent]]);
    assert.deepEqual(Object.fromEntries(found), wanted, JSON.stringify(value));
  }
}

Deno.test("who subscribes is told of everything that happens, or of what was asked for", async () => {
  await withProject(PROJECT, async (m) => {
    using client = await ControlClient.connect(m.socket);
    using all = await client.subscribe();
    using moves = await client.subscribe({ kinds: ["rollback", "undo"], branch: "main" });
    const [events, moved] = [all, moves].map((one) => one[Symbol.asyncIterator]());
    const initial = (await client.status()).head!.id;

    await write(m, "one");
    const { id } = await client.checkpoint({ label: "one" });
    await expect(events!, {
      ...{ kind: "checkpoint", branch: "main", id, from: initial, label: "one", seq: 1 },
      ...{ commit: "checkpoint", changed: { added: 0, modified: 1, deleted: 0 } },
    });
    await write(m, "two");
    await client.rollback({ ref: initial });
    await expect(
      events!,
      { kind: "checkpoint", commit: "safety" },
      { kind: "rollback", id: initial, label: "initial" },
    );
    await client.undo();
    await expect(events!, { kind: "undo", branch: "main" });
    await client.createBranch({ name: "b" });
    await Deno.writeTextFile(m.path(".agentvfs/branches/b/b"), "changed\n");
    await client.merge({ sources: ["b"] });
    await client.renameBranch({ name: "b", to: "c" });
    await client.deleteBranch({ name: "c" });
    await expect(
      events!,
      { kind: "branch-created", branch: "b" },
      { kind: "checkpoint", branch: "b", commit: "safety" },
      { kind: "merge", branch: "main", commit: "merge" },
      { kind: "branch-renamed", branch: "c", oldBranch: "b" },
      { kind: "branch-deleted", branch: "c" },
    );
    await assert.rejects(client.rollback({ ref: "nothing" }));
    // Through the mount, from a run, and of an agent.
    await run(["bash", "-c", "echo checkpoint mine >.agentvfs/ctl"], { cwd: m.mount });
    await m.run(["run", "-b", "r", "bash", "-c", "echo branch delete x >.agentvfs/ctl; exit 0"], {
      cwd: m.project,
    });
    await expect(
      events!,
      { kind: "refused", branch: null, method: "rollback", code: "unknown_ref" },
      { kind: "checkpoint", label: "mine" },
      { kind: "branch-created", branch: "r" },
      { kind: "refused", method: "deleteBranch", code: "denied" },
    );
    await expect(moved!, { kind: "rollback" }, { kind: "undo" });
  });
});

Deno.test("a reader that is slow is told what it missed, one in a run hears of its own branch, and events outlive a server", async () => {
  await withProject(PROJECT, async (m) => {
    using client = await ControlClient.connect(m.socket);
    // More than the socket takes by itself.
    using slow = await client.subscribe({ queue: 2, kinds: ["checkpoint"] });
    const label = "x".repeat(100_000);
    for (let i = 0; i < 12; i++) await client.checkpoint({ label });
    const seen: WorkspaceEvent[] = [];
    for await (const event of slow) {
      seen.push(event);
      if (event.kind === "lost") break;
    }
    const { count } = seen.at(-1)!;
    assert.ok(seen.length >= 3 && count! >= 1, JSON.stringify(seen.map(({ kind }) => kind)));
    assert.equal(seen.length - 1 + count!, 12);

    const script = `echo '{"v":1,"id":1,"method":"subscribe"}' | timeout 2 python3 -c '
import socket, os, sys
s = socket.socket(socket.AF_UNIX); s.connect(os.environ["AGENTVFS_SOCK"])
s.send(sys.stdin.readline().encode()); f = s.makefile(); print(f.readline(), end="")
open("made", "w").write("x"); os.system("echo checkpoint mine >.agentvfs/ctl"); print(f.readline(), end="")'`;
    const told = await m.run(["run", "-b", "r", "bash", "-c", script], { cwd: m.project });
    const [reply, event] = told.stdout.trim().split("\n").map((line) => JSON.parse(line));
    await assertResult("subscribe", reply.result);
    assert.equal(reply.result.branch, "r");
    assert.deepEqual([event.event.branch, event.event.label], ["r", "mine"]);
    const inMount = await run([
      ...[
        "bash",
        "-c",
        `echo '{"v":1,"id":1,"method":"subscribe"}' >.agentvfs/ctl; cat .agentvfs/ctl`,
      ],
    ], { cwd: m.mount });
    assert.equal(JSON.parse(inMount.stdout).error.code, "no_stream");

    const abort = new AbortController();
    using kept = await client.subscribe({ branch: "main", signal: abort.signal });
    const events = kept[Symbol.asyncIterator]();
    const next = events.next();
    await m.killServer();
    assert.deepEqual(
      await next.then(({ value }) => [value!.kind, value!.count]),
      ["lost", null],
    );
    await m.ctl("checkpoint", "after");
    await expect(events, { kind: "checkpoint", label: "after", seq: 1 });
    const ending = events.next();
    abort.abort();
    assert.equal((await ending).done, true);
    await assert.rejects(client.subscribe({ branch: "nothing" }));
  }, { allowedLog: [/was killed by SIGKILL/] });
});

Deno.test("a merge with a function as its test goes on although the server dies", async () => {
  await withProject(PROJECT, async (m) => {
    using client = await ControlClient.connect(m.socket);
    for (const name of ["one", "two"]) {
      await client.createBranch({ name });
      await Deno.writeTextFile(m.path(".agentvfs/branches", name, "a"), `${name}\n`);
    }
    const report = await client.mergeTested({
      sources: ["one", "two"],
      take: "best",
      async test({ path, sources }) {
        await m.killServer();
        const text = await Deno.readTextFile(`${path}/a`);
        assert.equal(text, `${sources[0]}\n`);
        return { passed: true, score: text.length + Number(text === "two\n") };
      },
    });
    assert.deepEqual([report.state, report.taken], ["merged", ["two"]]);
    assert.equal(await read(m), "two");
  }, { allowedLog: [/was killed by SIGKILL/] });
});
