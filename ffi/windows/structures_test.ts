/** Structures of Windows, laid and read. What is not well formed is seen to be so, wherever it is cut. */

import assert from "node:assert/strict";
import { keptCreation } from "./kept_attributes.ts";
import { layExtendedAttributes, parseExtendedAttributes } from "./extended_attributes.ts";
import { fileTime, unixTime } from "./file_time.ts";
import {
  NT_PREFIX,
  parseReparseData,
  parseSymlinkData,
  reparseData,
  symlinkData,
} from "./reparse_data.ts";
import { isSameSid, layDescriptor, parseDescriptor, sidBytes } from "./security_descriptor.ts";
import { textOfWide, wideString } from "./wide_string.ts";
import { layVolumeParams, VolumeFlag } from "./winfsp/volume_params.ts";

const text = (value: string) => new TextEncoder().encode(value);

Deno.test("times are counted from 1601, in units of 100 ns", () => {
  assert.equal(fileTime(0, 0), 116_444_736_000_000_000n);
  assert.equal(fileTime(1, 250), 116_444_736_010_000_002n);
  assert.deepEqual(unixTime(116_444_736_010_000_002n), { sec: 1, nsec: 200 });
  assert.equal(fileTime(-(2 ** 45), 0), 1n, "what is before 1601 is not 'none'");
  assert.deepEqual(unixTime(fileTime(-1, 500)), { sec: -1, nsec: 500 });
});

Deno.test("extended attributes are a list, each at a multiple of four", () => {
  const list = [{ name: "KEY", value: text("value") }, { name: "E", value: text("") }];
  const bytes = layExtendedAttributes(list);
  assert.deepEqual(parseExtendedAttributes(bytes), list);
  assert.equal(new DataView(bytes.buffer).getUint32(0, true) % 4, 0);
  assert.deepEqual(parseExtendedAttributes(new Uint8Array()), []);
  for (let cut = 1; cut < bytes.length; cut++) {
    assert.equal(parseExtendedAttributes(bytes.slice(0, cut)), null, `cut at ${cut}`);
  }
  const looping = bytes.slice();
  new DataView(looping.buffer).setUint32(0, 4, true);
  assert.equal(parseExtendedAttributes(looping), null, "one within another");
});

Deno.test("a symlink says what programs resolve and what people read", () => {
  for (const target of ["a\\b", "..\\x", "\\rooted", `${NT_PREFIX}C:\\x`]) {
    const isRelative = !target.startsWith(NT_PREFIX);
    const parsed = parseReparseData(symlinkData({ target, isRelative }))!;
    assert.equal(parsed.tag, 0xa000000c);
    assert.deepEqual(parseSymlinkData(parsed.data), { target, isRelative });
  }
  const bytes = symlinkData({ target: "a", isRelative: true });
  for (let cut = 0; cut < bytes.length; cut++) {
    assert.equal(parseReparseData(bytes.slice(0, cut)), null, `cut at ${cut}`);
  }
  assert.equal(parseSymlinkData(new Uint8Array(12)), null, "a target of nothing");
  assert.deepEqual(parseReparseData(reparseData(7, text("x"))), { tag: 7, data: text("x") });
});

Deno.test("a descriptor has an owner and who may do what", () => {
  const [user, everyone] = [sidBytes("S-1-5-21-1-2-4294967295-1001"), sidBytes("S-1-1-0")];
  assert.deepEqual([...everyone], [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  assert.equal(user.length, 28);
  assert.ok(isSameSid(user, user.slice()) && !isSameSid(user, everyone));
  const descriptor = {
    owner: user,
    group: everyone,
    dacl: [{ allows: true, mask: 0x1f01ff, sid: user }, { allows: false, mask: 2, sid: everyone }],
  };
  const bytes = layDescriptor(descriptor);
  assert.deepEqual(parseDescriptor(bytes), descriptor);
  for (let cut = 0; cut < bytes.length; cut++) {
    assert.equal(parseDescriptor(bytes.slice(0, cut)), null, `cut at ${cut}`);
  }
  assert.deepEqual(parseDescriptor(layDescriptor({ owner: null, group: null, dacl: null })), {
    owner: null,
    group: null,
    dacl: null,
  });
  assert.throws(() => sidBytes("user"));
});

Deno.test("a volume's parameters are where the driver reads them", () => {
  const bytes = layVolumeParams({
    created: 5n,
    serial: 0x1234,
    sectorSize: 4096,
    sectorsPerUnit: 1,
    flags: VolumeFlag.REPARSE_POINTS | VolumeFlag.POST_DISPOSITION_WHEN_NECESSARY_ONLY,
    requestTimeout: 300_000,
    fileInfoTimeout: 1000,
    volumeInfoTimeout: 7,
    fileSystem: "a name that is too long",
  });
  const view = new DataView(bytes.buffer);
  assert.equal(bytes.length, 504);
  assert.deepEqual([0, 2, 4, 6].map((at) => view.getUint16(at, true)), [504, 4096, 1, 255]);
  assert.equal(view.getBigUint64(8, true), 5n);
  const words = [16, 20, 24, 32, 36, 456, 460].map((at) => view.getUint32(at, true));
  assert.deepEqual(words, [0x1234, 0, 300_000, 1000, 0x40000010, 1, 7]);
  assert.equal(textOfWide(new Uint16Array(bytes.buffer, 424, 16)), "a name that is ");
});

Deno.test("text for Windows ends with a NUL", () => {
  assert.deepEqual([...wideString("aé")], [0x61, 0xe9, 0]);
  assert.equal(textOfWide(wideString("a\ud800")), "a\ud800");
});

Deno.test("when a file was made is kept where it says more than when it was written", () => {
  const second = 10_000_000n;
  const written = 1_000n * second;
  const rows: [apart: bigint, isKept: boolean][] = [
    [0n, false],
    [2n * second, false],
    [-2n * second, false],
    [2n * second + 1n, true],
    [-2n * second - 1n, true],
  ];
  for (const [apart, isKept] of rows) {
    assert.equal(keptCreation(written + apart, written), isKept ? written + apart : 0n, `${apart}`);
  }
});
