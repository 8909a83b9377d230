/** `agentvfs telemetry attach`: what a program that runs already does is in the log, and it goes on afterwards. */

import assert from "node:assert/strict";
import type { LoggedEvent } from "../../src/telemetry/logged_event.ts";
import { attached } from "../support/attached.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { until } from "../support/process.ts";
import { PYTHON } from "../support/python.ts";
import { withTemporary } from "../support/temporary.ts";

async function events(m: Mounted): Promise<LoggedEvent[]> {
  const { code, stdout, stderr } = await m.run(["-C", m.project, "audit", "--json"]);
  assert.equal(code, 0, stderr);
  return stdout.split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LoggedEvent)
    .filter(({ event }) => event.provider === "ptrace");
}

/** Waits, with two threads, for the file `go`, which no call that counts is needed for; then does things. */
const PROGRAM_TEXT = `
import os, signal, subprocess, threading, time
def wait(name):
    while not os.path.exists(name): time.sleep(0.01)
def other():
    wait("go"); os.mkdir("by-another-thread")
thread = threading.Thread(target=other); thread.start()
open("ready", "w").close()
wait("go"); thread.join()
open("made", "w").close(); os.rename("made", "moved")
try: os.unlink("nowhere")
except FileNotFoundError: pass
subprocess.run(["sh", "-c", "echo x >moved; exit 4"])
os.kill(os.getpid(), signal.SIGSTOP)
open(os.environ["MOUNTED"] + "/in-the-mount", "w").close()
open("last", "w").close()
wait("end"); open("ended", "w").close()
`;

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

Deno.test("an attached program's calls are told with how they ended, and it goes on when let go", async () => {
  await withProject("echo one >f", async (m) => {
    await withTemporary(async (directory) => {
      const program = new Deno.Command(PYTHON, {
        args: ["-c", PROGRAM_TEXT],
        cwd: directory,
        env: { MOUNTED: m.mount },
      }).spawn();
      const at = (name: string) => `${directory}/${name}`;
      await until("it is ready", () => exists(at("ready")));
      const attach = await attached(m, program.pid);
      const state = () =>
        /^State:\t(\w)/m.exec(Deno.readTextFileSync(`/proc/${program.pid}/status`))![1];
      Deno.writeTextFileSync(at("go"), "");
      await until("it has stopped itself", () => exists(at("moved")) && /^[tT]$/.test(state()!));
      await until("it goes on", () => {
        Deno.kill(program.pid, "SIGCONT");
        return exists(at("last"));
      });
      const told = await until("the last is in the log", async () => {
        const all = await events(m);
        return all.some(({ file }) => file?.path === at("last")) && all;
      });
      const brief = told.map(({ event, file, error, process }) =>
        [
          process!.pid === program.pid ? "it" : "child",
          event.action,
          ...[file?.path, file?.target_path].filter((path) => path !== undefined)
            .map((path) => path.replace(`${directory}/`, "")),
          ...(process?.exit_code === undefined ? [] : [process.exit_code]),
          ...(error === undefined ? [] : [error.code]),
        ].join(" ")
      ).filter((line) => !line.includes("/dev/"));
      const sh = await Deno.realPath("/bin/sh");
      assert.deepEqual(
        brief,
        [
          "it mkdir by-another-thread",
          "it open made",
          "it rename made moved",
          "it unlink nowhere ENOENT",
          "child fork",
          `child exec ${sh}`,
          "child open moved",
          "child exit 4",
          "it open last",
        ].map((line) => line === "it fork" ? "child fork" : line),
      );
      attach.kill("SIGINT");
      assert.equal((await attach.status).code, 0);
      Deno.writeTextFileSync(at("end"), "");
      assert.equal((await program.status).code, 0);
      assert.ok(exists(at("ended")));
    });
  });
});

/** Connections that end in every way; it says how each did, and to which port. */
const CONNECTIONS = `
import errno, os, socket, time
while not os.path.exists("go"): time.sleep(0.01)
def connect(to, family=socket.AF_INET, waits=True):
    s = socket.socket(family); s.setblocking(waits)
    code = s.connect_ex(to)
    print(to[1] if family == socket.AF_INET else to, errno.errorcode.get(code, "0"), flush=True)
    return s
listening = socket.create_server(("127.0.0.1", 0))
here = listening.getsockname()
kept = connect(here), connect(here, waits=False)
listening.close()
connect(here); connect("/nowhere/at-all", socket.AF_UNIX)
`;

Deno.test("an attached program's connections are told with how each ended", async () => {
  await withProject("echo one >f", async (m) => {
    await withTemporary(async (directory) => {
      const program = new Deno.Command(PYTHON, {
        args: ["-c", CONNECTIONS],
        cwd: directory,
        stdout: "piped",
      }).spawn();
      const attach = await attached(m, program.pid);
      await Deno.writeTextFile(`${directory}/go`, "");
      const { stdout } = await program.output();
      const said = new TextDecoder().decode(stdout).trim().split("\n");
      assert.equal((await attach.status).code, 0);
      const told = await until("its end is in the log", async () => {
        const all = await events(m);
        return all.some(({ event }) => event.action === "exit") && all;
      });
      const connections = told.filter(({ event }) => event.action === "connect")
        .map(({ destination, file, error }) =>
          `${destination?.port ?? file!.path} ${error?.code ?? "0"}`
        );
      assert.deepEqual(connections, said);
      const ends = said.map((line) => line.split(" ")[1]);
      assert.deepEqual(ends, ["0", "EINPROGRESS", "ECONNREFUSED", "ENOENT"]);
    });
  });
});

Deno.test("it ends with the program, and says why it cannot follow one", async () => {
  await withProject("echo one >f", async (m) => {
    const sleeping = new Deno.Command("sleep", { args: ["60"] }).spawn();
    const attach = await attached(m, sleeping.pid);
    const again = await m.refused("telemetry", "attach", String(sleeping.pid));
    assert.deepEqual([again.exit, again.code], [1, "not_followed"]);
    assert.match(again.message, /somebody follows it already/);
    sleeping.kill("SIGTERM");
    assert.equal((await sleeping.status).signal, "SIGTERM");
    assert.equal((await attach.status).code, 0);
    assert.equal((await m.refused("telemetry", "attach", "0")).exit, 2);
    assert.match(
      // No process has a number above 2^22 (proc_sys_kernel(5), pid_max).
      (await m.refused("telemetry", "attach", String(2 ** 22 + 1))).message,
      /there is no process/,
    );
    await until(
      "its end is in the log",
      async () =>
        (await events(m)).some(({ event, process }) =>
          event.action === "exit" && process!.pid === sleeping.pid
        ),
    );
  });
});

Deno.test("where nothing is recorded nobody is followed or watched, and it is said", async () => {
  await withProject("echo one >f", async (m) => {
    const refused = await m.refused("telemetry", "attach", String(Deno.pid));
    assert.deepEqual([refused.exit, refused.code], [2, "nothing_recorded"]);
    const run = await m.refused("run", "--watch", "--", "true");
    assert.deepEqual([run.exit, run.code], [2, "nothing_recorded"]);
    assert.equal((await m.ctl("branch", "list")).branches.length, 1);
  }, { arguments: ["--telemetry", "off"] });
});
