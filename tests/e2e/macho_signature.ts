import assert from "node:assert/strict";

const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;
const EMBEDDED_SIGNATURE = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
const AD_HOC = 2;
const SHA256 = 2;
const SHA256_BYTES = 32;
const MAIN_BINARY = 1n;

/**
 * A Mach-O file has an ad hoc signature for `identifier`, and each page's hash in it is right: without that macOS on arm64
 * ends it.
 */
export async function assertSigned(
  bytes: Uint8Array<ArrayBuffer>,
  identifier: string,
): Promise<void> {
  const header = new DataView(bytes.buffer);
  const segments = new Map<string, { offset: number; size: number; memory: number }>();
  const signatures: number[] = [];
  let at = 32;
  for (let count = header.getUint32(16, true); count > 0; count--) {
    const command = header.getUint32(at, true);
    if (command === LC_CODE_SIGNATURE) signatures.push(at);
    if (command === LC_SEGMENT_64) {
      const [memory, offset, size] = [32, 40, 48].map((field) =>
        Number(header.getBigUint64(at + field, true))
      ) as [number, number, number];
      segments.set(text(bytes, at + 8), { offset, size, memory });
    }
    at += header.getUint32(at + 4, true);
  }
  assert.equal(at, 32 + header.getUint32(20, true), "commands are as long as the header says");
  assert.equal(signatures.length, 1, "it has one signature");
  const [start, length] = [8, 12].map((field) =>
    header.getUint32(signatures[0]! + field, true)
  ) as [
    number,
    number,
  ];
  assert.equal(start % 16, 0);
  assert.equal(start + length, bytes.length, "the signature is what the file ends with");
  const linkEdit = segments.get("__LINKEDIT")!;
  assert.equal([...segments.keys()].at(-1), "__LINKEDIT");
  assert.equal(linkEdit.offset + linkEdit.size, bytes.length, "it is in the last segment");
  assert.ok(linkEdit.memory >= linkEdit.size);

  const signature = new DataView(bytes.buffer, start);
  assert.equal(signature.getUint32(0), EMBEDDED_SIGNATURE);
  assert.equal(signature.getUint32(4), length);
  assert.deepEqual([signature.getUint32(8), signature.getUint32(12)], [1, 0], "one blob");
  const directory = start + signature.getUint32(16);
  const view = new DataView(bytes.buffer, directory);
  assert.equal(view.getUint32(0), CODE_DIRECTORY);
  assert.equal(directory + view.getUint32(4), bytes.length);
  assert.ok(view.getUint32(8) >= 0x20400, "it says where the executable segment is");
  assert.equal(view.getUint32(12), AD_HOC);
  assert.equal(text(bytes, directory + view.getUint32(20)), identifier);
  assert.equal(view.getUint32(24), 0, "no hashes but of pages");
  assert.deepEqual([view.getUint8(36), view.getUint8(37)], [SHA256_BYTES, SHA256]);
  assert.equal(view.getUint32(32), start, "all before it is signed");
  const { offset, size } = segments.get("__TEXT")!;
  assert.deepEqual(
    [64, 72, 80].map((field) => view.getBigUint64(field)),
    [BigInt(offset), BigInt(size), MAIN_BINARY],
  );

  const pageBytes = 2 ** view.getUint8(39);
  const pages = view.getUint32(28);
  assert.equal(pages, Math.ceil(start / pageBytes));
  assert.equal(view.getUint32(16) + pages * SHA256_BYTES, view.getUint32(4));
  for (let page = 0; page < pages; page++) {
    const content = bytes.subarray(page * pageBytes, Math.min((page + 1) * pageBytes, start));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
    const stored = directory + view.getUint32(16) + page * SHA256_BYTES;
    const expected = bytes.subarray(stored, stored + SHA256_BYTES);
    assert.equal(digest.toHex(), expected.toHex(), `page ${page}`);
  }
}

/** Up to a NUL. */
function text(bytes: Uint8Array, at: number): string {
  return new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at)));
}
