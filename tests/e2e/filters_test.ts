/** Filters run in the executable, with the code of the Lua machine that is in it. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { withPlace } from "./executable.ts";

/** `(module (func (export "on_event") (param i32) (result i32) i32.const 2))` */
const DENIES = Uint8Array.fromHex(
  "0061736d0100000001060160017f017f03020100070c01086f6e5f6576656e740000" + "0a0601040041020b",
);

Deno.test("a filter in Lua and one in Wasm say their word", () =>
  withPlace(async (place) => {
    const log = join(place.root, "log.ndjson");
    await Deno.writeTextFile(log, JSON.stringify({ op: "unlink", path: "/p/a", pid: 3 }));
    const lua = join(place.root, "f.lua");
    await Deno.writeTextFile(lua, `function on_event(ev) return "deny" end`);
    const wasm = join(place.root, "f.wasm");
    await Deno.writeFile(wasm, DENIES);
    for (const file of [lua, wasm]) {
      const said = await place.ok("telemetry", "filter", "test", file, "--events", log, "--json");
      assert.equal(JSON.parse(said).deny, 1, file);
    }
  }));
