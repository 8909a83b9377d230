/**
 * The filters of `docs/examples/filters`, built and run.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { TelemetryEvent } from "../telemetry/event.ts";
import { luaMachine } from "./lua_filter.ts";
import { judged } from "./testing/judged.ts";
import { wasmFilter } from "./wasm_filter.ts";
import { skip } from "../../tests/support/skip.ts";

const MIB = 1024 * 1024;
const EXAMPLES = fileURLToPath(new URL("../../docs/examples/filters", import.meta.url));

Deno.test("tag_tests.lua tags what test runs do, and test files", async () => {
  const text = await Deno.readFile(`${EXAMPLES}/tag_tests.lua`);
  const filter = (await luaMachine(8 * MIB)).load(text, "tag_tests.lua");
  const event = (pid: number, more: Partial<TelemetryEvent>, args?: string[]): TelemetryEvent => ({
    provider: "mount",
    action: "write",
    time: 0,
    ...more,
    process: { pid, ...(args === undefined ? {} : { args }) },
  });
  const tags = judged(filter, [
    event(1, { path: "/p/src/a.ts" }),
    event(1, { path: "/p/src/a_test.ts" }),
    event(2, { action: "exec" }, ["/usr/bin/npm", "test", "--", "a"]),
    event(2, { path: "/p/out" }),
    event(3, { action: "exec" }, ["npm", "install"]),
    event(2, { action: "exit" }),
    event(2, { path: "/p/out" }),
    event(4, { action: "exec" }, ["python3", "-m", "pytest", "-q"]),
  ]).map((answer) => answer?.tags.join());
  assert.deepEqual(tags, ["", "test-file", "test-run", "test-run", "", "test-run", "", "test-run"]);
  assert.equal(filter.failure, null);
});

Deno.test("secrets, in Rust, refuses paths that look like secrets and says why", async (t) => {
  const missing = await missingTool();
  if (missing !== null) {
    await skip(t, missing);
    return;
  }
  const target = await Deno.makeTempDir();
  try {
    const { success, stderr } = await new Deno.Command("cargo", {
      args: ["build", "--offline", "--quiet", "--release", "--target", "wasm32-unknown-unknown"],
      cwd: `${EXAMPLES}/secrets`,
      env: { CARGO_TARGET_DIR: target },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const bytes = await Deno.readFile(`${target}/wasm32-unknown-unknown/release/secrets.wasm`);
    const filter = wasmFilter(bytes, 4 * MIB);
    const says = (path: string, target?: string) => {
      const event: TelemetryEvent = { provider: "mount", action: "open", time: 0, path };
      const [answer] = judged(filter, [target === undefined ? event : { ...event, target }]);
      assert.ok(answer, filter.failure ?? "");
      return `${answer.verdict} ${answer.extra.secret ?? ""}`.trim();
    };
    assert.equal(says("/p/.env"), "deny environment file");
    assert.equal(says("/p/.env.example"), "allow");
    assert.equal(says("/home/u/.ssh/id_ed25519"), "deny private key");
    assert.equal(says("/home/u/.ssh/id_ed25519.pub"), "allow");
    assert.equal(says("/p/deploy.pem"), "deny private key");
    assert.equal(says("/p/a", "/p/.npmrc"), "deny credentials");
    assert.equal(says(`/p/ghp_${"a".repeat(36)}.txt`), "deny token in a name");
    assert.equal(says(`/p/${"x".repeat(4000)}/src/main.rs`), "allow");
  } finally {
    await Deno.remove(target, { recursive: true });
  }
});

/** What is not here that a Wasm module of Rust needs; null: nothing. */
async function missingTool(): Promise<string | null> {
  try {
    const { stdout } = await new Deno.Command("rustc", {
      args: ["--print", "target-libdir", "--target", "wasm32-unknown-unknown"],
    }).output();
    await Deno.stat(new TextDecoder().decode(stdout).trim());
    return null;
  } catch {
    return "there is no Rust with the target wasm32-unknown-unknown";
  }
}
