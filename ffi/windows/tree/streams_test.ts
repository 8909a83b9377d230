import assert from "node:assert/strict";
import { streamNames } from "./streams.ts";

/** FILE_STREAM_INFORMATION: each line begins at a multiple of eight. */
function laid(...names: string[]): Uint8Array<ArrayBuffer> {
  const sizes = names.map((name) => Math.ceil((24 + 2 * name.length) / 8) * 8);
  const view = new DataView(new ArrayBuffer(sizes.reduce((sum, size) => sum + size, 64)));
  let at = 0;
  names.forEach((name, i) => {
    view.setUint32(at, i === names.length - 1 ? 0 : sizes[i]!, true);
    view.setUint32(at + 4, 2 * name.length, true);
    for (let k = 0; k < name.length; k++) view.setUint16(at + 24 + 2 * k, name.charCodeAt(k), true);
    at += sizes[i]!;
  });
  return new Uint8Array(view.buffer);
}

Deno.test("streams are those beside the one that every file has", () => {
  const zone = ":Zone.Identifier:$DATA";
  assert.deepEqual(streamNames(laid("::$DATA")), []);
  assert.deepEqual(streamNames(laid("::$DATA", zone, ":a:$DATA")), [zone, ":a:$DATA"]);
  assert.deepEqual(streamNames(laid(zone)), [zone], "a folder has none without a name");
  assert.deepEqual(streamNames(new Uint8Array(64)), [], "there is nothing");
});

Deno.test("lines that are cut end the list", () => {
  const lines = laid("::$DATA", ":a:$DATA");
  for (let length = 0; length < 24 + 14 + 2 + 24; length++) {
    assert.deepEqual(streamNames(lines.slice(0, length)), []);
  }
});
