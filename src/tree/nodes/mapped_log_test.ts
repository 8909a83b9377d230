import assert from "node:assert/strict";
import { cString } from "../../../ffi/binary_string.ts";
import { close, O_CREAT, O_RDONLY, O_RDWR, open } from "../../host/files.ts";
import { MappedLog } from "./mapped_log.ts";

function withFile(body: (path: string) => void): void {
  const directory = Deno.makeTempDirSync();
  try {
    body(`${directory}/log`);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

/** Bytes that differ from their neighbours and are never 0. */
function pattern(length: number, seed: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => 1 + (i * 7 + seed * 13) % 255);
}

Deno.test("what is appended is in the file, across windows, and zeros behind it", () =>
  withFile((path) => {
    const fd = open(cString(path), O_RDWR | O_CREAT, 0o600);
    const log = new MappedLog(fd);
    const parts = [1, 100, 1_000_000, 200_000, 5, 3_000_000, 70].map(pattern);
    let position = 0;
    for (const part of parts) {
      assert.ok(log.append(part, part.length, position));
      position += part.length;
      const written = Deno.readFileSync(path);
      assert.deepEqual(written.subarray(position - part.length, position), part);
      assert.ok(written.subarray(position).every((byte) => byte === 0));
    }
    const all = Uint8Array.from(parts.flatMap((part) => [...part]));
    assert.deepEqual(Deno.readFileSync(path).subarray(0, position), all);
    log.close();
    close(fd);
  }));

Deno.test("only the bytes asked for are appended", () =>
  withFile((path) => {
    const fd = open(cString(path), O_RDWR | O_CREAT, 0o600);
    const log = new MappedLog(fd);
    assert.ok(log.append(pattern(100, 1), 10, 0));
    assert.deepEqual([...Deno.readFileSync(path).subarray(9, 12)], [pattern(10, 1)[9], 0, 0]);
    log.close();
    close(fd);
  }));

Deno.test("a file that cannot be written to as memory is told, and left as it is", () =>
  withFile((path) => {
    Deno.writeTextFileSync(path, "before");
    const fd = open(cString(path), O_RDONLY);
    assert.equal(new MappedLog(fd).append(pattern(10, 1), 10, 6), false);
    assert.equal(Deno.readTextFileSync(path), "before");
    close(fd);
  }));
