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

/** The path of names from the file upwards, each with a NUL. */
export function pathOf(record: Uint8Array, from: number, to: number): string {
  const names = recordText(record, from, to).split("\0");
  // What follows the last NUL is nothing.
  names.pop();
  return `/${names.reverse().join("/")}`;
}
