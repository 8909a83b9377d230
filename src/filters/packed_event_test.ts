/** What filters are told of an event: each field, in Lua and in Wasm, and docs/filters.md names all of them. */

import assert from "node:assert/strict";
import type { TelemetryEvent } from "../telemetry/event.ts";
import { luaMachine } from "./lua_filter.ts";
import { judged } from "./testing/judged.ts";
import { packedFilter } from "./testing/wat.ts";
import { wasmFilter } from "./wasm_filter.ts";

const MIB = 1024 * 1024;

const EVENT: TelemetryEvent = {
  provider: "mount",
  action: "rename",
  time: 0,
  path: "/m/caf\xe9",
  target: "/m/to",
  branch: "agent/one",
  view: 3,
  session: "session-1",
  call: "toolu_1",
  tool: "Bash",
  error: "EACCES",
  asked: { operation: "unlink", path: "/m/about" },
  process: { pid: 42, uid: 1000, name: "sh", executable: "/bin/sh", args: ["sh", "-c", "mv"] },
};

/** Name in Lua, and what it is there; in their order in Wasm, where the first four are numbers. */
const FIELDS: readonly (readonly [name: string, value: string | number])[] = [
  ["op", "rename"],
  ["pid", 42],
  ["uid", 1000],
  ["view", 3],
  ["path", "/m/caf\xe9"],
  ["target", "/m/to"],
  ["comm", "sh"],
  ["exe", "/bin/sh"],
  ["branch", "agent/one"],
  ["backend", "mount"],
  ["session", "session-1"],
  ["call", "toolu_1"],
  ["args", "sh\0-c\0mv"],
  ["error", "EACCES"],
  ["tool", "Bash"],
  ["asked", "unlink"],
  ["about", "/m/about"],
];
const NUMBERS = 4;
/** Of `rename`. */
const RENAME = 5;

const bytesOf = (text: string) => [...text].map((byte) => byte.charCodeAt(0));
const inWat = (text: string) =>
  bytesOf(text).map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
const inLua = (value: string | number) =>
  typeof value === "number"
    ? String(value)
    : `"${bytesOf(value).map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}"`;

async function saysInLua(name: string, value: string | number): Promise<string | undefined> {
  const text = `function on_event(ev) if ev.${name} == ${inLua(value)} then return "deny" end end`;
  const filter = (await luaMachine(8 * MIB)).load(new TextEncoder().encode(text), "test.lua");
  return judged(filter, [EVENT])[0]?.verdict;
}

function saysInWasm(index: number, value: string | number): string | undefined {
  const number = typeof value === "number" ? value : value === "rename" ? RENAME : 99;
  const filter = index < NUMBERS
    ? packedFilter(`(i32.mul (i32.const 2)
        (i32.eq (i32.load offset=${4 * index} (local.get $at)) (i32.const ${number})))`)
    : packedFilter(
      `(i32.mul (i32.const 2) (call $is (local.get $at) (i32.const ${index - NUMBERS})))`,
      isText(String(value)),
    );
  return judged(wasmFilter(filter, 4 * MIB), [EVENT])[0]?.verdict;
}

/** Whether text number $n of an event is `text`. */
function isText(text: string): string {
  return `(data (i32.const 16) "${inWat(text)}")
    (func $is (param $at i32) (param $n i32) (result i32) (local $i i32)
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (block $there (loop $next
        (br_if $there (i32.eqz (local.get $n)))
        (local.set $at (i32.add (i32.add (local.get $at) (i32.const 2)) (i32.load16_u (local.get $at))))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $next)))
      (if (i32.ne (i32.load16_u (local.get $at)) (i32.const ${text.length}))
        (then (return (i32.const 0))))
      (block $same (loop $byte
        (br_if $same (i32.eq (local.get $i) (i32.const ${text.length})))
        (if (i32.ne (i32.load8_u offset=2 (i32.add (local.get $at) (local.get $i)))
            (i32.load8_u offset=16 (local.get $i)))
          (then (return (i32.const 0))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $byte)))
      (i32.const 1))`;
}

for (const [index, [name, value]] of FIELDS.entries()) {
  Deno.test(`${name} of an event is there in Lua and in Wasm, and nothing else is`, async () => {
    const other = typeof value === "number" ? value + 1 : `${value}.`;
    assert.equal(await saysInLua(name, value), "deny");
    assert.equal(await saysInLua(name, other), "allow");
    assert.equal(saysInWasm(index, value), "deny");
    assert.equal(saysInWasm(index, other), "allow");
  });
}

Deno.test("docs/filters.md has a row for each field, in their order in Wasm", async () => {
  const docs = await Deno.readTextFile(new URL("../../docs/filters.md", import.meta.url));
  const rows = [...docs.matchAll(/^\| +(\d+) +\| `(\w+)`/gm)].map((
    [, index, name],
  ) => [index, name]);
  assert.deepEqual(rows, FIELDS.map(([name], index) => [String(index + 1), name]));
});
