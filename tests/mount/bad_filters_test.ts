/** Filters that hang, explode or lie, in Lua and in Wasm: work in the mount goes on, and the log says so. */

import assert from "node:assert/strict";
import { packedFilter } from "../../src/filters/testing/wat.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell, until } from "../support/process.ts";
import { installRules } from "../support/rules.ts";

const TABLES = Array.from({ length: 8 }, (_, i) => `$t${i}`);
const GROW = TABLES.map((table) =>
  `(drop (table.grow ${table} (ref.null extern) (i32.const 500000)))`
);

/** Each is asked, and given what is for the log, too. */
const BAD: readonly (readonly [what: string, file: string, text: string | Uint8Array, RegExp])[] = [
  [
    "hangs in Lua",
    "hang.lua",
    "function on_event(ev) while true do end end",
    /did not come back .* was killed/,
  ],
  [
    "hangs in Wasm",
    "hang.wasm",
    packedFilter("(loop $l (br $l)) (i32.const 0)"),
    /did not come back .* was killed/,
  ],
  [
    "explodes in Lua",
    "explode.lua",
    `local all = {}
     function on_event(ev) while true do all[#all + 1] = ("x"):rep(100000) .. #all end end`,
    /not enough memory|MiB of memory|did not come back/,
  ],
  [
    "explodes in Wasm",
    "explode.wasm",
    packedFilter(
      `(loop $l ${GROW.join(" ")} (br $l)) (i32.const 0)`,
      TABLES.map((table) => `(table ${table} 0 externref)`).join(" "),
    ),
    /MiB of memory|did not come back|ended (by|with)/,
  ],
  [
    "lies in Lua",
    "lie.lua",
    `function on_event(ev) return { verdict = "deny", extra = { a = ("x"):rep(5000) } } end`,
    /failed on \d+ events?: on_event gave over/,
  ],
  [
    "lies in Wasm",
    "lie.wasm",
    packedFilter("(i32.const 0x7ffffffe)"),
    /failed on \d+ events?: filter returned \d+, which is no answer/,
  ],
];

async function messages(m: Mounted): Promise<string[]> {
  const { stdout } = await m.run(["-C", m.project, "audit", "--json"]);
  return stdout.trim().split("\n").map((line) => JSON.parse(line))
    .filter(({ event }) => event.action === "filter").map(({ message }) => message);
}

Deno.test("a filter that hangs, explodes or lies keeps nobody from work, and the log says what it did", () =>
  withProject("mkdir asked", async (m) => {
    for (const [what, file, text, expected] of BAD) {
      const path = `${m.state}/${file}`;
      await Deno.writeFile(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
      const name = file.replace(".", "-");
      await m.ctl("telemetry", "filter", "add", name, path);
      const rule = {
        path_pattern: "asked/**",
        ask: name,
        ops: "create,unlink",
        otherwise: "allow",
      };
      await installRules(m, [{ name: "asks", ...rule }]);
      const script = "for i in 1 2 3; do echo $i >asked/f$i; done; cat asked/*; rm asked/*";
      assert.equal(await shell(script, { cwd: m.mount }), "1\n2\n3\n", what);
      await installRules(m, [{ name: "asks", ...rule, otherwise: "deny" }]);
      const refused = "! { >asked/x; } 2>/dev/null && echo no";
      assert.equal(await shell(refused, { cwd: m.mount }), "no\n", what);
      await until(
        `the log says that it ${what}`,
        async () => (await messages(m)).some((each) => each.includes(name) && expected.test(each)),
        40_000,
      );
      await m.ctl("policy", "remove");
      await m.ctl("telemetry", "filter", "remove", name);
    }
  }, { deadlineMs: 240_000, allowedLog: [/Filter (explode|lie)-/] }));
