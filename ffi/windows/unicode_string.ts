/**
 * UNICODE_STRING: text with its length, which lies somewhere else.
 *
 * @module
 */

export const UNICODE_STRING = { SIZE_OF: 16, LENGTH: 0, ADDRESS: 8 } as const;

/** Text of so many bytes of UTF-16. */
export function wideText(view: DataView, at: number, length: number): string {
  let text = "";
  for (let i = 0; i + 1 < length; i += 2) text += String.fromCharCode(view.getUint16(at + i, true));
  return text;
}

/** What a call has written into a buffer, text and all: the text of the UNICODE_STRING at `at`. */
export function unicodeString(view: DataView<ArrayBuffer>, at: number, address: bigint): string {
  const length = view.getUint16(at + UNICODE_STRING.LENGTH, true);
  if (length === 0) return "";
  const start = Number(view.getBigUint64(at + UNICODE_STRING.ADDRESS, true) - address);
  return start < 0 || start + length > view.byteLength ? "" : wideText(view, start, length);
}
