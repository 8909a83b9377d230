import { ruleReport } from "../../../control/rule_report.ts";
import { CAN_PRELOAD, TELLS_CALLERS } from "../../../host/mounts.ts";
import { checkPolicy } from "../../../policy/check_policy.ts";
import { parsePolicy } from "../../../policy/parse_policy.ts";
import type { Command } from "../../command.ts";
import { readPolicies } from "../../telemetry/policy_source.ts";
import { print, printJson, safe, style } from "../../print/output.ts";

export const command: Command = {
  name: "policy check",
  brief: "explain rules, and say what they leave open",
  prints: () => import("../../outputs/policy_check.ts"),
  positionals: { usage: "FILE|NAME…", min: 1, max: 100 },
  options: {},
  details: `Nothing is installed, and no daemon is needed. Warnings are about rules that are
never reached, and about ways around what a rule refuses. Exit code 1 if there
are any.`,
  async run(input) {
    const rules = parsePolicy(await readPolicies(input.positionals));
    const checked = checkPolicy(rules, { callers: TELLS_CALLERS, preload: CAN_PRELOAD });
    const warnings = checked.reduce((sum, rule) => sum + rule.warnings.length, 0);
    if (input.flags.has("json")) {
      const explained = checked.map(({ rule, means, warnings }) => ({
        rule: ruleReport(rule),
        line: rule.line,
        means,
        warnings,
      }));
      printJson({ rules: explained, warnings });
    } else {
      for (const { rule, means, warnings } of checked) {
        print(safe(`${JSON.stringify(rule.name)} ${means}`));
        for (const warning of warnings) print(`  ${style("warning:", "yellow")} ${safe(warning)}`);
      }
    }
    return warnings > 0 ? 1 : 0;
  },
};
