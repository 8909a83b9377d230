/** The ad hoc signature of executables for macOS; tests/e2e looks at those that are made. */

import assert from "node:assert/strict";
import { signMachO } from "../../scripts/sign_macho.ts";
import { assertSigned } from "../e2e/macho_signature.ts";

const TEXT_BYTES = 0x8000;
const CONTENT = new TextEncoder().encode("symbols, and what a program has with it".repeat(400));

/** A program as far as its commands go, with `room` bytes behind them. */
function program(room: number, name = "__LINKEDIT"): Uint8Array<ArrayBuffer> {
  const commands = 72 + 80 + 72;
  const bytes = new Uint8Array(TEXT_BYTES + CONTENT.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xfeedfacf, true);
  view.setUint32(16, 2, true);
  view.setUint32(20, commands, true);
  const segment = (at: number, name: string, size: number, offset: number, bytesIn: number) => {
    view.setUint32(at, 0x19, true);
    view.setUint32(at + 4, size, true);
    bytes.set(new TextEncoder().encode(name), at + 8);
    view.setBigUint64(at + 32, BigInt(bytesIn), true);
    view.setBigUint64(at + 40, BigInt(offset), true);
    view.setBigUint64(at + 48, BigInt(bytesIn), true);
  };
  segment(32, "__TEXT", 152, 0, TEXT_BYTES);
  view.setUint32(32 + 64, 1, true);
  view.setUint32(32 + 72 + 48, 32 + commands + room, true);
  segment(184, name, 72, TEXT_BYTES, CONTENT.length);
  bytes.fill(0xcc, 32 + commands + room, TEXT_BYTES);
  bytes.set(CONTENT, TEXT_BYTES);
  return bytes;
}

Deno.test("a program gets a signature that has each page's hash", async () => {
  const unsigned = program(16);
  const signed = await signMachO(unsigned, "agentvfs");
  await assertSigned(signed, "agentvfs");
  const end = unsigned.length;
  assert.deepEqual(signed.slice(272, 0x8000), unsigned.slice(272, 0x8000), "code is as it was");
  assert.deepEqual(signed.slice(0x8000, end), unsigned.slice(0x8000));
  for (const at of [300, 0x8001, end - 1]) {
    const changed = signed.slice();
    changed[at]! ^= 1;
    await assert.rejects(assertSigned(changed, "agentvfs"), /page/);
  }
});

Deno.test("a signature gives way to another one", async () => {
  const signed = await signMachO(program(16), "agentvfs");
  assert.deepEqual(await signMachO(signed, "agentvfs"), signed);
  const other = await signMachO(signed, "another name");
  await assertSigned(other, "another name");
  assert.deepEqual(await signMachO(other, "agentvfs"), signed);
});

Deno.test("what cannot be signed is told, and left as it is", async () => {
  const cases: [Uint8Array<ArrayBuffer>, RegExp][] = [
    [new Uint8Array(), /no Mach-O/],
    [new TextEncoder().encode("#!/bin/sh\n".repeat(10)), /no Mach-O/],
    [program(15), /no room/],
    [program(16, "__DATA"), /no __LINKEDIT/],
    [program(16).subarray(0, -1), /does not end with its segment/],
  ];
  for (const [bytes, message] of cases) await assert.rejects(signMachO(bytes, "a"), message);
});
