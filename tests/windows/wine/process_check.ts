/** Runs under wine: what is told of processes, and the time. Prints a line for each thing that is as it should be. */

import assert from "node:assert/strict";
import { monotonicTime, readClock } from "../../../src/host/clock.ts";
import { argumentsOf, processDetails } from "../../../src/host/process_details.ts";
import * as processes from "../../../src/host/processes.ts";
import { shellCommand } from "../../../src/host/shell_word.ts";
import { systemProgram } from "../../../src/host/system_program.ts";

/** A child that says that it is there, and waits until its input ends. */
const WAIT = "wait";
const ARGS = [WAIT, "two words", 'a "quote"', "end\\", "ü", ""];

if (Deno.args[0] === WAIT) {
  await Deno.stdout.write(new Uint8Array([1]));
  await Deno.stdin.read(new Uint8Array(1));
  Deno.exit(0);
}

const clock = { sec: 0, nsec: 0 };
readClock(clock);
assert.ok(Math.abs(clock.sec + clock.nsec / 1e9 - Date.now() / 1000) < 60);
assert.ok(clock.nsec >= 0 && clock.nsec < 1e9);
const before = monotonicTime();
assert.ok(before > 0 && monotonicTime() >= before);
done("the time is told, and time that only goes on");

const directory = Deno.makeTempDirSync();
const child = new Deno.Command(Deno.execPath(), {
  args: ARGS,
  cwd: directory,
  stdin: "piped",
  stdout: "piped",
}).spawn();
const reader = child.stdout.getReader();
await reader.read();

const self = processes.processId(Deno.pid)!;
const id = processes.processId(child.pid)!;
assert.ok(processes.isRunning(id) && processes.isAlive(child.pid));
assert.ok(!processes.isOver(child.pid));
assert.ok(!processes.isRunning({ pid: id.pid, started: id.started - 1 }));
assert.ok(id.started >= self.started && Math.abs(id.started / 1000 - processes.sinceBoot()) < 6e5);
assert.equal(processes.processId(0x7ffffff0), null);
assert.equal(processes.parentOf(child.pid), Deno.pid);
assert.deepEqual([...processes.ancestry(child.pid)].slice(0, 2), [id, self]);
assert.notEqual(processes.instanceOf(child.pid), processes.instanceOf(Deno.pid));
assert.equal(processes.commandOf(child.pid), "process_check.exe");
assert.equal(processes.commandOf(0x7ffffff0), "?");
done("processes are known by number and beginning, and who started them");

const details = processDetails(child.pid)!;
assert.deepEqual([details.pid, details.parent], [child.pid, Deno.pid]);
assert.equal(details.name, "process_check.exe");
assert.equal(details.executable, Deno.execPath());
assert.equal(details.directory!.toLowerCase(), directory.toLowerCase());
assert.deepEqual(details.args, [
  Deno.execPath(),
  ...ARGS.map((arg) => arg === "ü" ? "\xc3\xbc" : arg),
]);
assert.deepEqual(argumentsOf(child.pid), details.args);
assert.equal(processDetails(0x7ffffff0), null);
done("a process's program, arguments and directory are told");

await child.stdin.close();
await child.status;
assert.ok(!processes.isRunning(id) && !processes.isAlive(child.pid));
assert.equal(processDetails(child.pid), null);
done("a process that has ended is not there, whoever has a handle of it");

assert.match(systemProgram("cmd"), /\\System32\\cmd\.exe$/i);
assert.equal(systemProgram("no-such-program"), "no-such-program");
done("the system's programs are found");

const { program, ...options } = shellCommand('echo "a b"& echo c&', `${directory}\\two words.cmd`);
Deno.writeTextFileSync(`${directory}\\two words.cmd`, "@echo off\r\necho ran\r\nexit /b 5\r\n");
const ended = new Deno.Command(program, options).outputSync();
const said = new TextDecoder().decode(ended.stdout).trim().split(/\s*\r?\n/);
assert.deepEqual([ended.code, said], [5, ['"a b"', "c", "ran"]]);
done("a line that a person wrote is run, with a file behind it");

Deno.removeSync(directory, { recursive: true });
Deno.exit(0);

function done(what: string): void {
  console.log(`ok ${what}`);
}
