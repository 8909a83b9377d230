/**
 * Makes any one step of a job fail, as running out of memory does: a step is a call that makes a collection grow, or a new
 * one. The job has no say in it, so no step can be forgotten.
 *
 * @module
 */

const STEPS: readonly (readonly [object: object, method: string])[] = [
  [Map.prototype, "set"],
  [Set.prototype, "add"],
  [Array.prototype, "push"],
  [Array.prototype, "map"],
  [Array.prototype, "flatMap"],
  [Array, "from"],
  [Float64Array, "from"],
];

class StepFailure extends Error {}

/** `failed`: the job threw. `survived`: it met the fault and succeeded. `over`: it has fewer steps. */
export type StepOutcome = "failed" | "survived" | "over";

/** Runs `job`, in which step `n` throws, the first being 1. */
export function failAtStep(n: number, job: () => void): StepOutcome {
  let step = 0;
  const restored: (() => void)[] = [];
  const restore = () => restored.splice(0).forEach((one) => one());
  for (const [object, method] of STEPS) {
    const original = Reflect.get(object, method);
    restored[restored.length] = () => Reflect.set(object, method, original);
    Reflect.set(object, method, function (this: unknown, ...args: unknown[]) {
      if (++step === n) {
        restore();
        throw new StepFailure(`Step ${n}, ${method}`);
      }
      return Reflect.apply(original, this, args);
    });
  }
  try {
    job();
    return step < n ? "over" : "survived";
  } catch (error) {
    if (error instanceof StepFailure) return "failed";
    throw error;
  } finally {
    restore();
  }
}
