/** How a volume speaks with the library, with functions that stand for its. */

import assert from "node:assert/strict";
import { NtStatus } from "../nt_status.ts";
import { textOfWide } from "../wide_string.ts";
import type { WinFsp, WinFspCalls } from "./library.ts";
import { Volume, VolumeError } from "./volume.ts";
import type { VolumeParams } from "./volume_params.ts";

const PARAMS: VolumeParams = {
  created: 1n,
  serial: 1,
  sectorSize: 4096,
  sectorsPerUnit: 1,
  flags: 0,
  requestTimeout: 60_000,
  fileInfoTimeout: 1,
  volumeInfoTimeout: 1,
  fileSystem: "x",
};

function withCalls(calls: Partial<WinFspCalls>): WinFsp {
  return { calls: calls as WinFspCalls, path: "", version: { major: 2, minor: 1 } };
}

/** Answers each telling by the next of `statuses`, then with success. What was told is the lists' first words. */
function notified(statuses: number[]): { winfsp: WinFsp; told: (number | null)[] } {
  const told: (number | null)[] = [];
  const FspFsctlNotify = (handle: bigint, list: BufferSource | null, size: number | bigint) => {
    assert.equal(handle, 7n);
    assert.equal(BigInt(size), BigInt(list?.byteLength ?? 0));
    told.push(list === null ? null : new Uint16Array((list as Uint8Array).buffer, 0, 1)[0]!);
    return Promise.resolve(statuses.shift() ?? 0);
  };
  return { winfsp: withCalls({ FspFsctlNotify } as Partial<WinFspCalls>), told };
}

const list = (word: number) => new Uint8Array(Uint16Array.of(word, 0).buffer);

Deno.test("a volume is made of its parameters, on the device of disks", () => {
  const winfsp = withCalls({
    FspFsctlCreateVolume: (device, params, name, size, handle) => {
      assert.equal(textOfWide(new Uint16Array((device as Uint8Array).buffer)), "WinFsp.Disk");
      assert.equal((params as Uint8Array).length, 504);
      assert.ok(Number(size) >= 100);
      new Uint16Array((name as Uint8Array).buffer).set([0x5c, 0x56]);
      new BigUint64Array((handle as Uint8Array).buffer)[0] = 99n;
      return 0;
    },
  });
  const volume = Volume.create(winfsp, PARAMS);
  assert.deepEqual([volume.handle, volume.name], [99n, "\\V"]);
});

Deno.test("what the library refuses is told with its status", () => {
  const winfsp = withCalls({ FspFsctlCreateVolume: () => NtStatus.ACCESS_DENIED | 0 });
  assert.throws(() => Volume.create(winfsp, PARAMS), (error) => {
    assert.ok(error instanceof VolumeError);
    assert.equal(error.message, "FspFsctlCreateVolume failed with status 0xC0000022");
    return true;
  });
});

Deno.test("a telling waits while something is renamed, and always ends", async () => {
  const { CANT_WAIT } = NtStatus;
  const { winfsp, told } = notified([CANT_WAIT | 0, CANT_WAIT | 0, 0]);
  assert.equal(await new Volume(winfsp, 7n, "").tell([list(5), list(6)]), true);
  assert.deepEqual(told, [null, null, null, 5, 6, 0]);
});

Deno.test("a telling that a rename holds up for too long is given up", async () => {
  const { winfsp, told } = notified(Array.from({ length: 100_000 }, () => NtStatus.CANT_WAIT | 0));
  assert.equal(await new Volume(winfsp, 7n, "").tell([list(5)], 20), false);
  assert.ok(told.every((word) => word === null));
});

Deno.test("a telling that fails on the way ends all the same: renames wait for that", async () => {
  const { winfsp, told } = notified([0, NtStatus.INVALID_PARAMETER | 0]);
  await assert.rejects(new Volume(winfsp, 7n, "").tell([list(5), list(6)]), VolumeError);
  assert.deepEqual(told, [null, 5, 0]);
});

Deno.test("tellings at once come one after the other, also after one that failed", async () => {
  const { winfsp, told } = notified([0, NtStatus.INVALID_PARAMETER | 0]);
  const volume = new Volume(winfsp, 7n, "");
  const tellings = [5, 6, 7].map((word) => volume.tell([list(word), list(word)]));
  const ends = (await Promise.allSettled(tellings)).map(({ status }) => status);
  assert.deepEqual(ends, ["rejected", "fulfilled", "fulfilled"]);
  assert.deepEqual(told, [null, 5, 0, null, 6, 6, 0, null, 7, 7, 0]);
});
