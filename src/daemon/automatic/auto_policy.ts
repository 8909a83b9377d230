/**
 * When checkpoints are made by themselves.
 *
 * In words: `off`, `all`, or some of `calls`, `quiet`, `mass-delete` and `timer` with commas between them, and a number behind a
 * colon where another one than usual is wanted: `calls,quiet:1m,mass-delete:200,timer:5m`.
 *
 * @module
 */

export interface AutoPolicy {
  /** What agents' hooks tell of becomes checkpoints. */
  readonly calls: boolean;
  /** When nothing was written for so long, ms; null: not. */
  readonly quietMs: number | null;
  /** When so many names were deleted one soon after the other; null: not. */
  readonly deletions: number | null;
  /** Every so often, ms; null: not. */
  readonly timerMs: number | null;
}

const OFF: AutoPolicy = { calls: false, quietMs: null, deletions: null, timerMs: null };

const QUIET_MS = 30_000;
const DELETIONS = 50;
const TIMER_MS = 5 * 60_000;

/** Where nobody said otherwise. */
export const DEFAULT_AUTO: AutoPolicy = { ...OFF, calls: true, deletions: DELETIONS };

/** Shortest times, so that nobody records without end. */
const LEAST_MS = 100;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Says why words are no policy. */
export class AutoPolicyError extends Error {
  override readonly name = "AutoPolicyError";
}

/** Throws {@linkcode AutoPolicyError}. */
export function parseAutoPolicy(words: string): AutoPolicy {
  if (words === "off") return OFF;
  if (words === "all") {
    return { calls: true, quietMs: QUIET_MS, deletions: DELETIONS, timerMs: TIMER_MS };
  }
  return words.split(",").map((word) => word.trim()).reduce(withWord, OFF);
}

function withWord(policy: AutoPolicy, word: string): AutoPolicy {
  const [name, amount, ...rest] = word.split(":");
  if (rest.length > 0) throw unknown(word);
  switch (name) {
    case "calls":
      if (amount !== undefined) throw unknown(word);
      return { ...policy, calls: true };
    case "quiet":
      return { ...policy, quietMs: time(word, amount, QUIET_MS) };
    case "mass-delete":
      return { ...policy, deletions: count(word, amount, DELETIONS) };
    case "timer":
      return { ...policy, timerMs: time(word, amount, TIMER_MS) };
    default:
      throw unknown(word);
  }
}

/** The words that mean it, all numbers in them. */
export function autoPolicyWords({ calls, quietMs, deletions, timerMs }: AutoPolicy): string {
  const words = [
    calls ? "calls" : "",
    quietMs === null ? "" : `quiet:${shortTime(quietMs)}`,
    deletions === null ? "" : `mass-delete:${deletions}`,
    timerMs === null ? "" : `timer:${shortTime(timerMs)}`,
  ].filter((word) => word !== "");
  return words.length === 0 ? "off" : words.join(",");
}

function time(word: string, amount: string | undefined, usual: number): number {
  if (amount === undefined) return usual;
  const [, number, unit] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(amount) ?? [];
  const ms = Number(number) * (UNITS[unit ?? ""] ?? NaN);
  if (ms >= LEAST_MS) return ms;
  throw new AutoPolicyError(`${word} needs a time of ${LEAST_MS}ms or more, such as 30s or 5m`);
}

function count(word: string, amount: string | undefined, usual: number): number {
  if (amount === undefined) return usual;
  if (/^[1-9]\d{0,6}$/.test(amount)) return Number(amount);
  throw new AutoPolicyError(`${word} needs a number of deletions, such as mass-delete:50`);
}

function shortTime(ms: number): string {
  const unit = ["h", "m", "s"].find((unit) => ms % UNITS[unit]! === 0) ?? "ms";
  return `${ms / UNITS[unit]!}${unit}`;
}

function unknown(word: string): AutoPolicyError {
  return new AutoPolicyError(
    `${JSON.stringify(word)} is none of off, all, calls, quiet:TIME, mass-delete:N, timer:TIME`,
  );
}
