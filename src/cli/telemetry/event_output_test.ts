import assert from "node:assert/strict";
import type { LoggedEvent } from "../../telemetry/logged_event.ts";
import { eventLine } from "./event_output.ts";

Deno.test("a connection is shown with where it went", () => {
  const event: LoggedEvent = {
    "@timestamp": "2026-01-01T00:00:00.000000Z",
    event: { action: "connect", category: [], type: [], sequence: 1, provider: "ebpf" },
    error: { code: "EACCES" },
    destination: { ip: "127.0.0.1", port: 9 },
    network: { transport: "tcp" },
    agentvfs: { monotonic: 1 },
  };
  assert.match(eventLine(event, "/mnt"), / connect +127\.0\.0\.1:9 tcp EACCES$/);
  const six = { ...event, destination: { ip: "::1", port: 9 } };
  assert.match(eventLine(six, "/mnt"), /\[::1\]:9/);
});
