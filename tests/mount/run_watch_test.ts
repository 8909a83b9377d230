/**
 * `agentvfs run --watch`: what a run does outside its branch is in the log as strace sees it, and the run goes on whoever of those
 * that watch it is killed.
 */

import assert from "node:assert/strict";
import type { Action } from "../../src/telemetry/event.ts";
import type { LoggedEvent } from "../../src/telemetry/logged_event.ts";
import { isAlive } from "../support/is_alive.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { until } from "../support/process.ts";
import { FILE_CHANGES, fileCall, STRACE_FILES } from "../support/file_calls.ts";
import { withTemporary } from "../support/temporary.ts";

/** What the calls of a run were that the log has, once it tells that this was done with `last`. */
async function seen(m: Mounted, action: Action, last: string): Promise<LoggedEvent[]> {
  return await until(`${action} of ${last} is in the log`, async () => {
    const { code, stdout, stderr } = await m.run(["-C", m.project, "audit", "--json"]);
    assert.equal(code, 0, stderr);
    const events = stdout.split("\n").filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LoggedEvent)
      .filter(({ event }) => event.provider === "seccomp");
    return events.some(({ event, file }) => file?.path === last && event.action === action) &&
      events;
  });
}

Deno.test("what a run does outside its branch is told as strace sees it", async () => {
  await withProject("echo one >f", async (m) => {
    await withTemporary(async (directory) => {
      const log = `${m.state}/strace`;
      const strace = ["strace", ...STRACE_FILES];
      const script = `cd '${directory}'; exec ${strace.join(" ")} -o ${log} bash -ec "$SCRIPT"`;
      const command = ["run", "-b", "b", "--watch", "--", "bash", "-c", script];
      const env = { SCRIPT: FILE_CHANGES, PROJECT: m.project };
      const outcome = await m.run(command, { cwd: m.project, env });
      assert.equal(outcome.code, 0, outcome.stderr);
      const lines = (await Deno.readTextFile(log)).split("\n");
      const isOutside = (path: string) => path.startsWith(`${directory}/`);
      const expected = lines.map((line) => fileCall(line, directory)?.slice(0, -1))
        .filter((each) => each !== undefined && isOutside(each[2]!)).map((each) => each!.join(" "));
      const events = await seen(m, "utimes", `${directory}/last`);
      const told = events.filter(({ file }) => isOutside(file?.path ?? "")).map((each) =>
        [each.process!.thread!.id, each.event.action, each.file!.path, each.file!.target_path]
          .filter((part) => part !== undefined).join(" ")
      );
      assert.ok(expected.length > 20, expected.join("\n"));
      assert.deepEqual(told.sort(), expected.sort());
      assert.ok(events.every(({ agentvfs }) => agentvfs.branch === "b"));
      // The mount tells what is done in the branch.
      assert.deepEqual(events.filter(({ file }) => file?.path?.startsWith(m.project)), []);
      // The kernel's programs tell of these, once.
      assert.deepEqual(events.filter(({ event }) => event.action === "exec"), []);
    });
  });
});

/** The processes that hear of the calls of runs in a state directory. */
function watchers(m: Mounted): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    try {
      const text = Deno.readTextFileSync(`/proc/${pid}/cmdline`);
      return text.includes("__watch") &&
        Deno.readTextFileSync(`/proc/${pid}/environ`).includes(`${m.state}/`);
    } catch {
      return false;
    }
  });
}

Deno.test("the run goes on when who watches it is killed, and when its supervisor is", async () => {
  await withProject("echo one >f", async (m) => {
    await withTemporary(async (directory) => {
      const step = (name: string) =>
        `until [ -e ${name} ]; do sleep 0.02; done; echo x >after-${name}`;
      const script = `cd ${directory}; echo x >begun; ${step("a")}; ${step("b")}; echo $? >end`;
      const running = m.run(["run", "-b", "b", "--watch", "--", "bash", "-c", script], {
        cwd: m.project,
      });
      const exists = (name: string) => {
        try {
          return Deno.statSync(`${directory}/${name}`).isFile;
        } catch {
          return false;
        }
      };
      await until("the program has begun", () => exists("begun"));
      const [first] = watchers(m);
      Deno.kill(first!, "SIGKILL");
      Deno.writeTextFileSync(`${directory}/a`, "");
      await until("the program goes on", () => exists("after-a"));
      const [second] = watchers(m);
      assert.notEqual(second, first);
      const supervisor = Number(
        /^PPid:\t(\d+)$/m.exec(Deno.readTextFileSync(`/proc/${second}/status`))![1],
      );
      Deno.kill(supervisor, "SIGKILL");
      Deno.writeTextFileSync(`${directory}/b`, "");
      await until("the program ends", () => exists("end"));
      assert.equal(Deno.readTextFileSync(`${directory}/end`), "0\n");
      await until("who watched it ends", () => !isAlive(second!));
      await running;
      await seen(m, "open", `${directory}/end`);
    });
  });
});

/** Goes on with what it does until it is to end, and then says whether all of it was done. */
const BUSY = `
import os, sys
done = 0
while not os.path.exists("end"):
    with open("file", "w") as file: file.write("x")
    os.rename("file", "other")
    done += 1
    if done == 1: open("begun", "w").close()
os.rename("other", "good")
`;

/** Its parent, and the shell that stands by. */
function relatives(watcher: number): { supervisor: number; standBy: number } {
  const parentOf = (pid: number | string) => {
    try {
      const status = Deno.readTextFileSync(`/proc/${pid}/status`);
      return [Number(/^PPid:\t(\d+)$/m.exec(status)![1]), /^Name:\t(.*)$/m.exec(status)![1]];
    } catch {
      return [0, ""];
    }
  };
  const supervisor = Number(parentOf(watcher)[0]);
  const standBy = [...Deno.readDirSync("/proc")].map(({ name }) => name).find((pid) => {
    const [parent, name] = parentOf(pid);
    return /^\d+$/.test(pid) && parent === supervisor && name === "sh";
  });
  return { supervisor, standBy: Number(standBy) };
}

Deno.test("a run that is busy goes on when watchers are killed one after the other, its supervisor, server and keeper, too", async () => {
  await withProject("echo one >f", async (m) => {
    await withTemporary(async (directory) => {
      await Deno.writeTextFile(`${directory}/busy.py`, BUSY);
      const command = ["run", "-b", "b", "--watch", "--", "sh", "-c"];
      const script = `cd '${directory}' && exec python3 busy.py 2>failure`;
      const running = m.run([...command, script], { cwd: m.project });
      const exists = (name: string) =>
        Deno.stat(`${directory}/${name}`).then(() => true, () => false);
      await until("the program has begun", () => exists("begun"));
      const stops = async () => {
        const failure = await Deno.readTextFile(`${directory}/failure`);
        assert.equal(failure, "");
      };
      const next = (before: number) =>
        until("another one hears of its calls", async () => {
          await stops();
          return watchers(m).find((pid) =>
            pid !== before && relatives(pid).supervisor > 0 &&
            Deno.readTextFileSync(`/proc/${pid}/comm`).trim() !== "sh"
          );
        });
      let watcher = await next(0);
      for (let i = 0; i < 3; i++) {
        Deno.kill(watcher, "SIGKILL");
        watcher = await next(watcher);
      }
      const { supervisor, standBy } = relatives(watcher);
      assert.ok(standBy > 0);
      // Both that hear of calls: the shell that stood by becomes the next.
      Deno.kill(supervisor, "SIGKILL");
      Deno.kill(watcher, "SIGKILL");
      assert.equal(await next(watcher), standBy);
      const goesOn = async () => {
        await Deno.remove(`${directory}/other`).catch(() => {});
        await until("the program goes on", async () => (await stops(), await exists("other")));
      };
      await goesOn();
      const { serverPid, keeperPid } = await m.status();
      Deno.kill(serverPid, "SIGKILL");
      await goesOn();
      Deno.kill(keeperPid, "SIGKILL");
      await goesOn();
      await Deno.writeTextFile(`${directory}/end`, "");
      await until("the program ends", () => exists("good"));
      await until("who heard of its calls ends", () => !isAlive(standBy));
      await running;
    });
  }, { allowedLog: [/SIGKILL|keeper is gone/] });
});

Deno.test("a confined run is watched, too", async () => {
  await withProject("echo one >f", async (m) => {
    const script = 'echo x >"$HOME/.cache/made-by-a-test" && rm "$HOME/.cache/made-by-a-test"';
    await withTemporary(async (home) => {
      Deno.mkdirSync(`${home}/.cache`);
      const command = ["run", "--watch", "--confine", "--", "sh", "-c", script];
      const outcome = await m.run(command, { cwd: m.project, env: { HOME: home } });
      assert.equal(outcome.code, 0, outcome.stderr);
      const path = `${home}/.cache/made-by-a-test`;
      const events = await seen(m, "unlink", path);
      const actions = events.filter(({ file }) => file?.path === path).map(({ event }) =>
        event.action
      );
      assert.deepEqual(actions, ["open", "unlink"]);
    });
  });
});
