/**
 * The records of a PAX extended header (POSIX.1-2024, pax): what a field of a tar header has no room for.
 *
 * @module
 */

/** Records as bytes of a binary string: `LENGTH KEY=VALUE\n`, where the length counts itself. */
export function paxRecords(records: ReadonlyMap<string, string>): string {
  let text = "";
  for (const [key, value] of records) text += paxRecord(key, value);
  return text;
}

function paxRecord(key: string, value: string): string {
  const rest = key.length + value.length + 3;
  let length = rest + 1;
  while (length !== rest + String(length).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

/** A time as PAX has it: seconds with a decimal fraction. */
export function paxTime(seconds: number, nanoseconds: number): string {
  if (nanoseconds === 0) return String(seconds);
  // The nanoseconds go on from the second below; the text counts from 0.
  const isNegative = seconds < 0;
  const whole = isNegative ? -seconds - 1 : seconds;
  const part = isNegative ? 1_000_000_000 - nanoseconds : nanoseconds;
  const fraction = String(part).padStart(9, "0").replace(/0+$/, "");
  return `${isNegative ? "-" : ""}${whole}.${fraction}`;
}
