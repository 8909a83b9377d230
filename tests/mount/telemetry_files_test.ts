/**
 * Opted for, the kernel's programs tell what a cgroup does with files as strace sees it, with how each call ended.
 */

import assert from "node:assert/strict";
import { cgroupId } from "../../ffi/linux/cgroup.ts";
import type { LoggedEvent } from "../../src/telemetry/logged_event.ts";
import type { TelemetryEvent } from "../../src/telemetry/event.ts";
import { EbpfSource } from "../../src/telemetry/linux/ebpf_source.ts";
import { inCgroup, withCgroup } from "../support/cgroup.ts";
import { FILE_CHANGES, fileCall, STRACE_FILES } from "../support/file_calls.ts";
import { withProject } from "../support/mounted.ts";
import { run, succeed, until } from "../support/process.ts";
import { PYTHON } from "../support/python.ts";
import { withTemporary } from "../support/temporary.ts";

Deno.test("what a cgroup does with files is told of as strace sees it, once", async () => {
  await withCgroup(async (cgroup) => {
    const source = EbpfSource.start({ files: true });
    try {
      source.watchCgroup(cgroupId(cgroup));
      await withTemporary(async (directory) => {
        await Deno.mkdir(`${directory}/project`);
        const log = `${directory}.strace`;
        const strace = ["strace", ...STRACE_FILES, "-o", log, "bash", "-ec", FILE_CHANGES];
        const outcome = await run(inCgroup(cgroup, strace), {
          cwd: directory,
          env: { PROJECT: `${directory}/project` },
        });
        const lines = (await Deno.readTextFile(log)).split("\n");
        await Deno.remove(log);
        assert.equal(outcome.code, 0, outcome.stderr);
        const isInside = (path: string) => path.startsWith(`${directory}/`);
        const expected = lines.map((line) => fileCall(line, directory))
          .filter((each) => each !== undefined && isInside(each[2]!))
          .map((each) => each!.filter((part) => part !== "").join(" "));
        const told: TelemetryEvent[] = [];
        source.take((event) => told.push(event));
        const brief = told.filter(({ action, path }) => action !== "exec" && isInside(path ?? ""))
          .map(({ process, action, path, target, error }) =>
            [process!.tid, action, path, target, error].filter((part) => part).join(" ")
          );
        assert.ok(expected.length > 20, expected.join("\n"));
        assert.deepEqual(brief.sort(), expected.sort());
      });
    } finally {
      source.stop();
    }
  });
});

/** Calls that only the newest kernels, and no library, know. */
const NEW_CALLS = `
import ctypes, struct
call = ctypes.CDLL(None).syscall
text = ctypes.create_string_buffer(b"1"); value = struct.pack("QII", ctypes.addressof(text), 1, 0)
call(463, -100, b"f", 0, b"user.x", value, 16)
call(466, -100, b"f", 0, b"user.x")
`;

Deno.test("calls are told of that strace has no name for", async () => {
  await withCgroup(async (cgroup) => {
    const source = EbpfSource.start({ files: true });
    try {
      source.watchCgroup(cgroupId(cgroup));
      await withTemporary(async (directory) => {
        await Deno.writeTextFile(`${directory}/f`, "");
        await succeed(inCgroup(cgroup, [PYTHON, "-c", NEW_CALLS]), { cwd: directory });
        const told: TelemetryEvent[] = [];
        source.take((event) => told.push(event));
        const names = told.filter(({ action }) => action.endsWith("xattr"))
          .map(({ action, path }) => `${action} ${path}`);
        assert.deepEqual(names, [`setxattr ${directory}/f`, `removexattr ${directory}/f`]);
      });
    } finally {
      source.stop();
    }
  });
});

Deno.test("a run's files outside are in the log once, and those of its branch as the mount tells", async () => {
  await withProject("echo one >f", async (m) => {
    await withTemporary(async (directory) => {
      const script = `echo x >${directory}/out; rm f; echo x >new; touch ${directory}/last`;
      const command = ["run", "-b", "b", "--watch", "--", "sh", "-c", script];
      const outcome = await m.run(command, { cwd: m.project });
      assert.equal(outcome.code, 0, outcome.stderr);
      const events = await until("the last is in the log", async () => {
        const { stdout } = await m.run(["-C", m.project, "audit", "--json"]);
        const all = stdout.split("\n").filter((line) => line !== "")
          .map((line) => JSON.parse(line) as LoggedEvent);
        // Which source's events are in the log first is not promised.
        const has = (path: string) => all.some(({ file }) => file?.path?.endsWith(path));
        return has(`${directory}/last`) && has("/f") && has("/new") && all;
      });
      const about = (name: string) =>
        events.filter(({ file, event }) =>
          file?.path?.endsWith(`/${name}`) && event.action !== "exec"
        ).map(({ event, agentvfs }) => `${event.provider} ${event.action} ${agentvfs.branch}`);
      assert.deepEqual(about("out"), ["ebpf open b"]);
      assert.deepEqual(about("f"), ["mount unlink b"]);
      assert.deepEqual(about("new").slice(0, 1), ["mount create b"]);
      assert.ok(about("new").every((line) => line.startsWith("mount")), about("new").join("\n"));
    });
  }, { arguments: ["--telemetry", "outside"] });
});
