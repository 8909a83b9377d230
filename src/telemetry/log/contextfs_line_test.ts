import assert from "node:assert/strict";
import { type ContextfsEvent, contextfsEvent, contextfsLine } from "./contextfs_line.ts";
import { ecsLine } from "./ecs.ts";
import { parseLoggedEvent } from "../logged_event.ts";

const NOTHING: ContextfsEvent = {
  ts: 0n,
  session_id: 0n,
  branch_id: 0n,
  policy_version: 0,
  op: "read",
  verdict: "allow",
  dev: 0n,
  ino: 0n,
  i_generation: 0,
  path: "",
  pid: 0,
  uid: 0,
  gid: 0,
  bytes: 0n,
  latency_ns: 0n,
  backend: "",
  extra: {},
};

Deno.test("lines are those of ContextFS, byte for byte", () => {
  assert.equal(
    contextfsLine({
      ts: 1000000n,
      session_id: 42n,
      branch_id: 1n,
      policy_version: 3,
      op: "read",
      verdict: "allow",
      dev: 8n,
      ino: 12345n,
      i_generation: 1,
      path: "/foo/bar.txt",
      pid: 100,
      uid: 1000,
      gid: 1000,
      bytes: 4096n,
      latency_ns: 500n,
      backend: "ebpf",
      extra: {},
    }),
    '{"ts":1000000,"session_id":42,"branch_id":1,"policy_version":3,"op":"read","verdict":"allow",' +
      '"dev":8,"ino":12345,"i_generation":1,"path":"/foo/bar.txt","pid":100,"uid":1000,"gid":1000,' +
      '"bytes":4096,"latency_ns":500,"backend":"ebpf"}',
  );
  assert.equal(
    contextfsLine({
      ...NOTHING,
      op: "write",
      verdict: "soft_watch",
      path: '/tmp/quote"/slash\\\nname',
      backend: "ptrace",
      extra: { syscall_nr: "1", ret: "4096" },
    }),
    '{"ts":0,"session_id":0,"branch_id":0,"policy_version":0,"op":"write","verdict":"soft_watch",' +
      '"dev":0,"ino":0,"i_generation":0,"path":"/tmp/quote\\"/slash\\\\\\nname","pid":0,"uid":0,' +
      '"gid":0,"bytes":0,"latency_ns":0,"backend":"ptrace",' +
      '"extra":{"syscall_nr":"1","ret":"4096"}}',
  );
});

Deno.test("numbers of 64 bits keep all their digits", () => {
  const line = contextfsLine({ ...NOTHING, ts: 2n ** 64n - 1n, ino: 2n ** 63n + 1n });
  assert.match(line, /"ts":18446744073709551615,/);
  assert.match(line, /"ino":9223372036854775809,/);
});

Deno.test("events of the log have a line where there is an operation for them", () => {
  const line = (action: "mkdir" | "chmod" | "fork") =>
    ecsLine({
      provider: "mount",
      action,
      time: 1.5,
      error: 0,
      verdict: "allow",
      path: "/m/d",
      inode: 2n ** 60n + 1n,
      branch: "main",
      view: 0,
      duration: 700,
      policy: 3,
      sessionNumber: 12,
      process: { pid: 3, tid: 4, uid: 5, gid: 6, name: "sh" },
    }, { sequence: 1, wallOffset: 0 });
  const rendered = (action: "mkdir" | "chmod" | "fork") => {
    const event = contextfsEvent(parseLoggedEvent(line(action))!, 77);
    return event === null ? null : contextfsLine(event);
  };
  assert.equal(
    rendered("mkdir"),
    '{"ts":1500000,"session_id":12,"branch_id":0,"policy_version":3,"op":"create","verdict":"allow",' +
      '"dev":77,"ino":1152921504606846977,"i_generation":0,"path":"/m/d","pid":3,"uid":5,"gid":6,' +
      '"bytes":0,"latency_ns":700,"backend":"mount",' +
      '"extra":{"action":"mkdir","branch":"main","comm":"sh"}}',
  );
  assert.match(rendered("chmod")!, /"op":"write".*"action":"chmod"/);
  assert.equal(rendered("fork"), null);
});
