/** The loop's calls of the library, with functions that stand for its, and memory that is this process's own. */

import assert from "node:assert/strict";
import { NtStatus } from "../../../ffi/windows/nt_status.ts";
import type { WinFsp, WinFspCalls } from "../../../ffi/windows/winfsp/library.ts";
import { VolumeError } from "../../../ffi/windows/winfsp/volume.ts";
import { DriverTransport } from "./driver_transport.ts";

interface Call {
  readonly response: Uint8Array | null;
  readonly request: Uint8Array | null;
  readonly size: BigUint64Array | null;
}

/** Each call is told to `body`, which returns its status. */
function transport(body: (call: Call) => number): DriverTransport {
  const calls: Partial<WinFspCalls> = {
    FspFsctlTransact: (handle, response, length, request, size, batch) => {
      assert.deepEqual([handle, batch], [5n, 0]);
      const given = response as Uint8Array | null;
      assert.equal(BigInt(length), BigInt(given?.length ?? 0));
      const sizeBytes = size as Uint8Array | null;
      return body({
        response: given === null ? null : given.slice(),
        request: request as Uint8Array | null,
        size: sizeBytes === null ? null : new BigUint64Array(sizeBytes.buffer),
      }) | 0;
    },
  };
  const winfsp: WinFsp = { calls: calls as WinFspCalls, path: "", version: { major: 2, minor: 1 } };
  return new DriverTransport(winfsp, 5n);
}

Deno.test("the first call says that somebody serves, and each other gives an answer and takes a request", () => {
  const calls: Call[] = [];
  const loop = transport((call) => {
    calls.push(call);
    if (call.size !== null) {
      assert.equal(call.size[0], 100n, "the room there is");
      call.size[0] = calls.length === 3 ? 0n : 88n;
    }
    return 0;
  });
  const request = new Uint8Array(100);
  assert.equal(loop.transact(new Uint8Array(), request), 88);
  assert.equal(loop.transact(Uint8Array.of(1, 2), request), 0, "a tick");
  loop.respond(Uint8Array.of(3));
  const seen = calls.map((call) => [call.response?.[0] ?? null, call.request === null]);
  assert.deepEqual(seen, [[null, true], [null, false], [1, false], [3, true]]);
});

Deno.test("a volume that is stopped ends the loop, and takes answers that nobody waits for", () => {
  let isStopped = false;
  const loop = transport(() => isStopped ? NtStatus.CANCELLED : 0);
  isStopped = true;
  assert.equal(loop.transact(new Uint8Array(), new Uint8Array(100)), -1);
  loop.respond(Uint8Array.of(1));
});

Deno.test("what the library refuses else ends the server", () => {
  let status = 0;
  const loop = transport(() => status);
  status = NtStatus.INVALID_PARAMETER;
  assert.throws(() => loop.transact(new Uint8Array(), new Uint8Array(100)), VolumeError);
  assert.throws(() => loop.respond(Uint8Array.of(1)), VolumeError);
});

Deno.test("memory that a request names by address is read and written", () => {
  const loop = transport(() => 0);
  const memory = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory));
  const into = new Uint8Array(8).subarray(2, 5);
  loop.load(address + 1n, into);
  assert.deepEqual([...into], [2, 3, 4]);
  loop.store(address + 4n, Uint8Array.of(9, 8));
  assert.deepEqual([...memory], [1, 2, 3, 4, 9, 8]);
  loop.load(0n, new Uint8Array());
  loop.store(0n, new Uint8Array());
  assert.throws(() => loop.load(0n, into), /no memory/);
});
