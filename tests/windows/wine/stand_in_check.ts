/**
 * Runs under wine: WinFsp's functions as this program calls them, against the stand-in, with the loop in a thread of its own.
 * Prints a line for each thing that is as it should be. `stand_in_check.exe LIBRARY`
 */

import assert from "node:assert/strict";
import { NtStatus } from "../../../ffi/windows/nt_status.ts";
import { driveTarget } from "../../../ffi/windows/drive.ts";
import { openWinFsp } from "../../../ffi/windows/winfsp/library.ts";
import { layNotices } from "../../../ffi/windows/winfsp/notify_info.ts";
import {
  CONTROL,
  CREATED,
  Kind,
  KNOCK_CODE,
  REQUEST,
  RESPONSE,
  TRANSFER,
} from "../../../ffi/windows/winfsp/protocol.ts";
import { tokenUsers } from "../../../ffi/windows/winfsp/token_user.ts";
import { Knock } from "../../../ffi/windows/winfsp/knock.ts";
import { VolumeFlush } from "../../../ffi/windows/winfsp/volume_flush.ts";
import { Volume } from "../../../ffi/windows/winfsp/volume.ts";
import { layVolumeParams } from "../../../ffi/windows/winfsp/volume_params.ts";
import { volumeSettings } from "../../../src/mount/windows/volume_settings.ts";

const library = Deno.args[0]!;
const standIn = Deno.dlopen(library, {
  StandInAsk: {
    parameters: ["u64", "buffer", "u32", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  StandInParams: { parameters: ["u64", "buffer"], result: "void" },
  StandInNotices: { parameters: ["u64", "buffer"], result: "u32" },
  StandInState: { parameters: ["u64"], result: "i32" },
}).symbols;

const winfsp = openWinFsp([library]);
assert.deepEqual(winfsp.version, { major: 2, minor: 1 });
assert.throws(() => openWinFsp(["Z:\\nowhere\\winfsp-x64.dll"]), { code: "winfsp_missing" });
done("the library is opened, and a missing one is named");

const settings = volumeSettings(false, 0x1234, 1_700_000_000);
const volume = Volume.create(winfsp, settings);
assert.match(volume.name, /^\\Device\\Volume\{/);
const params = new Uint8Array(504);
standIn.StandInParams(volume.handle, params);
assert.deepEqual(params, layVolumeParams(settings));
done("a volume is made with its parameters");

const letter = volume.mount("*:", null);
assert.match(letter, /^[D-Z]:$/);
assert.equal(state().mounted, letter[0]);
assert.equal(driveTarget(letter), volume.name);
done("a volume is mounted at a free letter");

const worker = new Worker(new URL("./stand_in_worker.ts", import.meta.url), { type: "module" });
const said: Record<string, unknown>[] = [];
let heard = () => {};
worker.onmessage = ({ data }) => {
  said.push(data);
  heard();
};
worker.postMessage({ handle: volume.handle, library });
await until((message) => message.ready === true);

const created = await ask(Kind.CREATE);
assert.equal(created.view.getBigUint64(CREATED.CONTEXT, true), 7n);
assert.equal(created.view.getBigUint64(CREATED.HANDLE, true), 2n ** 40n + 9n);
done("a thread that waits in the library answers while this one goes on");

const memory = crypto.getRandomValues(new Uint8Array(60_000));
const expected = memory.slice();
await transfer(Kind.WRITE);
memory.fill(0);
const { view: read } = await transfer(Kind.READ);
assert.equal(read.getUint32(RESPONSE.INFORMATION, true), memory.length);
assert.deepEqual(memory, expected);
done("data comes and goes by address");

const many = await Promise.all(Array.from({ length: 200 }, () => ask(Kind.CREATE)));
assert.equal(new Set(many.map(({ hint }) => hint)).size, 200);
done("requests that come at once are each answered once");

await ask(Kind.DEVICE_CONTROL, (view) => view.setUint32(CONTROL.CODE, KNOCK_CODE, true));
await until((message) => message.knocked === true);
done("a knock wakes the loop");

const knock = await Knock.open(volume);
assert.equal(await knock.knock(), true);
await knock.close();
assert.equal(await (await VolumeFlush.open(volume)).flush(), true);
done("the volume's root is opened, knocked at, and flushed by calls of Windows");

const refused = await ask(Kind.SET_VOLUME, undefined, NtStatus.INVALID_DEVICE_REQUEST);
assert.equal(refused.size, RESPONSE.SIZE_OF);
done("a status arrives as it was given");

const notices = layNotices([
  { filter: 1, action: 3, name: "\\src" },
  { filter: 0x10, action: 2, name: "naïve.txt" },
]);
assert.equal(await volume.tell([notices]), true);
const told = new Uint8Array(65536);
const toldBytes = standIn.StandInNotices(volume.handle, told);
assert.deepEqual(told.subarray(0, toldBytes), notices);
assert.equal(state().sessions, 1);
done("notices are told, again where a rename is under way");

const sid = tokenUsers().self();
assert.equal(sid[0], 1);
assert.equal(sid.length, 8 + 4 * sid[1]!);
done("the user of this process is known by SID");

assert.equal(state().refused, 0);
volume.cancel();
await until((message) => message.ended === true);
volume.unmount();
volume.stop();
assert.deepEqual({ ...state(), sessions: 0 }, {
  mounted: "\0",
  stopped: true,
  sessions: 0,
  refused: 0,
});
assert.equal(driveTarget(letter), null);
done("the loop ends when it is stopped, and the volume is gone");
worker.terminate();
Deno.exit(0);

async function ask(
  kind: number,
  fill?: (view: DataView) => void,
  status: number = NtStatus.SUCCESS,
) {
  const request = new Uint8Array(REQUEST.SIZE_OF);
  const view = new DataView(request.buffer);
  const hint = crypto.getRandomValues(new BigUint64Array(1))[0]!;
  view.setUint16(REQUEST.SIZE, request.length, true);
  view.setUint32(REQUEST.KIND, kind, true);
  view.setBigUint64(REQUEST.HINT, hint, true);
  fill?.(view);
  const response = new Uint8Array(16384);
  const size = await standIn.StandInAsk(volume.handle, request, request.length, response);
  const answered = new DataView(response.buffer);
  assert.ok(size >= RESPONSE.SIZE_OF, `${size} bytes`);
  assert.equal(answered.getBigUint64(RESPONSE.HINT, true), hint);
  assert.equal(answered.getUint32(RESPONSE.KIND, true), kind);
  assert.equal(answered.getUint32(RESPONSE.STATUS, true), status);
  return { view: answered, size, hint };
}

function transfer(kind: number) {
  return ask(kind, (view) => {
    const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory));
    view.setBigUint64(TRANSFER.ADDRESS, address, true);
    view.setUint32(TRANSFER.LENGTH, memory.length, true);
  });
}

function state() {
  const word = standIn.StandInState(volume.handle);
  return {
    mounted: String.fromCharCode(word & 0xff),
    stopped: (word >> 8 & 0xff) !== 0,
    sessions: word >> 16 & 0xff,
    refused: word >>> 24,
  };
}

async function until(isIt: (message: Record<string, unknown>) => boolean): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!said.some(isIt)) {
    assert.ok(performance.now() < deadline, "the thread says nothing");
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1000);
      heard = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function done(what: string): void {
  console.log(`ok ${what}`);
}
