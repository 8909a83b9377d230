import assert from "node:assert/strict";
import type { ProcessDetails } from "../host/process_details.ts";
import { ProcessTable } from "./process_table.ts";

const CALLER = { tid: 12, pid: 11, uid: 1, gid: 2, name: "sh" };
const SHELL: ProcessDetails = {
  pid: 11,
  parent: 1,
  start: 500,
  name: "sh",
  args: ["sh", "-c", "x"],
};

function table(processes: Map<number, ProcessDetails>) {
  let looks = 0;
  const made = new ProcessTable(false, {
    processOf: (thread) => thread - 1,
    commandOf: (pid) => processes.get(pid)?.name ?? "?",
    details: (pid) => {
      looks++;
      return processes.get(pid) ?? null;
    },
  });
  return { made, looks: () => looks };
}

Deno.test("a process is looked at once as long as it is asked for, and is one object", () => {
  const { made, looks } = table(new Map([[11, SHELL]]));
  const first = made.of(CALLER, 0);
  assert.deepEqual(first, { ...SHELL, tid: 12, uid: 1, gid: 2 });
  for (let time = 0; time < 50; time++) assert.equal(made.of(CALLER, time), first);
  assert.equal(looks(), 1);
  assert.equal(made.of(CALLER, 60), first);
  assert.equal(looks(), 2);
});

Deno.test("what it has become is seen, and whose number it is now", () => {
  const processes = new Map([[11, SHELL]]);
  const { made } = table(processes);
  made.of(CALLER, 0);
  processes.set(11, { ...SHELL, name: "touch", args: ["touch", "f"] });
  assert.equal(made.of(CALLER, 10).name, "sh");
  assert.equal(made.of({ ...CALLER, name: "touch" }, 11).name, "touch");
  const unnamed = { ...CALLER, tid: 40, name: "" };
  assert.equal(made.of(unnamed, 11).name, "touch");
  processes.set(11, { ...SHELL, name: "mv" });
  assert.equal(made.of(unnamed, 11.3).name, "touch");
  assert.equal(made.of(unnamed, 15).name, "mv");
  processes.set(11, { ...SHELL, start: 900, name: "other" });
  assert.equal(made.of(CALLER, 200).start, 900);
  assert.equal(made.of({ ...CALLER, uid: 7 }, 201).uid, 7);
});

Deno.test("a process that is gone is who it was for a moment; one that was never seen has what the caller told", () => {
  const processes = new Map([[11, SHELL]]);
  const { made } = table(processes);
  const first = made.of(CALLER, 0);
  processes.clear();
  assert.equal(made.of(CALLER, 100), first);
  assert.deepEqual(made.of({ ...CALLER, tid: 30, pid: 29, name: "cp" }, 100), {
    tid: 30,
    pid: 29,
    uid: 1,
    gid: 2,
    name: "cp",
  });
});

Deno.test("what a source told of a process is known when it is gone", () => {
  const { made } = table(new Map());
  made.learn({
    provider: "ebpf",
    action: "exec",
    time: 0,
    process: { pid: 29, name: "cp", args: ["cp", "--token=a"], executable: "/bin/cp" },
  });
  const process = made.of({ ...CALLER, tid: 30, pid: 29, name: "cp" }, 1);
  assert.deepEqual(process.args, ["cp", "--token=***"]);
  assert.equal(process.executable, "/bin/cp");
});

Deno.test("what a process has become since is not who did something before", () => {
  const { made } = table(new Map([[12, { ...SHELL, pid: 12, name: "touch", args: ["touch"] }]]));
  const shell = made.of({ ...CALLER, pid: 12, name: "bash" }, 0);
  assert.deepEqual(shell, { pid: 12, tid: 12, uid: 1, gid: 2, name: "bash" });
  assert.deepEqual(made.of({ ...CALLER, pid: 12, name: "touch" }, 1).args, ["touch"]);
});

Deno.test("a thread with a name of its own is of its process, also when that is gone", () => {
  const processes = new Map([[11, SHELL]]);
  const { made } = table(processes);
  const process = { pid: 11, start: 500, name: "sh", args: ["sh"] };
  made.learn({ provider: "ebpf", action: "exec", time: 0, process });
  processes.clear();
  const worker = { ...CALLER, pid: 11, name: "worker" };
  assert.deepEqual(made.of(worker, 1), { tid: 12, uid: 1, gid: 2, ...process });
  // The first thread is named as the program is that it runs: by now another one.
  assert.equal(made.of({ ...worker, tid: 11, name: "touch" }, 2).args, undefined);
});

Deno.test("what becomes another program is the same process, whoever tells of it, unless its number is another's", () => {
  const processes = new Map([[11, SHELL]]);
  const { made } = table(processes);
  const told = (process: object, action: "fork" | "exec" = "exec") =>
    made.learn({ provider: "seccomp", action, time: 0, process: { pid: 11, ...process } });
  made.learn({
    provider: "ebpf",
    action: "fork",
    time: 0,
    process: { pid: 11, parent: 1, start: 500 },
  });
  told({ name: "cat", args: ["cat"] });
  assert.deepEqual(made.complete({ pid: 11 }), { ...SHELL });
  processes.clear();
  const cat = { pid: 11, parent: 1, start: 500, name: "cat", args: ["cat"] };
  told({ name: "cat", args: ["cat"] });
  assert.deepEqual(made.complete({ pid: 11 }), cat);
  processes.set(11, { ...SHELL, parent: 3, start: 900, name: "dd" });
  told({ name: "dd", args: ["dd"] });
  processes.clear();
  assert.deepEqual(made.complete({ pid: 11 }), {
    ...cat,
    parent: 3,
    start: 900,
    name: "dd",
    args: ["dd"],
  });
});

Deno.test("of very many that ended the oldest are forgotten", () => {
  const { made } = table(new Map());
  for (let i = 0; i < 20_000; i++) {
    made.of({ ...CALLER, tid: 2 * i + 1, pid: 2 * i }, i);
    const process = { pid: 2 * i, name: "sh", args: ["sh"] };
    made.learn({ provider: "ebpf", action: "exec", time: i, process });
  }
  assert.deepEqual(made.counts, { threads: 2_048, processes: 2_048 });
});

Deno.test("what a process did before it became another program is not that program's, also when it is told of later", () => {
  const { made } = table(new Map());
  const shell = { ...CALLER, tid: 11, pid: 11, name: "sh" };
  made.of(shell, 1);
  const process = { pid: 11, name: "cat", args: ["cat"] };
  made.learn({ provider: "ebpf", action: "exec", time: 3, process });
  assert.equal(made.of(shell, 2).name, "sh");
  assert.equal(made.of({ ...shell, name: "cat" }, 4).name, "cat");
});

Deno.test("of whom only the number is known, the system says more as long as it is there", () => {
  const processes = new Map([[11, SHELL]]);
  const { made, looks } = table(processes);
  assert.deepEqual(made.complete({ pid: 11 }), SHELL);
  assert.deepEqual(made.complete({ pid: 11 }), SHELL);
  assert.equal(looks(), 1);
  processes.set(11, { ...SHELL, name: "touch", args: ["touch", "--token", "x"] });
  assert.deepEqual(made.complete({ pid: 11 }).args, ["touch", "--token", "***"]);
  processes.delete(11);
  assert.equal(made.complete({ pid: 11 }).name, "touch");
  assert.deepEqual(made.complete({ pid: 12 }), { pid: 12 });
  // Who says a name itself is not asked about.
  assert.equal(made.complete({ pid: 11, name: "told" }).name, "told");
  assert.equal(looks(), 2);
});
