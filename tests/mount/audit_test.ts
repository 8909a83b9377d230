/** What is done in a mount is in its log of events. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { Subscription } from "../../src/control/library/subscription.ts";
import { indexPath } from "../../src/telemetry/index/index_file.ts";
import { listLogFiles } from "../../src/telemetry/log/log_files.ts";
import type { LoggedEvent } from "../../src/telemetry/logged_event.ts";
import type { Mounted } from "../support/mounted.ts";
import type { Params } from "../../src/control/methods.ts";
import { withProject } from "../support/mounted.ts";
import { shell, until } from "../support/process.ts";

/** `agentvfs audit --json ARGS…` */
async function audit(mounted: Mounted, ...args: string[]): Promise<LoggedEvent[]> {
  const { code, stdout, stderr } = await mounted.run(
    ["-C", mounted.project, "audit", "--json", ...args],
  );
  assert.equal(code, 0, stderr);
  return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** Events of the mount, once the last one about `path` is there. */
async function eventsUntil(mounted: Mounted, path: string): Promise<LoggedEvent[]> {
  return await until(`an event about ${path} is in the log`, async () => {
    const events = await audit(mounted);
    const isThere = events.some(({ file }) => file?.path === mounted.path(path));
    return isThere && events.filter(({ event }) => event.provider === "mount");
  });
}

function brief(mounted: Mounted, { event, file, error }: LoggedEvent): string {
  const names = [file?.path, file?.target_path].filter((path) => path !== undefined)
    .map((path) => path.replace(`${mounted.mount}/`, ""));
  return [event.action, ...names, ...(error === undefined ? [] : [error.code])].join(" ");
}

Deno.test("each change is in the log once, in order, with what it was about", () =>
  withProject("echo 1 > a; echo 2 > b; mkdir -p s/t", async (mounted) => {
    const { mount } = mounted;
    Deno.mkdirSync(`${mount}/d`);
    Deno.writeTextFileSync(`${mount}/d/new`, "hello");
    Deno.renameSync(`${mount}/d/new`, `${mount}/s/t/new`);
    Deno.renameSync(`${mount}/s`, `${mount}/r`);
    Deno.chmodSync(`${mount}/r/t/new`, 0o600);
    Deno.linkSync(`${mount}/a`, `${mount}/r/link`);
    Deno.symlinkSync("some/where", `${mount}/sym`);
    Deno.truncateSync(`${mount}/b`, 1);
    Deno.removeSync(`${mount}/a`);
    Deno.removeSync(`${mount}/d`);
    assert.throws(() => Deno.removeSync(`${mount}/r`));
    Deno.writeTextFileSync(`${mount}/last`, "");
    const events = await eventsUntil(mounted, "last");
    assert.deepEqual(events.map((event) => brief(mounted, event)), [
      "mkdir d",
      "create d/new",
      "write d/new",
      "rename d/new s/t/new",
      "rename s r",
      "chmod r/t/new",
      "link a r/link",
      "symlink sym some/where",
      "truncate b",
      "unlink a",
      "rmdir d",
      "rmdir r ENOTEMPTY",
      "create last",
    ]);
    const sequences = events.map(({ event }) => event.sequence);
    assert.deepEqual(sequences, sequences.toSorted((a, b) => a - b));
    const written = events[2]!;
    assert.equal(written.agentvfs.bytes, 5);
    assert.equal(written.agentvfs.branch, "main");
    assert.equal(written.user!.id, String(Deno.uid()));
    assert.equal(written.file!.inode, events[1]!.file!.inode);
    assert.equal(written.file!.inode, String(Deno.statSync(`${mount}/r/t/new`).ino));
    const about = await audit(mounted, "r/t");
    assert.deepEqual(about.map((event) => brief(mounted, event)), ["chmod r/t/new"]);
  }));

Deno.test("names of any bytes are in the log as they are", () =>
  withProject("echo 1 > a", async (mounted) => {
    const made = await new Deno.Command("bash", {
      args: ["-c", "touch $'bad\\xffname'; touch last"],
      cwd: mounted.mount,
    }).output();
    assert.ok(made.success);
    const [bad] = await eventsUntil(mounted, "last");
    const bytes = Uint8Array.fromBase64(bad!.agentvfs.path_base64!);
    const expected = [...new TextEncoder().encode(`${mounted.mount}/bad`), 0xff];
    assert.deepEqual([...bytes.subarray(0, expected.length)], expected);
  }));

Deno.test("with --telemetry off there is no log, and nothing is lost without it", () =>
  withProject("echo 1 > a", async (mounted) => {
    Deno.writeTextFileSync(mounted.path("a"), "x");
    assert.deepEqual(await audit(mounted), []);
  }, { arguments: ["--telemetry", "off"] }));

Deno.test("opens and execs are in the log where the mount is asked for them", () =>
  withProject("cp /bin/true prog; echo 1 > a", async (mounted) => {
    Deno.readTextFileSync(mounted.path("a"));
    assert.ok((await new Deno.Command(mounted.path("prog")).output()).success);
    Deno.writeTextFileSync(mounted.path("last"), "");
    const events = (await eventsUntil(mounted, "last")).map((event) => brief(mounted, event));
    assert.ok(events.includes("open a"), events.join("\n"));
    assert.ok(events.includes("exec-open prog"), events.join("\n"));
  }, { arguments: ["--telemetry", "opens"] }));

/** Programs that end at once, and one that becomes another. */
const PROGRAMS = `mkdir d; sh -c 'cd d; touch e; exec mv e f'; cp a d/b; python3 -c '
import mmap
open("big", "wb").write(b"x" * 300000)
with open("big", "r+b") as f:
    for i in range(30): f.seek(i * 1000); f.write(b"y"); f.flush()
'; rm d/b; echo one >> a; touch last`;

function whose({ event, file, process }: LoggedEvent): string {
  const name = file?.path?.split("/").at(-1);
  return `${process?.name}: ${event.action} ${name}`;
}

/** What they change but for the many writes of one, and who does it. */
const CHANGES = [
  "mkdir: mkdir d",
  "touch: create e",
  "touch: utimes e",
  "mv: rename e",
  "cp: create b",
  "cp: write b",
  "python3: create big",
  "rm: unlink b",
  "bash: write a",
  "touch: create last",
  "touch: utimes last",
];

async function runPrograms(mounted: Mounted): Promise<LoggedEvent[]> {
  const args = ["-c", PROGRAMS];
  const made = await new Deno.Command("bash", { args, cwd: mounted.mount }).output();
  assert.ok(made.success, new TextDecoder().decode(made.stderr));
  return await eventsUntil(mounted, "last");
}

Deno.test("the process is named that made a change, and its many writes are few events", () =>
  withProject("echo 1 > a", async (mounted) => {
    const events = await runPrograms(mounted);
    const wrote = events.filter(({ event, file }) =>
      event.action === "write" && file?.path === mounted.path("big")
    );
    assert.equal(wrote.reduce((sum, { agentvfs }) => sum + (agentvfs.bytes ?? 0), 0), 300_030);
    assert.ok(wrote.length <= 8, `${wrote.length} events of 31 writes`);
    assert.deepEqual(events.filter((event) => !wrote.includes(event)).map(whose), CHANGES);
    const { process } = events.find(({ event }) => event.action === "rename")!;
    assert.ok(process!.pid! > 1);
  }));

Deno.test("without eBPF, who ends at once may have no name; the changes are all there", () =>
  withProject("echo 1 > a", async (mounted) => {
    const events = await runPrograms(mounted);
    const others = events.filter(({ event, file }) =>
      event.action !== "write" || file?.path !== mounted.path("big")
    );
    const changed = (line: string) => line.slice(line.indexOf(":"));
    assert.deepEqual(others.map(whose).map(changed), CHANGES.map(changed));
    const named = others.filter(({ process }) => process?.name !== undefined);
    for (const event of named) {
      assert.ok(/^(?:mkdir|touch|mv|cp|python3|rm|bash|sh)$/.test(event.process!.name!));
    }
    for (const { process } of others) assert.ok(process!.pid! > 1);
  }, { env: { AGENTVFS_WITHOUT: "bpf" } }));

Deno.test("a checkpoint, a file's versions, programs and their tree are found again in the log", () =>
  withProject("echo 1 > a", async (mounted) => {
    const { mount } = mounted;
    Deno.writeTextFileSync(`${mount}/a`, "before");
    const { id } = await mounted.ctl("checkpoint", "one");
    const args = ["-c", "mkdir d; mv a d/b; sh -c 'echo x >> d/b; true'; touch last"];
    assert.ok((await new Deno.Command("bash", { args, cwd: mount }).output()).success);
    await eventsUntil(mounted, "last");
    for (const ref of ["one", id.slice(0, 12), "#2", "HEAD"]) {
      const since = (await audit(mounted, "--since", ref)).map((event) => brief(mounted, event));
      assert.deepEqual(since.slice(0, 4), ["checkpoint", "mkdir d", "rename a d/b", "write d/b"]);
    }
    const all = await audit(mounted);
    for (const ref of ["initial", "HEAD~1", "#1"]) {
      assert.deepEqual(await audit(mounted, "--since", ref), all);
    }
    const made = await audit(mounted, "blame", "d/b");
    assert.deepEqual(made.map((event) => brief(mounted, event)), [
      "truncate a",
      "write a",
      "rename a d/b",
      "write d/b",
    ]);
    // deno-lint-ignore no-explicit-any
    const by: any[] = await audit(mounted, "--since", "one", "--by", "program");
    const count = (program: string) => by.find(({ name }) => name === program)?.events;
    assert.deepEqual([count("mkdir"), count("mv"), count("sh")], [1, 1, 1]);
    const tree = await mounted.run(["-C", mounted.project, "audit", "tree", "--since", "one"]);
    assert.match(tree.stdout, /^ *\d+ mkdir(?: d)?: 1 mkdir; 1 file$/m);
    const none = await mounted.refused("audit", "--since", "nothing");
    assert.equal(none.exit, 2);
  }));

Deno.test("blame knows a file by each of its names, what was saved over, and what was rolled back", () =>
  withProject("echo 1 > a", async (mounted) => {
    await shell("echo 2 >>a; ln a b; echo 3 >>b", { cwd: mounted.mount });
    await mounted.ctl("checkpoint", "one");
    await shell("echo 4 >a.new; mv a.new a", { cwd: mounted.mount });
    await mounted.ctl("rollback", "one");
    await shell("echo 5 >>a; touch last", { cwd: mounted.mount });
    await eventsUntil(mounted, "last");
    // Which of its two names a write is told by is not said.
    const blamed = async (path: string) =>
      (await audit(mounted, "blame", path)).map((event) =>
        brief(mounted, event).replace(/^write [ab]$/, "write")
      );
    const linked = ["write", "link a b", "write"];
    const replaced = ["create a.new", "write a.new", "rename a.new a", "move"];
    assert.deepEqual(await blamed("a"), [...linked, ...replaced, "write"]);
    assert.deepEqual(await blamed("b"), [...linked, "write"]);
  }));

Deno.test("from a checkpoint one comes to its events, and from an event back to its checkpoint", () =>
  withProject("echo 1 > a", async (mounted) => {
    const work = (script: string) => shell(script, { cwd: mounted.mount });
    await work("touch before");
    await mounted.ctl("checkpoint", "one");
    await work("touch b; mkdir d; mv b d/b");
    await mounted.ctl("checkpoint", "two");
    await work("touch after");
    await eventsUntil(mounted, "after");
    const { commit, events } = await mounted.ctl("show", "two");
    const its = await audit(mounted, "--of", "two");
    assert.deepEqual(its.map((event) => brief(mounted, event)), [
      "create b",
      "utimes b",
      "mkdir d",
      "rename b d/b",
    ]);
    for (const ref of [commit.id.slice(0, 12), "HEAD", "#3"]) {
      assert.deepEqual(await audit(mounted, "--of", ref), its);
    }
    assert.equal(events.count, its.length);
    assert.equal(events.processCount, 3);
    const numbers = its.map(({ process }) => process!.pid);
    for (const { pid } of events.processes) assert.ok(numbers.includes(pid));
    const shown = await mounted.run(["show", "two"], { cwd: mounted.project });
    assert.match(shown.stdout, /^events +4 by 3 processes: .*\b(?:touch|mv|mkdir)\[\d+\]/m);
    assert.ok(shown.stdout.includes(`agentvfs audit --of ${commit.id.slice(0, 12)}`), shown.stdout);
    const checkpointOf = async (sequence: number) => {
      const command = ["audit", "show", String(sequence)];
      const { stdout, stderr } = await mounted.run(command, { cwd: mounted.project });
      return /^in checkpoint +(.*)$/m.exec(stdout)?.[1] ?? stderr;
    };
    for (const { event } of [its[0]!, its.at(-1)!]) {
      assert.match(
        await checkpointOf(event.sequence),
        new RegExp(`^${commit.id.slice(0, 12)} "two"`),
      );
    }
    const [before] = await audit(mounted, "before");
    assert.match(await checkpointOf(before!.event.sequence), / "one" /);
    const [after] = await audit(mounted, "after");
    assert.equal(await checkpointOf(after!.event.sequence), "in none yet");
    const line = await mounted.run(
      ["audit", "show", `#${after!.event.sequence}`, "--json"],
      { cwd: mounted.project },
    );
    assert.deepEqual(JSON.parse(line.stdout), after);
    assert.match(await checkpointOf(1_000_000), /has no event 1000000/);
    const none = await mounted.refused("audit", "--of", "nothing");
    assert.equal(none.exit, 2);
  }));

Deno.test("a server that is killed loses no more than its last half second, and no line is torn", () =>
  withProject("echo 1 > a", async (mounted) => {
    const { mount } = mounted;
    let files = 0;
    // What is promised is what the program itself takes: the machine may do other things during most of the rounds.
    let least = Infinity;
    for (let round = 0; round < 5 && least > 500; round++) {
      const made: { name: string; at: number }[] = [];
      const make = () => {
        const name = `f${files++}`;
        Deno.writeTextFileSync(`${mount}/${name}`, "");
        made.push({ name, at: performance.now() });
      };
      const { serverPid } = await mounted.status();
      const begun = performance.now();
      while (performance.now() - begun < 1_000) make();
      const killed = performance.now();
      Deno.kill(serverPid, "SIGKILL");
      await mounted.anotherServer(serverPid);
      Deno.writeTextFileSync(`${mount}/last${round}`, "");
      const events = await eventsUntil(mounted, `last${round}`);
      const named = new Set(
        events.filter(({ event }) => event.action === "create").map(({ file }) => file!.path),
      );
      const isMissing = ({ name }: { name: string }) => !named.has(mounted.path(name));
      const first = made.findIndex(isMissing);
      // It is the last ones that are missing.
      assert.ok(first < 0 || made.slice(first).every(isMissing));
      least = Math.min(least, first < 0 ? 0 : killed - made[first]!.at);
    }
    assert.ok(least <= 500, `events of the last ${least} ms are lost`);
    const all = await audit(mounted);
    const sequences = all.map(({ event }) => event.sequence);
    assert.deepEqual(sequences, Array.from(sequences, (_, i) => sequences[0]! + i));
    assert.ok(all.some(({ event, message }) => event.action === "lost" && /killed/.test(message!)));
  }, { allowedLog: [/was killed/] }));

Deno.test("what a finished file of the log lacks of its index is made when a server starts", () =>
  withProject("echo 1 > a", async (mounted) => {
    const directory = join(dirname(mounted.log), "telemetry");
    const files = () => listLogFiles(directory).map(({ path }) => path);
    await shell("for i in {1..300}; do : >f$i; done", { cwd: mounted.mount });
    await until("a second file is begun", () => files().length > 1);
    const [first] = files();
    const index = await until("the first one has its index", () => read(indexPath(first!)));
    Deno.removeSync(indexPath(first!));
    await mounted.killServer();
    // Nobody asks for events.
    const made = await until("it is made", () => read(indexPath(first!)));
    assert.deepEqual(made, index);
  }, { arguments: ["--telemetry", "changes,file=64k"] }));

function read(path: string): Uint8Array | null {
  try {
    return Deno.readFileSync(path);
  } catch {
    return null;
  }
}

Deno.test("who subscribes to it is told of what is done, and who does not is not", () =>
  withProject("echo 1 > a", async (mounted) => {
    using files = await Subscription.begin(mounted.socket, { kinds: ["file"], branch: "main" });
    using others = await Subscription.begin(mounted.socket);
    Deno.writeTextFileSync(mounted.path("new"), "");
    for await (const { kind, record } of files) {
      assert.equal(kind, "file");
      const event: LoggedEvent = JSON.parse(record!);
      if (event.file?.path !== mounted.path("new")) continue;
      assert.equal(event.event.action, "create");
      break;
    }
    await mounted.ctl("checkpoint", "one");
    for await (const { kind } of others) {
      assert.equal(kind, "checkpoint");
      break;
    }
  }));

Deno.test("the daemon tells what was done on a branch, newest first", () =>
  withProject("mkdir d; echo 1 >d/a; echo 1 >b", async (mounted) => {
    using client = await mounted.connect();
    await client.createBranch({ name: "other" });
    const other = mounted.path(".agentvfs/branches/other");
    await Deno.writeTextFile(mounted.path("d/new"), "text");
    await Deno.rename(mounted.path("d/a"), mounted.path("d/c"));
    await Deno.remove(mounted.path("b"));
    await Deno.writeTextFile(`${other}/only-here`, "");
    await Deno.writeTextFile(mounted.path("last"), "");
    await eventsUntil(mounted, "last");
    const told = async (params: Params<"audit">) =>
      (await client.audit(params)).events.map(({ action, path, target }) =>
        [action, path, ...(target === null ? [] : [target])].join(" ")
      );
    assert.deepEqual(await told({ paths: ["d"] }), [
      "rename d/a d/c",
      "write d/new",
      "create d/new",
    ]);
    assert.deepEqual(await told({ paths: ["b"] }), ["unlink b"]);
    assert.deepEqual(await told({ branch: "other" }), ["create only-here"]);
    assert.deepEqual(await told({ limit: 1 }), ["create last"]);
    assert.deepEqual(await told({ since: "2999-01-01T00:00:00Z" }), []);
    assert.deepEqual(await told({ call: "none" }), []);
    await assert.rejects(client.audit({ since: "yesterday" }), { code: "bad_params" });
    await assert.rejects(client.audit({ branch: "no-such" }), { code: "unknown_branch" });
    const [removed] = (await client.audit({ paths: ["b"] })).events;
    assert.equal(removed!.pid, Deno.pid);
  }));
