import assert from "node:assert/strict";
import type { TelemetryEvent } from "../telemetry/event.ts";
import { FilterError } from "./filter.ts";
import { judged } from "./testing/judged.ts";
import { packedFilter, wat } from "./testing/wat.ts";
import { wasmFilter } from "./wasm_filter.ts";

const MIB = 1024 * 1024;

function event(path: string, action: TelemetryEvent["action"] = "write"): TelemetryEvent {
  return { provider: "mount", action, time: 0, path, process: { pid: 7, uid: 1000 } };
}

function filterOf(bytes: Uint8Array<ArrayBuffer>) {
  return wasmFilter(bytes, 4 * MIB);
}

Deno.test("a module with the original's on_event is called with the operation's number", () => {
  const filter = filterOf(wat(`(module (func (export "on_event") (param i32) (result i32)
    (select (i32.const 2) (i32.const 0) (i32.eq (local.get 0) (i32.const 4)))))`));
  const verdicts = judged(filter, [event("a", "unlink"), event("a", "write")])
    .map((answer) => answer?.verdict);
  assert.deepEqual(verdicts, ["deny", "allow"]);
});

Deno.test("a filter of the packed form sees numbers and text where the layout says", () => {
  // Denies process 7 where the path's first byte is `s`, and says that the answer may be kept.
  const filter = filterOf(packedFilter(`
    (if (result i32) (i32.and
        (i32.eq (i32.load offset=4 (local.get $at)) (i32.const 7))
        (i32.eq (i32.load8_u offset=18 (local.get $at)) (i32.const 115)))
      (then (i32.const 258)) (else (i32.const 0)))`));
  const [secret, other] = judged(filter, [event("secret"), event("other")]);
  assert.equal(secret?.verdict, "deny");
  assert.equal(secret?.cacheable, true);
  assert.equal(other?.verdict, "allow");
});

Deno.test("notes give tags, and more for the log", () => {
  const filter = filterOf(packedFilter(
    "i32.const 513",
    `(data (i32.const 16) "\\05\\00tag=t\\07\\00key=a=b")
     (func (export "notes") (result i64) (i64.const ${(16n << 32n) | 16n}))`,
  ));
  const [answer] = judged(filter, [event("a")]);
  assert.deepEqual({ ...answer, extra: { ...answer?.extra } }, {
    verdict: "watch",
    drop: false,
    cacheable: false,
    tags: ["t"],
    extra: { key: "a=b" },
  });
});

Deno.test("memory cannot grow over the limit, whatever the module declares", () => {
  for (const declared of ["1", "1 60000"]) {
    const filter = filterOf(wat(`(module (memory ${declared})
      (func (export "on_event") (param i32) (result i32)
        (i32.eq (memory.grow (i32.const 100)) (i32.const -1))))`));
    assert.equal(judged(filter, [event("a")])[0]?.verdict, "watch", declared);
  }
  const fits = filterOf(wat(`(module (memory 1)
    (func (export "on_event") (param i32) (result i32)
      (i32.eq (memory.grow (i32.const 63)) (i32.const -1))))`));
  assert.equal(judged(fits, [event("a")])[0]?.verdict, "allow");
});

Deno.test("a filter that lies about places, or answers what is no answer, has failed on that event alone", () => {
  const outside = `(i32.eq (i32.load8_u offset=18 (local.get $at)) (i32.const 115))`;
  const liars: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
    "no verdict": packedFilter("i32.const 3"),
    "unknown bits": packedFilter("i32.const 0x7fffffff"),
    "the runtime's own bit": packedFilter("i32.const 1024"),
    "no notes": packedFilter("i32.const 512"),
    "notes outside": packedFilter(
      "i32.const 512",
      `(func (export "notes") (result i64) (i64.const -4294967292))`,
    ),
    "notes too long": packedFilter(
      "i32.const 512",
      `(func (export "notes") (result i64) (i64.const 60000))`,
    ),
    "trap": packedFilter("unreachable"),
    "endless recursion": packedFilter("(call $again)", "(func $again (result i32) (call $again))"),
  };
  for (const [name, bytes] of Object.entries(liars)) {
    const filter = filterOf(bytes);
    assert.deepEqual(judged(filter, [event("a"), event("b")]), [null, null], name);
    assert.ok(filter.failure, name);
  }
  const sometimes = filterOf(packedFilter(
    `(if (result i32) ${outside} (then (i32.load (i32.const -8))) (else (i32.const 1)))`,
  ));
  const verdicts = judged(sometimes, [event("s"), event("b")]).map((answer) => answer?.verdict);
  assert.deepEqual(verdicts, [undefined, "watch"]);
});

Deno.test("buffer() that points outside the memory is a failure, too", () => {
  const filter = filterOf(wat(`(module (memory (export "memory") 1)
    (func (export "agentvfs_abi") (result i32) i32.const 1)
    (func (export "buffer") (param i32) (result i32) i32.const -16)
    (func (export "filter") (param i32 i32) (result i32) i32.const 0))`));
  assert.deepEqual(judged(filter, [event("a")]), [null]);
  assert.match(filter.failure!, /outside its memory/);
});

Deno.test("what may not run is refused with the reason", () => {
  const refused: readonly [RegExp, Uint8Array<ArrayBuffer>][] = [
    [/imports env\.open/, wat(`(module (import "env" "open" (func)))`)],
    [/imports what is no function/, wat(`(module (import "env" "memory" (memory 1)))`)],
    [/needs 64 MiB/, wat(`(module (memory 1024))`)],
    [/neither agentvfs_abi/, wat(`(module)`)],
    [/made for ABI 9/, wat(`(module (func (export "agentvfs_abi") (result i32) i32.const 9))`)],
    [
      /does not export memory/,
      wat(`(module (func (export "agentvfs_abi") (result i32) i32.const 1))`),
    ],
    [/does not start/, wat(`(module (func $f unreachable) (start $f))`)],
    [/does not start/, new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 0])],
    [/broken/, new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 200])],
  ];
  for (const [reason, bytes] of refused) {
    assert.throws(() => filterOf(bytes), (error) => {
      assert.ok(error instanceof FilterError);
      assert.match(error.message, reason);
      return true;
    });
  }
});

Deno.test("what WASI would import is there and fails", () => {
  const filter = filterOf(wat(`(module
    (import "wasi_snapshot_preview1" "fd_write" (func $w (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "on_event") (param i32) (result i32)
      (i32.ne (call $w (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 0))))`));
  assert.equal(judged(filter, [event("a")])[0]?.verdict, "watch");
});
