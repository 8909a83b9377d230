/**
 * The kernel's programs tell of every process of a cgroup what strace sees, and nothing twice.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { cgroupId } from "../../ffi/linux/cgroup.ts";
import type { TelemetryEvent } from "../../src/telemetry/event.ts";
import { EbpfSource } from "../../src/telemetry/linux/ebpf_source.ts";
import { inCgroup, withCgroup } from "../support/cgroup.ts";
import { run, shell } from "../support/process.ts";
import { PYTHON } from "../support/python.ts";
import { stringsOf, type Trace, trace } from "../support/strace.ts";
import { withTemporary } from "../support/temporary.ts";

/** Runs `body` with a source that watches a new cgroup. */
async function withSource(
  body: (cgroup: string, taken: () => TelemetryEvent[]) => Promise<void>,
): Promise<void> {
  await withCgroup(async (cgroup) => {
    const source = EbpfSource.start();
    try {
      assert.ok(source.watchCgroup(cgroupId(cgroup)));
      await body(cgroup, () => takeAll(source));
    } finally {
      source.stop();
    }
  });
}

function takeAll(source: EbpfSource): TelemetryEvent[] {
  const events: TelemetryEvent[] = [];
  for (let before = -1; before < events.length;) {
    before = events.length;
    source.take((event) => events.push(event));
  }
  return events;
}

/** Programs of every kind; what they are is in the directory that {@linkcode prepare} fills. */
const PROGRAMS = `
git init -q r && cd r
git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one
git gc -q
cd ..
make -s
./static
./script "an argument" ''
bash -c 'for i in 1 2 3; do echo $i; done | sort | (cat >out; exit 3)' || true
(sleep 0 &) ; bash -c 'kill -TERM $$' || true
${PYTHON} - <<'P'
import os, subprocess, threading
thread = threading.Thread(target=lambda: subprocess.run(["true", "\\udcff\\n"]))
thread.start(); thread.join()
if os.fork() == 0: os._exit(9)
os.wait()
os.posix_spawn("/bin/true", ["another name"], {})
os.wait()
# From another thread than the first, which it ends.
threading.Thread(target=lambda: os.execv("/bin/sh", ["sh", "-c", "exit 5"])).start()
threading.Event().wait()
P
`;

const PROCESS_ACTIONS: ReadonlySet<string> = new Set(["exec", "fork", "exit"]);

async function prepare(directory: string): Promise<void> {
  await shell(
    `printf '#include <unistd.h>\\nint main(){return vfork()==0?execl("/bin/true","t",0):0;}' >s.c
gcc -static -o static s.c
printf '#!/bin/sh\\necho "$@"\\n' >script; chmod +x script
printf 'all: a b\\na b:\\n\\t@echo $@ | cat\\n' >Makefile`,
    { cwd: directory },
  );
}

Deno.test("every process of a cgroup is told of as strace sees it, once", async () => {
  await withSource(async (cgroup, taken) => {
    await withTemporary(async (directory) => {
      await prepare(directory);
      const calls = "execve,execveat,clone,clone3,fork,vfork";
      const seen = await trace(calls, ["bash", "-c", PROGRAMS], {
        before: inCgroup(cgroup, []),
        cwd: directory,
      });
      assert.equal(seen.code, 5);
      // What strace tries out before it starts the program is not in its own trace, and no connection is: a shell that has
      // no SHELL asks nscd for it.
      const told = taken().filter(({ action, process }) =>
        PROCESS_ACTIONS.has(action) && seen.threads.has(process!.pid!) &&
        process!.pid !== seen.tracer
      );
      const lines = told.filter(({ action, process }) =>
        action !== "fork" || process!.parent !== seen.tracer
      ).map(lineOf).sort();
      const expected = await truthOf(seen, directory);
      assert.ok(expected.length > 60, `the programs did little: ${expected.length}`);
      assert.deepEqual(differenceOf(lines, expected), { missing: [], more: [] });
    });
  });
});

/** What is only in one of two lists, in which a line may be more than once. */
function differenceOf(lines: readonly string[], expected: readonly string[]) {
  const without = (from: readonly string[], what: readonly string[]) => {
    const rest = [...what];
    return from.filter((line) => {
      const at = rest.indexOf(line);
      if (at >= 0) rest.splice(at, 1);
      return at < 0;
    });
  };
  return { missing: without(expected, lines), more: without(lines, expected) };
}

function lineOf({ action, path, process }: TelemetryEvent): string {
  const { pid, parent, args, exitCode, signal } = process!;
  if (action === "exec") return JSON.stringify([action, pid, path, args]);
  if (action === "fork") return JSON.stringify([action, parent, pid]);
  return JSON.stringify([action, pid, signal === undefined ? exitCode : `signal ${signal}`]);
}

const SIGNALS: Readonly<Record<string, number>> = { SIGKILL: 9, SIGTERM: 15, SIGPIPE: 13 };

/** What strace saw, in the same words. */
async function truthOf({ threads }: Trace, directory: string): Promise<string[]> {
  const calls = [...threads].flatMap(([thread, lines]) => lines.map((line) => ({ thread, line })));
  const clones = calls.flatMap(({ thread, line }) => {
    const child = /^(?:clone3?|v?fork)\(.* = (\d+)$/.exec(line)?.[1];
    const isThread = line.includes("CLONE_THREAD");
    return child === undefined ? [] : [{ thread, child: Number(child), isThread }];
  });
  const processOf = (thread: number): number => {
    const begun = clones.find(({ child, isThread }) => isThread && child === thread);
    return begun === undefined ? thread : processOf(begun.thread);
  };
  const found: unknown[][] = clones.filter(({ isThread }) => !isThread)
    .map(({ thread, child }) => ["fork", processOf(thread), child]);
  for (const { thread, line } of calls) {
    const exec = /^execve\((".*?"), \[(.*?)\], .*(?:= 0|<pid changed to (\d+) \.\.\.>)$/.exec(line);
    if (exec !== null) {
      const [[path = ""], args] = [stringsOf(exec[1]!), stringsOf(exec[2]!)];
      const begun = [...await interpreterOf(join(directory, path)), path, ...args.slice(1)];
      found.push([
        "exec",
        Number(exec[3] ?? thread),
        path,
        begun.length > args.length ? begun : args,
      ]);
    }
    const end = /^\+\+\+ (?:exited with (\d+)|killed by (\w+).*) \+\+\+$/.exec(line);
    if (end === null || processOf(thread) !== thread) continue;
    const how = end[1] === undefined ? `signal ${SIGNALS[end[2]!]}` : Number(end[1]);
    found.push(["exit", thread, how]);
  }
  return found.map((each) => JSON.stringify(each)).sort();
}

/** What the first line of a script says runs it. */
async function interpreterOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return /^#!(\S+)/.exec(text)?.slice(1) ?? [];
}

Deno.test("who left the cgroup is watched still, and who is in none is not", async () => {
  await withSource(async (cgroup, taken) => {
    await run(["sh", "-c", "/bin/true unwatched"]);
    const root = cgroup.slice(0, cgroup.lastIndexOf("/"));
    const leave = `echo $$ >${root}/cgroup.procs; exec /bin/true left`;
    await run(inCgroup(cgroup, ["sh", "-c", `sh -c '${leave}'; exit 4`]));
    const events = taken();
    const programs = events.filter(({ action }) => action === "exec")
      .map(({ process }) => process!.args!.at(-1));
    assert.deepEqual(programs, [`sh -c '${leave}'; exit 4`, leave, "left"]);
    assert.equal(events.filter(({ action }) => action === "exit").length, 2);
  });
});

Deno.test("executable and directory are where the kernel has them", async () => {
  await withSource(async (cgroup, taken) => {
    await withTemporary(async (directory) => {
      await shell(
        `mkdir -p 'a b/mounted' && cp /bin/true 'a b/mounted/tr\xff' && ln -s 'a b' link
ln -s mounted/tr\xff 'a b/name'`,
        { cwd: directory },
      );
      // A file system of its own, in a namespace of its own, and a directory that is gone.
      const script = `mount -t tmpfs none 'a b/mounted' && cp /bin/true 'a b/mounted/'
cd link/mounted && ./true && mkdir gone && cd gone && rmdir ../gone && /bin/true && cd / && /bin/true`;
      const outcome = await run(
        inCgroup(cgroup, ["unshare", "-m", "sh", "-ec", script]),
        { cwd: directory },
      );
      assert.equal(outcome.code, 0, outcome.stderr);
      const places = taken().filter(({ action, process }) =>
        action === "exec" && process!.name === "true"
      ).map(({ process }) => [process!.executable, process!.directory]);
      const mounted = `${directory}/a b/mounted`;
      assert.deepEqual(places, [
        [`${mounted}/true`, mounted],
        [await Deno.realPath("/bin/true"), `${mounted}/gone`],
        [await Deno.realPath("/bin/true"), "/"],
      ]);
    });
  });
});

Deno.test("arguments are cut at a KiB, which is said; the environment is never told", async () => {
  await withSource(async (cgroup, taken) => {
    const long = ["/bin/true", "x".repeat(2000)];
    await run(inCgroup(cgroup, long), { env: { SECRET: "hidden" } });
    await run(inCgroup(cgroup, ["env", "-i", "SECRET=argument", "/bin/true"]));
    const execs = taken().filter(({ action }) => action === "exec");
    const cut = execs.find(({ extra }) => extra?.argsCut === true)!;
    assert.deepEqual(cut.process!.args, ["/bin/true", "x".repeat(1024 - "/bin/true".length - 1)]);
    assert.ok(!JSON.stringify(execs).includes("hidden"));
  });
});

Deno.test("what finds no room in the ring is counted", async () => {
  await withCgroup(async (cgroup) => {
    const source = EbpfSource.start({ ringBytes: 4096 });
    try {
      source.watchCgroup(cgroupId(cgroup));
      const script = "for i in $(seq 100); do (:); done";
      await run(inCgroup(cgroup, ["bash", "-c", script]));
      const events = takeAll(source);
      const lost = events.filter(({ action }) => action === "lost");
      assert.equal(lost.length, 1);
      // The shell's exec and exit, seq's fork, exec and exit with a shell's fork, and a hundred forks and exits.
      assert.ok(lost[0]!.count! + events.length - 1 >= 204, `${lost[0]!.count} were lost`);
      assert.ok(events.length > 10);
      assert.deepEqual(takeAll(source), []);
    } finally {
      source.stop();
      source.stop();
    }
  });
});

Deno.test("a process whose threads end together ends once", async () => {
  await withSource(async (cgroup, taken) => {
    await withTemporary(async (directory) => {
      const source = `#include <pthread.h>
#include <unistd.h>
static void *spin(void *none) { for (;;); }
int main(void) {
  pthread_t thread;
  for (int i = 0; i < 8; i++) pthread_create(&thread, 0, spin, 0);
  usleep(1000);
  _exit(3);
}`;
      await Deno.writeTextFile(join(directory, "threads.c"), source);
      await shell("gcc -pthread -o threads threads.c", { cwd: directory });
      const many = "for i in $(seq 300); do ./threads; done; true";
      const { code } = await run(inCgroup(cgroup, ["bash", "-c", many]), { cwd: directory });
      assert.equal(code, 0);
      const ended = taken().filter(({ action, process }) =>
        action === "exit" && process!.exitCode === 3
      ).map(({ process }) => process!.pid);
      assert.equal(ended.length, 300);
      assert.equal(new Set(ended).size, 300);
    });
  });
});
