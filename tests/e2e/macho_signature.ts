import assert from "node:assert/strict";

const LC_CODE_SIGNATURE = 0x1d;
const EMBEDDED_SIGNATURE = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
const AD_HOC = 2;
const SHA256 = 2;
const SHA256_BYTES = 32;

/** A Mach-O file has an ad hoc signature, and each page's hash in it is right: without that macOS on arm64 ends it. */
export async function assertSigned(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const header = new DataView(bytes.buffer);
  let at = 32;
  for (let count = header.getUint32(16, true); count > 0; count--) {
    if (header.getUint32(at, true) === LC_CODE_SIGNATURE) break;
    at += header.getUint32(at + 4, true);
  }
  assert.equal(header.getUint32(at, true), LC_CODE_SIGNATURE, "it has no signature");
  const [start, length] = [header.getUint32(at + 8, true), header.getUint32(at + 12, true)];
  assert.equal(start + length, bytes.length, "the signature is what the file ends with");

  const signature = new DataView(bytes.buffer, start);
  assert.equal(signature.getUint32(0), EMBEDDED_SIGNATURE);
  const directory = start + signature.getUint32(16);
  const view = new DataView(bytes.buffer, directory);
  assert.equal(view.getUint32(0), CODE_DIRECTORY);
  assert.ok((view.getUint32(12) & AD_HOC) !== 0, "it is ad hoc");
  assert.deepEqual([view.getUint8(36), view.getUint8(37)], [SHA256_BYTES, SHA256]);
  assert.equal(view.getUint32(32), start, "all before it is signed");

  const pageBytes = 2 ** view.getUint8(39);
  const pages = view.getUint32(28);
  assert.equal(pages, Math.ceil(start / pageBytes));
  for (let page = 0; page < pages; page++) {
    const content = bytes.subarray(page * pageBytes, Math.min((page + 1) * pageBytes, start));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
    const stored = directory + view.getUint32(16) + page * SHA256_BYTES;
    const expected = bytes.subarray(stored, stored + SHA256_BYTES);
    assert.equal(digest.toHex(), expected.toHex(), `page ${page}`);
  }
}
