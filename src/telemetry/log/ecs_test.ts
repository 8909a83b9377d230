import assert from "node:assert/strict";
import { ecsLine, timestamp } from "./ecs.ts";
import type { TelemetryEvent } from "../event.ts";

const PLACE = { sequence: 7, wallOffset: Date.UTC(2026, 0, 2) };
const parsed = (event: TelemetryEvent) => JSON.parse(ecsLine(event, PLACE));

Deno.test("an event of the mount is a line with the names of ECS", () => {
  assert.deepEqual(
    parsed({
      provider: "mount",
      action: "rename",
      time: 1.25,
      duration: 1500,
      error: 0,
      verdict: "allow",
      path: "/m/a",
      target: "/m/b",
      branch: "main",
      view: 0,
      node: 5,
      inode: 2n ** 64n - 1n,
      process: { tid: 12, pid: 11, uid: 1000, gid: 100, name: "mv", args: ["mv", "a", "b"] },
    }),
    {
      "@timestamp": "2026-01-02T00:00:00.001250Z",
      event: {
        action: "rename",
        category: ["file"],
        type: ["change"],
        outcome: "success",
        duration: 1500,
        sequence: 7,
        provider: "mount",
      },
      file: { path: "/m/a", target_path: "/m/b", inode: "18446744073709551615" },
      process: { pid: 11, thread: { id: 12 }, name: "mv", args: ["mv", "a", "b"] },
      user: { id: "1000" },
      group: { id: "100" },
      agentvfs: { monotonic: 1250, verdict: "allow", branch: "main", view: 0, node: 5 },
    },
  );
});

Deno.test("a refusal is a failure that was denied by a rule", () => {
  const { event, error, rule } = parsed({
    provider: "mount",
    action: "unlink",
    time: 0,
    error: "EACCES",
    verdict: "deny",
    rule: 'no "deps"',
    path: "/m/x",
  });
  assert.deepEqual(event.type, ["deletion", "denied"]);
  assert.equal(event.outcome, "failure");
  assert.deepEqual(error, { code: "EACCES" });
  assert.deepEqual(rule, { name: 'no "deps"' });
});

Deno.test("names of any bytes are text that can be read, and exact beside it", () => {
  const { file, agentvfs } = parsed({
    provider: "mount",
    action: "create",
    time: 0,
    path: '/m/\xffa"\n\\',
  });
  assert.equal(file.path, '/m/\ufffda"\n\\');
  assert.deepEqual([...Uint8Array.fromBase64(agentvfs.path_base64)], [
    ...new TextEncoder().encode("/m/"),
    0xff,
    ...new TextEncoder().encode('a"\n\\'),
  ]);
  const utf8 = parsed({ provider: "mount", action: "create", time: 0, path: "/m/\xc3\xa4" });
  assert.equal(utf8.file.path, "/m/ä");
  assert.equal(utf8.agentvfs.path_base64, undefined);
});

Deno.test("times are to the microsecond", () => {
  assert.equal(timestamp(Date.UTC(2026, 0, 2) + 0.9994), "2026-01-02T00:00:00.000999Z");
  assert.equal(timestamp(Date.UTC(2026, 0, 2) + 1), "2026-01-02T00:00:00.001000Z");
});
