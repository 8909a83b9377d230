/**
 * Workspaces with names, by the commands and with the lines of ContextFS.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { assertPrinted } from "../support/assert_fits.ts";
import { type Outcome, run, shell, until } from "../support/process.ts";
import { agentvfs } from "../support/program.ts";
import { isAlive } from "../support/is_alive.ts";
import { mountsBelow, withTemporary } from "../support/temporary.ts";

interface Place {
  readonly root: string;
  readonly project: string;
  workspace(...args: string[]): Promise<Outcome>;
  /** Of one that succeeds; what it prints with `--json` is held to what it declares. */
  json(...args: string[]): Promise<Record<string, unknown>>;
}

async function withPlace(body: (place: Place) => Promise<void>): Promise<void> {
  await withTemporary(async (directory) => {
    const [root, project] = [join(directory, "root"), join(directory, "project")];
    await Deno.mkdir(project);
    await Deno.writeTextFile(join(project, "a"), "first\n");
    const workspace = (...args: string[]) => agentvfs(root, ["workspace", ...args]);
    const json = async (...args: string[]) => {
      const outcome = await workspace("--json", ...args);
      assert.equal(outcome.code, 0, outcome.stdout);
      await assertPrinted(["workspace", ...args], outcome);
      return JSON.parse(outcome.stdout);
    };
    try {
      await body({ root, project, workspace, json });
    } finally {
      for (const mount of await mountsBelow(directory)) {
        await agentvfs(root, ["stop", mount, "--force"]).catch(() => {});
      }
      for (const mount of await mountsBelow(directory)) await run(["umount", "-l", mount]);
    }
  });
}

/** What a user of ContextFS types, with what it answers; `ROOT`, `PROJECT` and `HASH` stand for what is always another. */
const SESSION = `
$ workspace init demo --from PROJECT
name=demo
source=PROJECT
seeded_from=PROJECT
status=initialized
= 0
$ workspace start demo
name=demo
mount=ROOT/named/demo/mount
socket=ROOT/named/demo/control.sock
store=ROOT/named/demo/store
telemetry=mount
status=started
= 0
$ workspace status demo
name=demo
mount=ROOT/named/demo/mount
socket=ROOT/named/demo/control.sock
store=ROOT/named/demo/store
telemetry=mount
status=started
= 0
$ workspace list
demo	started	ROOT/named/demo/mount
= 0
$ workspace checkpoint demo before-edit
HASH
= 0
$ workspace rollback demo before-edit
HASH
= 0
$ workspace stop demo
name=demo
mount=ROOT/named/demo/mount
checkpoint=HASH
status=stopped
= 0
$ workspace status demo
name=demo
mount=ROOT/named/demo/mount
socket=ROOT/named/demo/control.sock
store=ROOT/named/demo/store
telemetry=mount
status=stopped
= 1
$ workspace stop demo
name=demo
mount=ROOT/named/demo/mount
status=stopped
= 0
$ workspace start demo --telemetry none
name=demo
mount=ROOT/named/demo/mount
socket=ROOT/named/demo/control.sock
store=ROOT/named/demo/store
telemetry=none
status=started
= 0
$ workspace stop demo --no-checkpoint
name=demo
mount=ROOT/named/demo/mount
status=stopped
= 0
$ workspace status
name=default
mount=ROOT/named/default/mount
socket=ROOT/named/default/control.sock
store=ROOT/named/default/store
telemetry=unknown
status=stopped
= 1
$ workspace init demo --from PROJECT
= 1
$ workspace init other
= 2
$ workspace checkpoint demo late
= 1
$ workspace rollback
= 2
$ workspace start a/b
= 2
`;

Deno.test("a session of ContextFS has the same lines and exit codes", () =>
  withPlace(async ({ root, project, workspace }) => {
    let transcript = "\n";
    for (const [line] of SESSION.matchAll(/^\$ workspace .*$/gm)) {
      const args = line.split(" ").slice(2).map((word) => word.replace("PROJECT", project));
      const { code, stdout } = await workspace(...args);
      const shown = stdout.replaceAll(root, "ROOT").replaceAll(project, "PROJECT")
        .replace(/\b[0-9a-f]{64}\b/g, "HASH");
      transcript += `${line}\n${shown}= ${code}\n`;
    }
    assert.equal(transcript, SESSION);
  }));

Deno.test("workspaces of one project are apart, and are there again when everything died", () =>
  withPlace(async ({ root, project, workspace, json }) => {
    await json("init", "one", "--from", project);
    const [one, two] = await Promise.all([
      json("start", "one"),
      json("start", "two", "--from", project),
    ]);
    assert.notEqual(one!.mount, two!.mount);
    await Deno.writeTextFile(`${one!.mount}/a`, "one\n");
    await Deno.writeTextFile(`${two!.mount}/b`, "two\n");
    await json("checkpoint", "one", "edited");
    const { changes } = await json("diff", "two") as { changes: { path: string }[] };
    assert.deepEqual(changes.map(({ path }) => path), ["b"]);
    const { entries } = await json("log", "one", "--limit", "1") as {
      entries: { label: string }[];
    };
    assert.deepEqual(entries.map(({ label }) => label), ["edited"]);
    assert.equal(await Deno.readTextFile(join(project, "a")), "first\n");
    const { state } = await json("apply", "two");
    assert.equal(state, "applied");
    assert.equal(await Deno.readTextFile(join(project, "b")), "two\n");
    const other = await workspace("start", "two", "--from", root);
    assert.deepEqual([other.code, other.stdout], [1, ""]);
    assert.match(other.stderr, /is of .*project/);
    const moved = await workspace("start", "one", "--mount", join(root, "elsewhere"));
    assert.match(moved.stderr, /^warning: --mount is ignored/);

    // As after a power cut.
    const status = JSON.parse(
      (await agentvfs(root, ["status", "--json", "-C", `${one!.mount}`])).stdout,
    );
    for (const pid of [status.keeperPid, status.serverPid]) Deno.kill(pid, "SIGKILL");
    await until("both are gone", () => !isAlive(status.keeperPid) && !isAlive(status.serverPid));
    const stale = await workspace("status", "one");
    assert.deepEqual([stale.code, stale.stdout.split("\n").at(-2)], [1, "status=stale"]);
    const listed = await workspace("list");
    assert.match(listed.stdout, /^one\tstale\t.*\ntwo\tstarted\t/);
    const again = await json("start", "one");
    assert.deepEqual(again, one);
    assert.equal(await Deno.readTextFile(`${one!.mount}/a`), "one\n");
    await json("rollback", "one", "initial");
    assert.equal(await Deno.readTextFile(`${one!.mount}/a`), "first\n");

    const mounted = await workspace("delete", "one", "--force");
    assert.equal(mounted.code, 1);
    await json("stop", "one");
    const asked = await workspace("delete", "one");
    assert.equal(asked.code, 1);
    assert.match(asked.stderr, /--force/);
    await json("delete", "one", "--force");
    const { workspaces } = await json("list") as { workspaces: { name: string }[] };
    assert.deepEqual(workspaces.map(({ name }) => name), ["two"]);
    assert.equal(await shell("ls", { cwd: project }), "a\nb\n");
    await json("status", "two");
  }));

Deno.test("starts at once end with one mount, also of what is new, and empty", () =>
  withPlace(async ({ root, workspace }) => {
    const outcomes = await Promise.all([1, 2, 3].map(() => workspace("start")));
    for (const { code, stdout, stderr } of outcomes) {
      assert.equal(code, 0, stderr);
      assert.equal(stdout, outcomes[0]!.stdout);
    }
    const mount = join(root, "named/default/mount");
    assert.deepEqual(await mountsBelow(root), [mount]);
    await Deno.writeTextFile(join(mount, "made"), "here\n");
    assert.equal((await workspace("stop", "--root", root)).code, 0);
    const elsewhere = join(root, "elsewhere");
    const { stdout } = await workspace("start", "default", "--mount", elsewhere);
    assert.match(stdout, new RegExp(`^mount=${elsewhere}$`, "m"));
    assert.equal(await Deno.readTextFile(join(elsewhere, "made")), "here\n");
    await workspace("stop");
    // It is remembered.
    assert.match((await workspace("start")).stdout, new RegExp(`^mount=${elsewhere}$`, "m"));
    await workspace("stop");
    // A record that cannot be read is told, and hides no other.
    await workspace("init", "whole", "--from", root.replace(/root$/, "project"));
    await Deno.writeTextFile(join(root, "named/default/workspace.json"), "{");
    const listed = await workspace("list");
    assert.match(listed.stdout, /^whole\tinitialized\t[^\n]*\n$/);
    assert.match(listed.stderr, /workspace\.json cannot be read/);
    assert.equal((await workspace("start")).code, 1);
  }));
