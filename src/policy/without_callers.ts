import { Operation } from "./operation.ts";
import { isAboutProcesses, type Rule } from "./rule.ts";

/**
 * What is otherwise with a rule where a mount is told neither who asks nor that a file is read in order to run it: a sentence
 * for people; null: nothing.
 */
export function withoutCallers(rule: Rule): string | null {
  const refuses = rule.verdict === "deny" || rule.verdict === "ask";
  if (isAboutProcesses(rule)) {
    return `macOS does not tell who asks: it is about ${refuses ? "everybody" : "nobody"}`;
  }
  const looks = rule.operations & (Operation.READ | Operation.EXEC);
  return rule.verdict !== "allow" && looks === Operation.EXEC
    ? "macOS does not tell that a file is read in order to run it: add read"
    : null;
}
