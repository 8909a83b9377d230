/** The main job, with the executable alone: mount, checkpoint, change, roll back, stop, start again. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type Place, withPlace } from "./executable.ts";

const FILES = {
  "README.md": "# Sample\n",
  "src/a.ts": "export const a = 1;\n",
  "src/b/c.ts": "1\n",
};

/** Mounts a project; returns its mount. */
async function quickstart(place: Place, project: string): Promise<string> {
  const out = await place.ok("quickstart", project);
  const match = /^mount=(.*)\nnext: cd (.*) && claude {3}# or: codex$/.exec(out);
  assert.ok(match, out);
  return match[1]!;
}

/** Most that a quickstart takes until the project can be listed; where nothing else runs it is some ten. */
const STARTS = 50;

async function names(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
}

Deno.test("checkpoint, change and rollback are exact, and the project is only read", () =>
  withPlace(async (place) => {
    const project = await place.project("sample", FILES);
    const mount = await quickstart(place, project);
    assert.deepEqual(await names(mount), ["README.md", "src"]);

    const id = await place.ok("ctl", "checkpoint", "baseline", "-C", project);
    assert.match(id, /^[0-9a-f]{64}$/);
    const before = await Deno.stat(join(mount, "src/a.ts"));
    await Deno.writeTextFile(join(mount, "src/a.ts"), "changed\n");
    await Deno.chmod(join(mount, "README.md"), 0o755);
    await Deno.remove(join(mount, "src/b"), { recursive: true });
    await Deno.writeTextFile(join(mount, "new file"), "new\n");
    assert.deepEqual(
      (await place.ok("diff", "-C", project)).split("\n").map((line) => line.slice(0, 2)).sort(),
      ["A ", "D ", "D ", "M ", "M "],
    );

    const report = JSON.parse(await place.ok("ctl", "rollback", "baseline", "--json", "-C", mount));
    assert.equal(report.id, id);
    assert.match(report.safety, /^[0-9a-f]{64}$/);
    assert.deepEqual(await names(mount), ["README.md", "src"]);
    assert.equal(await Deno.readTextFile(join(mount, "src/a.ts")), FILES["src/a.ts"]);
    assert.equal(await Deno.readTextFile(join(mount, "src/b/c.ts")), FILES["src/b/c.ts"]);
    assert.deepEqual((await Deno.stat(join(mount, "src/a.ts"))).mtime, before.mtime);
    assert.notEqual((await Deno.stat(join(mount, "README.md"))).mode! & 0o777, 0o755);
    assert.equal(await place.ok("diff", "-C", project), "");

    await place.ok("undo", "-C", project);
    assert.equal(await Deno.readTextFile(join(mount, "new file")), "new\n");
    assert.deepEqual(await names(project), ["README.md", "src"]);
    assert.equal(await Deno.readTextFile(join(project, "src/a.ts")), FILES["src/a.ts"]);
  }));

Deno.test("quickstart twice finds the daemon again, and the first takes no longer than some starts of the program", () =>
  withPlace(async (place) => {
    // What is promised is what the program itself takes, on the machine as it is: it may do other things meanwhile.
    let [project, mount, quickest, start] = ["", "", Infinity, Infinity];
    for (let round = 0; round < 3; round++) {
      project = await place.project(`sample-${round}`, FILES);
      const begun = performance.now();
      await place.ok("version");
      const started = performance.now();
      start = Math.min(start, started - begun);
      mount = await quickstart(place, project);
      await names(mount);
      quickest = Math.min(quickest, performance.now() - started);
    }
    const { serverPid } = JSON.parse(await place.ok("status", project, "--json"));
    assert.equal(await quickstart(place, project + "/."), mount);
    assert.equal(JSON.parse(await place.ok("status", project, "--json")).serverPid, serverPid);
    const times = quickest / start;
    assert.ok(times < STARTS, `quickstart to the first listing took ${Math.round(times)} starts`);
  }));

Deno.test("two quickstarts at once end with one daemon", () =>
  withPlace(async (place) => {
    const project = await place.project("sample", FILES);
    const [one, two] = await Promise.all([quickstart(place, project), quickstart(place, project)]);
    assert.equal(one, two);
    assert.deepEqual(await names(one), ["README.md", "src"]);
  }));

Deno.test("two projects with one name do not meet", () =>
  withPlace(async (place) => {
    const one = await place.project("x/app", { "one.txt": "1" });
    const two = await place.project("y/app", { "two.txt": "2" });
    const mounts = [await quickstart(place, one), await quickstart(place, two)];
    assert.deepEqual(await names(mounts[0]!), ["one.txt"]);
    assert.deepEqual(await names(mounts[1]!), ["two.txt"]);
    const unclear = await place.run(["status"]);
    assert.equal(unclear.code, 2);
    assert.ok(unclear.stderr.includes(mounts[0]!) && unclear.stderr.includes(mounts[1]!));
    // Standing in a mount says which is meant.
    const inside = await place.run(["status", "--json"], { cwd: mounts[1]! });
    assert.equal(JSON.parse(inside.stdout).source, two);
  }));

Deno.test("what was recorded outlives the daemon", () =>
  withPlace(async (place) => {
    const project = await place.project("sample", FILES);
    const mount = await quickstart(place, project);
    await Deno.writeTextFile(join(mount, "kept"), "kept\n");
    const id = await place.ok("checkpoint", "with two words", "-C", project);
    await Deno.writeTextFile(join(mount, "also"), "not recorded\n");
    assert.equal(await place.ok("stop", project), `mount=${mount}\nstatus=stopped`);
    assert.deepEqual(await names(mount), []);
    assert.equal((await place.run(["status", project])).code, 3);

    assert.equal(await quickstart(place, project), mount);
    const { entries } = JSON.parse(await place.ok("log", "--json", "-C", project));
    assert.ok(entries.some((entry: { id: string; label: string }) =>
      entry.id === id && entry.label === "with two words"
    ));
    assert.equal(await Deno.readTextFile(join(mount, "also")), "not recorded\n");
    await place.ok("rollback", "with", "two", "words", "-C", project);
    assert.deepEqual(await names(mount), ["README.md", "kept", "src"]);
  }));

Deno.test("a daemon that was killed is replaced, and nothing it took is lost", () =>
  withPlace(async (place) => {
    const project = await place.project("sample", FILES);
    const mount = await quickstart(place, project);
    await Deno.writeTextFile(join(mount, "kept"), "kept\n");
    const { keeperPid, serverPid } = JSON.parse(await place.ok("status", project, "--json"));
    Deno.kill(keeperPid, "SIGKILL");
    try {
      Deno.kill(serverPid, "SIGKILL");
    } catch { /* it ended with its keeper */ }
    await gone(keeperPid);
    await gone(serverPid);
    assert.equal(await quickstart(place, project), mount);
    assert.equal(await Deno.readTextFile(join(mount, "kept")), "kept\n");
  }));

Deno.test("refusals of a running daemon leave it as it was", () =>
  withPlace(async (place) => {
    const project = await place.project("sample", FILES);
    const other = await place.project("other", FILES);
    const mount = await quickstart(place, project);
    // It waits for the import: before that there is no head.
    await place.ok("checkpoint", "base", "-C", project);
    const { store, head } = JSON.parse(await place.ok("status", project, "--json"));

    const second = await place.run(["daemon", "--source", other, "--store", store]);
    assert.equal(second.code, 1);
    assert.match(second.stderr, /process \d+ writes to it/);

    await Deno.mkdir(join(place.root, "free"));
    const busy = await place.run(["daemon", "--source", other, "--mount", mount]);
    assert.equal(busy.code, 1);
    assert.match(busy.stderr, /already mounted/);

    const unknown = await place.run(["rollback", "nowhere", "-C", project]);
    assert.equal(unknown.code, 1);
    assert.deepEqual(JSON.parse(await place.ok("status", project, "--json")).head.id, head.id);
    assert.deepEqual(await names(mount), ["README.md", "src"]);
  }));

Deno.test("the original's way to start a daemon works", () =>
  withPlace(async (place) => {
    const project = await place.project("sample", FILES);
    const mount = join(place.root, "mnt");
    const socket = join(place.root, "own.sock");
    await Deno.mkdir(mount);
    await place.ok("--source", project, "--mountpoint", mount, "--control-sock", socket);
    assert.deepEqual(await names(mount), ["README.md", "src"]);
    const made = await place.run(["--sock", socket, "checkpoint", "x"], { as: "agentvfs-ctl" });
    assert.match(made.stdout, /^[0-9a-f]{64}\n$/);
    const status = JSON.parse(await place.ok("status", "--json", "-C", mount));
    assert.equal(status.socket, socket);
    assert.notEqual(status.routing, null, "it takes sessions by cgroup");
    await place.ok("stop", "--sock", socket);
  }));

async function gone(pid: number): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (await Deno.stat(`/proc/${pid}/exe`).then(() => true, () => false)) {
    if (performance.now() > deadline) throw new Error(`Process ${pid} does not end`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
