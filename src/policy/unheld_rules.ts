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
 * refused when they are carried out; whether a file that is in the kernel's memory is looked at or run, or by which of
 * several processes, only an open can tell.
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

/** Rules that ask a filter that is not there. */
export function unheldFilters(rules: readonly Rule[], filters: readonly string[]): UnheldRule[] {
  return rules.flatMap(({ name, verdict, filter, otherwise }) => {
    if (verdict !== "ask" || filters.includes(filter!)) return [];
    const said = otherwise === "deny" ? "denied" : "allowed";
    const why = `There is no filter ${filter}: what it is asked about is ${said}; ` +
      `agentvfs telemetry filter add ${filter} FILE`;
    return [{ rule: name, why }];
  });
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
  if (dependsOnWho(rule)) {
    return (operations & (Operation.READ | Operation.WRITE | Operation.EXEC)) !== 0;
  }
  return (operations & (Operation.READ | Operation.EXEC)) === Operation.EXEC ||
    (rule.verdict === "watch" && (operations & Operation.READ) !== 0);
}

/** What a filter allows to one it may deny to another. */
function dependsOnWho(rule: Rule): boolean {
  return isAboutProcesses(rule) || rule.verdict === "ask";
}

function whyOf(rule: Rule): string {
  return `${
    missingOf(rule)
  }; it holds from the next mount on: agentvfs stop, then agentvfs quickstart`;
}

function missingOf(rule: Rule): string {
  const { verdict, operations } = rule;
  const [reads, writes] = [Operation.READ, Operation.WRITE].map((bit) => (operations & bit) !== 0);
  if (verdict === "watch") {
    if (dependsOnWho(rule) && writes) return "Who writes through a mapping is not seen";
    return `${reads ? "Reading" : "Running"} what is in the kernel's memory is not seen`;
  }
  if (!dependsOnWho(rule)) return "Running what is in the kernel's memory is not refused";
  if (writes) {
    return verdict === "ask"
      ? `Who writes through a mapping is not seen, so that it is as for no answer (${rule.otherwise})`
      : "Who writes through a mapping is not seen, so that nobody may";
  }
  return reads
    ? "What another process has read stays readable"
    : "What another process has run can be run by all";
}
