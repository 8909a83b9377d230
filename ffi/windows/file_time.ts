/**
 * FILETIME: units of 100 ns since 1601. Those of a u64 beyond the year 30828 no call takes.
 *
 * @module
 */

const EPOCH_SECONDS = 11_644_473_600;
const UNITS_PER_SECOND = 10_000_000;
const LATEST = 2n ** 63n - 1n;

/** The nearest FILETIME. What is before 1601 is its first instant but one: 0 means "none". */
export function fileTime(sec: number, nsec: number): bigint {
  const units = BigInt(sec + EPOCH_SECONDS) * BigInt(UNITS_PER_SECOND) +
    BigInt(Math.floor(nsec / 100));
  return units < 1n ? 1n : units > LATEST ? LATEST : units;
}

export interface UnixTime {
  readonly sec: number;
  readonly nsec: number;
}

export function unixTime(units: bigint): UnixTime {
  const sec = units / BigInt(UNITS_PER_SECOND);
  return {
    sec: Number(sec) - EPOCH_SECONDS,
    nsec: Number(units - sec * BigInt(UNITS_PER_SECOND)) * 100,
  };
}
