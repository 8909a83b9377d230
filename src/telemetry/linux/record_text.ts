/** Bytes `[from, to)` as a binary string. */
export function recordText(record: Uint8Array, from: number, to: number): string {
  let result = "";
  for (let at = from; at < to; at++) result += String.fromCharCode(record[at]!);
  return result;
}

/** As {@linkcode recordText}, as far as the first NUL. */
export function recordString(record: Uint8Array, from: number, to: number): string {
  const end = record.subarray(from, to).indexOf(0);
  return recordText(record, from, end < 0 ? to : from + end);
}
