import { Operation } from "./operation.ts";
import { isAboutProcesses, type Rule } from "./rule.ts";
import { withoutCallers } from "./without_callers.ts";

/** A rule that does not hold altogether, and why: a sentence for people. */
export interface UnheldRule {
  readonly rule: string;
  readonly why: string;
}

/**
 * Rules that do not hold altogether on a mount that is not asked when files are opened. Reading and writing by anybody are
 * refused when they are carried out; whether a file that is in the kernel's memory is run, or which of several
 * processes reads it, only an open can tell.
 */
export function unheldRules(rules: readonly Rule[]): UnheldRule[] {
  return rules.filter(needsOpens).map((rule) => ({ rule: rule.name, why: whyOf(rule) }));
}

/**
 * Rules about paths outside the mount, `isPreloaded`: where programs of runs have the library that holds to them; null: there
 * is none for this system.
 */
export function unheldOutside(rules: readonly Rule[], isPreloaded: boolean | null): UnheldRule[] {
  const why = isPreloaded === null
    ? "Nobody holds to it: only Linux has what does"
    : isPreloaded
    ? "Programs of agentvfs run that are linked dynamically hold to it, and no others; agentvfs run --confine holds for all"
    : "Nobody holds to it: agentvfs quickstart --telemetry changes,ldpreload has programs of runs do so";
  return rules.map(({ name }) => ({ rule: name, why }));
}

/** Rules that mean something else where a mount is not told who asks. */
export function unheldWithoutCallers(rules: readonly Rule[]): UnheldRule[] {
  return rules.flatMap((rule) => {
    const why = withoutCallers(rule);
    return why === null ? [] : [{ rule: rule.name, why }];
  });
}

/** Rules that do not hold altogether on a volume of Windows, where the driver tells which process asks, and nothing else. */
export function unheldOnVolume(rules: readonly Rule[]): UnheldRule[] {
  return rules.flatMap((rule) => {
    const why = whyOnVolume(rule);
    return why === null ? [] : [{ rule: rule.name, why }];
  });
}

function whyOnVolume({ verdict, uids, sessions }: Rule): string | null {
  if (sessions !== null) return "There are no sessions on Windows: it holds for nobody";
  if (uids !== null) {
    const isForAll = verdict === "deny" || verdict === "ask";
    return `A user has no number on Windows: it holds for ${isForAll ? "everybody" : "nobody"}`;
  }
  return null;
}

/** True if a mount has to be asked for opens for the rule to hold altogether. */
export function needsOpens(rule: Rule): boolean {
  if (rule.verdict === "allow") return false;
  const { operations } = rule;
  if (isAboutProcesses(rule)) {
    return (operations & (Operation.READ | Operation.WRITE | Operation.EXEC)) !== 0;
  }
  return (operations & (Operation.READ | Operation.EXEC)) === Operation.EXEC ||
    (rule.verdict === "watch" && (operations & Operation.READ) !== 0);
}

function whyOf(rule: Rule): string {
  const remount = "it holds from the next mount on: agentvfs stop, then agentvfs quickstart";
  if (!isAboutProcesses(rule)) {
    return `Running what is in the kernel's memory is not seen; ${remount}`;
  }
  return (rule.operations & Operation.WRITE) !== 0
    ? `Who writes through a mapping is not seen, so that nobody may; ${remount}`
    : `What another process has read stays readable; ${remount}`;
}
