/**
 * Groups of cases, and running them: every case natively and in the mount, one after the other, several times.
 *
 * @module
 */

import type { Bed } from "./bed.ts";
import type { MeasureName } from "./measures/worker.ts";
import type { Comparison, Figure, Result, RoundTrips, Unit } from "./results.ts";
import { summary } from "./statistics.ts";

/** Where a comparison runs: the same tree as a plain directory and as a mount. */
export interface Side {
  readonly name: "native" | "mounted";
  readonly directory: string;
}

/** Cases that share what was set up for them. */
export interface Group<Context> {
  readonly title: string;
  setUp(run: Run): Promise<Context>;
  readonly cases: readonly Case<Context>[];
}

export interface Case<Context> {
  readonly name: string;
  run(context: Context, run: Run): Promise<Result>;
}

/** How a run is to be. */
export interface Run {
  readonly bed: Bed;
  /** Smaller trees and fewer rounds. */
  readonly quick: boolean;
}

/** What a group whose cases are comparisons has to know. */
export interface Sides {
  readonly native: Side;
  readonly mounted: Side;
}

export interface ComparisonOptions<Context> {
  readonly unit: Unit;
  readonly atMost?: number;
  /** Rounds that count, in a full run and in a quick one. */
  readonly rounds?: readonly [full: number, quick: number];
  /** Whether a round that does not count goes first: by default, unless there is only one that counts. */
  readonly warmUp?: boolean;
  /** Brings about what is measured, untimed. */
  prepare?(side: Side, round: number, context: Context, run: Run): Promise<unknown>;
  /** Measures once, in `unit`. */
  measure(side: Side, round: number, context: Context, run: Run): Promise<number>;
}

const ROUNDS = [7, 3] as const;

export function comparison<Context extends Sides>(
  name: string,
  options: ComparisonOptions<Context>,
): Case<Context> {
  const { unit, atMost, rounds = ROUNDS } = options;
  return {
    name,
    run: async (context, run): Promise<Comparison> => {
      const values = { native: [] as number[], mounted: [] as number[] };
      const count = rounds[run.quick ? 1 : 0];
      const { warmUp = count > 1 } = options;
      for (let round = warmUp ? -1 : 0; round < count; round++) {
        // The order changes, so that neither side always finds what the other left behind.
        const sides = round % 2 === 0
          ? [context.native, context.mounted]
          : [context.mounted, context.native];
        for (const side of sides) {
          await options.prepare?.(side, round, context, run);
          const value = await options.measure(side, round, context, run);
          if (round >= 0) values[side.name].push(value);
        }
      }
      const native = summary(values.native);
      const mounted = summary(values.mounted);
      return {
        kind: "comparison",
        name,
        unit,
        native,
        mounted,
        ...(atMost === undefined ? {} : { atMost }),
      };
    },
  };
}

/** A comparison of calls that the measuring process times, in microseconds for one. */
export function calls<Context extends Sides>(
  name: string,
  measure: MeasureName,
  count: number,
  atMost?: number,
): Case<Context> {
  return comparison<Context>(name, {
    unit: "us",
    ...(atMost === undefined ? {} : { atMost }),
    measure: ({ directory }, round, _, { bed, quick }) =>
      bed.worker.measure({
        measure,
        directory,
        count: quick ? Math.ceil(count / 2) : count,
        round,
      }),
  });
}

/** Something only agentvfs does. `measure` returns every measurement. */
export function figure<Context>(
  name: string,
  unit: Unit,
  limits: Pick<Figure, "atMost" | "atLeast">,
  measure: (context: Context, run: Run) => Promise<number[]>,
): Case<Context> {
  return {
    name,
    run: async (context, run): Promise<Figure> => {
      const values = summary(await measure(context, run));
      return { kind: "figure", name, unit, values, ...limits };
    },
  };
}

/** Requests for one of `count` operations; what is rarer than one in ten operations is left out. */
export function roundTrips(
  name: string,
  count: number,
  requests: Readonly<Record<string, number>>,
): RoundTrips {
  const each = Object.entries(requests).map(([opcode, n]) => [opcode, n / count] as const);
  return {
    kind: "round trips",
    name,
    requests: Object.fromEntries(each.filter(([, n]) => n >= 0.1)),
  };
}
