import type { PolicyReport } from "../../control/service/policy.ts";
import type { CommandInput } from "../command.ts";
import { columns, localTime, several } from "../print/format.ts";
import { print, printError, printJson, safe } from "../print/output.ts";

/** The rules there are, and which of them do not hold altogether. */
export function printPolicy(input: CommandInput, report: PolicyReport): void {
  if (input.flags.has("json")) return printJson(report);
  const { version, installed, from, rules, denied } = report;
  if (rules.length === 0) return print("no rules: everything is allowed");
  const count = several(rules.length, "rule");
  const when = installed === null ? "" : `, installed ${localTime(installed)}`;
  print(`${count} from ${safe(from.join(", "))}, version ${version}${when}`);
  for (const line of columns(rules.map(row))) print(`  ${line}`);
  if (denied > 0) {
    print(`${denied} refused since the server began: agentvfs policy denials lists the last`);
  }
  for (const { rule, why } of report.unheld) {
    printError(`warning: ${safe(JSON.stringify(rule))} does not hold altogether: ${safe(why)}`);
  }
}

function row(rule: PolicyReport["rules"][number]): string[] {
  const { verdict, operations, path_pattern: pattern, name } = rule;
  const verb = verdict === "ask" ? `ask ${rule.filter}, otherwise ${rule.otherwise}` : verdict;
  const what = rule.deletions === null ? operations : `before ${rule.deletions} deletions`;
  return [safe(verb), what, safe(pattern), safe(name), safe(whom(rule))];
}

/** To whom it applies, where that is not all. */
function whom(rule: PolicyReport["rules"][number]): string {
  const of = (what: string, values: readonly (string | number)[] | null) =>
    values === null ? [] : [`${what} ${values.join(", ")}`];
  return [
    ...of("branch", rule.branches),
    ...of("program", rule.programs),
    ...of("user", rule.uids),
    ...of("session", rule.sessions),
  ].join("; ");
}
