/**
 * What a run of the benchmark found, and how it is printed.
 *
 * @module
 */

import { ratio, type Summary } from "./statistics.ts";

/** Something done on a plain directory and in the mount. */
export interface Comparison {
  readonly kind: "comparison";
  readonly name: string;
  readonly unit: Unit;
  readonly native: Summary;
  readonly mounted: Summary;
  /** Largest ratio that is good enough, mounted over native. */
  readonly atMost?: number;
}

/** Something only agentvfs does. */
export interface Figure {
  readonly kind: "figure";
  readonly name: string;
  readonly unit: Unit;
  readonly values: Summary;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** Requests the kernel sent for one operation of a user, by name. */
export interface RoundTrips {
  readonly kind: "round trips";
  readonly name: string;
  readonly requests: Readonly<Record<string, number>>;
}

/** Something that was not measured, and why. */
export interface Skipped {
  readonly kind: "skipped";
  readonly name: string;
  readonly why: string;
}

export type Result = Comparison | Figure | RoundTrips | Skipped;

export type Unit = "us" | "ms" | "MB/s" | "files/s" | "KiB" | "MiB" | "requests" | "ratio";

const NAME_WIDTH = 62;

/** One line of the table. */
export function line(result: Result): string {
  const name = result.name.padEnd(NAME_WIDTH);
  switch (result.kind) {
    case "comparison": {
      const { native, mounted, unit, atMost } = result;
      const { median, min, max } = ratio(native, mounted);
      const spread = `${fixed(min)}-${fixed(max)}`;
      return name + quantity(native.median, unit) + quantity(mounted.median, unit) +
        fixed(median).padStart(8) + spread.padStart(14) + limit(median, atMost);
    }
    case "figure": {
      const { values, unit, atMost, atLeast } = result;
      const { median, min, max } = values;
      const spread = `${digits(min)}-${digits(max)}`;
      return name + "".padStart(14) + quantity(median, unit) + "".padStart(8) +
        spread.padStart(14) + limit(median, atMost, atLeast);
    }
    case "round trips": {
      const entries = Object.entries(result.requests);
      const total = entries.reduce((sum, [, count]) => sum + count, 0);
      const list = entries.map(([opcode, count]) => `${opcode} ${digits(count)}`).join(", ");
      return `${name}${digits(total).padStart(8)}   ${list}`;
    }
    case "skipped":
      return `${name}   not measured: ${result.why}`;
  }
}

/** The line above a group's. */
export function header(title: string): string {
  return title.padEnd(NAME_WIDTH) + "native".padStart(14) + "mounted".padStart(14) +
    "ratio".padStart(8) + "(pairs)".padStart(14) + "  at most";
}

function limit(value: number, atMost?: number, atLeast?: number): string {
  if (atMost !== undefined) return `  ${atMost}${value > atMost ? "  MISSED" : ""}`;
  if (atLeast !== undefined) return `  at least ${atLeast}${value < atLeast ? "  MISSED" : ""}`;
  return "";
}

function quantity(value: number, unit: Unit): string {
  return `${digits(value)} ${unit}`.padStart(14);
}

function fixed(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Three digits that say something. */
function digits(value: number): string {
  if (value === 0) return "0";
  const whole = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return String(Number(value.toFixed(Math.min(whole, 3))));
}
