import assert from "node:assert/strict";
import { planDaemon } from "../workspaces/workspace.ts";
import { serverConfig } from "./server_config.ts";

Deno.test("a keeper that knows less than its server wants what one does that is not told", async () => {
  const wanted = await planDaemon({ source: "/", version: "0.0.1" });
  const known = Object.entries(wanted).filter(([name]) =>
    !["keepAwake", "events", "watch", "routing", "telemetry"].includes(name)
  );
  const older = JSON.stringify(Object.fromEntries(known));
  assert.deepEqual(serverConfig(older, "0.0.2"), { ...wanted, version: "0.0.2" });
  const other = { ...wanted, telemetry: "off", watch: true };
  assert.deepEqual(serverConfig(JSON.stringify(other), "0.0.1"), other);
});
