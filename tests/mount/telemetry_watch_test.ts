/**
 * Directories outside the mount that are watched: what is opened, run, read and written there is told of as strace(1) sees it.
 */

import assert from "node:assert/strict";
import type { LoggedEvent } from "../../src/telemetry/logged_event.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell, until } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";
import { compareWatched } from "../support/truth/compare_looks.ts";
import { PROGRAMS } from "../support/truth/programs.ts";
import { logged } from "../support/truth/work.ts";

const watched = async (m: Mounted) => (await m.ctl("telemetry", "status")).directories;

/** What the log has of a directory, when it has `last`. */
async function toldOf(m: Mounted, directory: string, last: string): Promise<LoggedEvent[]> {
  const events = await until("the last is told of", async () => {
    const events = await logged(m);
    return events.some(({ file }) => file?.path === `${directory}/${last}`) && events;
  });
  return events.filter(({ file }) => file?.path?.startsWith(`${directory}/`));
}

const said = ({ event, file, process, agentvfs }: LoggedEvent) =>
  [event.action, file!.path!.split("/").at(-1), process?.name, agentvfs.branch]
    .filter((part) => part !== undefined).join(" ");

Deno.test("what programs do in other directories is in the log as strace sees it", async (t) => {
  await withProject("echo one >one", async (m) => {
    for (const program of PROGRAMS.filter(({ name }) => ["bash", "python"].includes(name))) {
      await t.step(program.name, async () => {
        const { deeds, differences } = await compareWatched(m, program);
        assert.deepEqual(differences, []);
        assert.ok(deeds > 50, `${deeds} deeds`);
      });
    }
  });
});

Deno.test("runs are seen there with their branch, others with their program, and nothing beside", async () => {
  await withProject("echo one >one", (m) =>
    withTemporary(async (place) => {
      const directory = `${place}/wä tched`;
      await shell(`mkdir beside 'wä tched'; echo x >'wä tched/x'; echo y >beside/y`, {
        cwd: place,
      });
      assert.deepEqual(await m.ctl("telemetry", "watch", directory), {
        directories: [{ path: directory, why: null }],
      });
      // Somebody who has ended before it is told of is a number only; this process goes on.
      await Deno.readTextFile(`${directory}/x`);
      await Deno.readTextFile(`${place}/beside/y`);
      await m.ctl("branch", "create", "b");
      const script = `cat '${directory}/x' '${place}/beside/y'; cp /bin/true '${directory}/end'`;
      const { code, stderr } = await m.run(["run", "-b", "b", "--", "sh", "-c", script], {
        cwd: m.project,
      });
      assert.equal(code, 0, stderr);
      const told = (await toldOf(m, directory, "end")).map(said);
      const events = [
        "open x deno",
        "read x deno",
        "open x cat b",
        "read x cat b",
        "open end cp b",
      ];
      for (const each of events) {
        assert.ok(told.includes(each), `${each} is not in\n${told.join("\n")}`);
      }
      assert.ok((await logged(m)).every(({ file }) => !file?.path?.startsWith(`${place}/beside`)));
    }));
});

Deno.test("an open that two sources see is one event", async () => {
  await withProject("echo one >one", (m) =>
    withTemporary(async (directory) => {
      await Deno.writeTextFile(`${directory}/x`, "x");
      await m.ctl("telemetry", "watch", directory);
      // Appending asks for the file to be created, and so does opening to read and write.
      const script = `cd '${directory}'; (echo more >>x); (exec 3<>x)
        dd if=/dev/null of=x conv=nocreat,notrunc 2>/dev/null
        dd if=x of=y 2>/dev/null; (exec 3<y); touch end; (exec 3<end)`;
      const command = ["run", "-b", "b", "--watch", "--", "bash", "-c", script];
      assert.equal((await m.run(command, { cwd: m.project })).code, 0);
      // What fanotify tells is held back for a moment, and stays in its order.
      const opens = await until("fanotify has told of the last", async () => {
        const all = (await toldOf(m, directory, "end")).filter(({ event }) =>
          event.action === "open"
        );
        const isLast = ({ event, file }: LoggedEvent) =>
          event.provider === "fanotify" && file!.path === `${directory}/end`;
        return all.some(isLast) && all;
      });
      const of = (name: string) =>
        opens.filter(({ file }) => file!.path === `${directory}/${name}`)
          .map(({ event, agentvfs: { flags = 0 } }) =>
            [event.provider, ...(flags & 0o1100) === 0 ? [] : ["makes"]].join(" ")
          ).sort();
      assert.deepEqual(of("x"), ["ebpf makes", "ebpf makes", "fanotify", "fanotify"]);
      assert.deepEqual(of("y"), ["ebpf makes", "fanotify"]);
    }), { arguments: ["--telemetry", "changes,ebpf,outside"] });
});

Deno.test("they are watched until they are given up, whatever becomes of the server", async () => {
  await withProject("echo one >one", (m) =>
    withTemporary(async (directory) => {
      await m.ctl("telemetry", "watch", directory);
      const seen = async (name: string) => {
        await Deno.writeTextFile(`${directory}/${name}`, name);
        await Deno.writeTextFile(`${directory}/after-${name}`, name);
        const told = (await toldOf(m, directory, `after-${name}`)).map(said);
        const { stdout } = await m.run([
          "-C",
          m.project,
          "audit",
          `${directory}/${name}`,
          "--json",
        ]);
        assert.ok(stdout.includes('"action":"write"') && !stdout.includes("after-"), stdout);
        for (const action of ["open", "write", "close"]) {
          assert.ok(told.includes(`${action} ${name} deno`), told.join("\n"));
        }
      };
      await m.killServer();
      await seen("killed");
      await m.restart();
      await seen("started");
      assert.deepEqual(await watched(m), [{ path: directory, why: null }]);
      await m.ctl("telemetry", "watch", directory, m.project);
      await m.ctl("telemetry", "unwatch", directory);
      assert.deepEqual(await watched(m), [{ path: m.project, why: null }]);
      await Deno.writeTextFile(`${directory}/unwatched`, "no");
      await Deno.writeTextFile(`${m.project}/watched`, "yes");
      await toldOf(m, m.project, "watched");
      assert.ok((await logged(m)).every(({ file }) => file?.path !== `${directory}/unwatched`));
      await m.ctl("telemetry", "unwatch", m.project);
      assert.deepEqual(await watched(m), []);
    }));
});

Deno.test("one that has gone is said to be, and watched again when it is asked for", async () => {
  await withProject("echo one >one", (m) =>
    withTemporary(async (place) => {
      const [directory, other] = [`${place}/a`, `${place}/b`];
      await Deno.mkdir(directory);
      await Deno.mkdir(other);
      await m.ctl("telemetry", "watch", directory, other);
      await Deno.remove(directory);
      await m.restart();
      const why = `${directory} cannot be watched: it is not there`;
      assert.deepEqual(await watched(m), [{ path: directory, why }, { path: other, why: null }]);
      await Deno.mkdir(directory);
      await m.ctl("telemetry", "watch", directory);
      assert.deepEqual((await watched(m))[0], { path: directory, why: null });
    }));
});

Deno.test("what cannot be watched is refused, and what was watched is", async () => {
  await withProject("echo one >one; echo two >two", async (m) => {
    await m.ctl("telemetry", "watch", m.project);
    const code = async (...args: string[]) => {
      const { code, exit } = await m.refused("telemetry", ...args);
      return `${code} ${exit}`;
    };
    assert.equal(await code("watch", `${m.project}/nowhere`), "usage 2");
    assert.equal(await code("watch", `${m.project}/one`), "cannot_watch 4");
    assert.equal(await code("watch", m.mount), "not_outside 2");
    assert.equal(await code("watch", m.store), "not_outside 2");
    assert.equal(await code("unwatch", m.state), "not_watched 2");
    assert.deepEqual(await watched(m), [{ path: m.project, why: null }]);
  });
  await withProject("echo one >one", async (m) => {
    const { code, exit } = await m.refused("telemetry", "watch", m.project);
    assert.deepEqual([code, exit], ["nothing_recorded", 2]);
  }, { arguments: ["--telemetry", "off"] });
});
