/**
 * The patch of executables. What the code in it does is tested on the executable itself, in tests/e2e.
 */

import assert from "node:assert/strict";
import { patchStart } from "../../scripts/patch_start.ts";
import { START_CODES } from "../../scripts/start_code.ts";

const PT_LOAD = 1;
const PT_NOTE = 4;
const HEADER = 64;
const PROGRAM_HEADER = 56;
const SECTIONS = 0x3010;
const SECTION_COUNT = 30;
const PAYLOAD = new TextEncoder().encode("what comes behind the ELF file");

interface Shape {
  machine: number;
  /** Type, address and bytes in memory of each segment. */
  segments?: [type: number, address: number, memory: number][];
  sections?: number;
}

const SEGMENTS: Shape["segments"] = [
  [PT_LOAD, 0, 0x1000],
  [PT_LOAD, 0x12000, 0x4321],
  [PT_NOTE, 0x200, 0x20],
];

/** An executable as far as its headers go. */
function executable({ machine, segments = SEGMENTS!, sections = SECTION_COUNT }: Shape) {
  const end = SECTIONS + 64 * sections;
  const bytes = new Uint8Array(end + PAYLOAD.length);
  const view = new DataView(bytes.buffer);
  const wide = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(18, machine, true);
  wide(24, 0x12340);
  wide(32, HEADER);
  wide(40, sections === 0 ? 0 : SECTIONS);
  view.setUint16(54, PROGRAM_HEADER, true);
  view.setUint16(56, segments.length, true);
  view.setUint16(58, 64, true);
  view.setUint16(60, sections, true);
  for (const [i, [type, address, memory]] of segments.entries()) {
    const at = HEADER + i * PROGRAM_HEADER;
    view.setUint32(at, type, true);
    wide(at + 16, address);
    wide(at + 40, memory);
    wide(at + 48, type === PT_LOAD ? 0x10000 : 4);
  }
  bytes.set(PAYLOAD, end);
  return { bytes, view };
}

const wideAt = (view: DataView, at: number) => Number(view.getBigUint64(at, true));

for (const { machine, lines, jump, encodeJump } of START_CODES) {
  Deno.test(`an executable of machine ${machine} begins with the code, which goes to its entry`, () => {
    const { bytes, view } = executable({ machine });
    const before = bytes.slice();
    assert.equal(patchStart(bytes), true);
    assert.equal(bytes.length, before.length);
    const at = HEADER + 2 * PROGRAM_HEADER;
    const [offset, address] = [wideAt(view, at + 8), wideAt(view, at + 16)];
    assert.deepEqual([view.getUint32(at, true), view.getUint32(at + 4, true)], [PT_LOAD, 5]);
    assert.equal(wideAt(view, 24), address);
    assert.equal(offset, SECTIONS);
    // Behind all that is loaded, and where the page of the file can be mapped.
    assert.ok(address >= 0x12000 + 0x4321);
    assert.equal(address % 0x10000, offset % 0x10000);
    assert.equal(wideAt(view, 40), 0);
    assert.equal(view.getUint16(60, true), 0);

    const sizes = lines.map(([text]) => text.split(" ").length);
    const until = sizes.slice(0, jump).reduce((sum, size) => sum + size, 0);
    const found = bytes.subarray(offset + until, offset + until + sizes[jump]!);
    assert.deepEqual([...found], [...encodeJump(0x12340 - (address + until))]);
    assert.equal(wideAt(view, at + 32), sizes.reduce((sum, size) => sum + size, 0));
    assert.deepEqual(bytes.subarray(-PAYLOAD.length), PAYLOAD);
    for (let i = HEADER + 3 * PROGRAM_HEADER; i < SECTIONS; i++) assert.equal(bytes[i], before[i]);

    const once = bytes.slice();
    assert.equal(patchStart(bytes), false);
    assert.deepEqual(bytes, once);
  });

  Deno.test(`every jump in the code of machine ${machine} goes to a line of it`, () => {
    const starts = new Set<number>();
    const targets: [number, string][] = [];
    let at = 0;
    for (const [text, assembly] of lines) {
      starts.add(at);
      const bytes = Uint8Array.from(text.split(" "), (byte) => parseInt(byte, 16));
      const mnemonic = assembly.replace(/^\w+: /, "");
      if (machine === 62 && /^j\w+ (?!the )/.test(mnemonic)) {
        targets.push([at + 2 + new DataView(bytes.buffer).getInt8(1), mnemonic]);
      }
      if (machine === 183 && /^(b|b\.eq|cbz|tbn?z) (?!the )/.test(mnemonic)) {
        const word = new DataView(bytes.buffer).getUint32(0, true);
        const [shift, width] = /^b /.test(mnemonic)
          ? [0, 26]
          : /^tb/.test(mnemonic)
          ? [5, 14]
          : [5, 19];
        targets.push([at + 4 * (word << (32 - shift - width) >> (32 - width)), mnemonic]);
      }
      at += bytes.length;
    }
    assert.ok(targets.length >= 8);
    const labels = new Map<string, number>();
    at = 0;
    for (const [text, assembly] of lines) {
      const label = /^(\w+): /.exec(assembly)?.[1];
      if (label !== undefined) labels.set(label, at);
      at += text.split(" ").length;
    }
    for (const [target, mnemonic] of targets) {
      assert.equal(target, labels.get(/(\w+)$/.exec(mnemonic)![1]!), mnemonic);
    }
  });
}

Deno.test("what cannot be patched is refused and left as it is", () => {
  const shapes: [Shape, RegExp][] = [
    [{ machine: 40 }, /machine 40/],
    [{ machine: 62, segments: [[PT_LOAD, 0, 1]] }, /no note/],
    [{ machine: 62, segments: [[PT_NOTE, 0, 1], [PT_LOAD, 0, 1]] }, /no note/],
    [{ machine: 62, sections: 2 }, /no room/],
    [{ machine: 62, sections: 0 }, /no section headers/],
    [{ machine: 183, segments: [[PT_LOAD, 0, 2 ** 30], [PT_NOTE, 0, 1]] }, /more than a jump can/],
  ];
  for (const [shape, message] of shapes) {
    const { bytes } = executable(shape);
    const before = bytes.slice();
    assert.throws(() => patchStart(bytes), { message });
    assert.deepEqual(bytes, before);
  }
  assert.throws(() => patchStart(new Uint8Array(100)), { message: /no ELF file/ });
});
