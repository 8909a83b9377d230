import { binaryString } from "../../../ffi/binary_string.ts";
import { parsePolicy } from "../../policy/parse_policy.ts";
import { outsideRules, outsideTable } from "../../policy/outside_table.ts";
import { type PreloadRules, RULES_BYTES } from "../../telemetry/preload_rules.ts";

/**
 * The rules about paths outside the mount, for the programs that hold to them. `text`: as a policy's file has them; "": there are
 * none. `places`: where the mount is, binary strings. Throws `PolicyError`.
 */
export function preloadRules(text: string, places: readonly string[]): PreloadRules {
  const rules = outsideRules(text === "" ? [] : parsePolicy(text));
  return {
    table: outsideTable(rules, places, RULES_BYTES),
    names: rules.map(({ name }) => binaryString(name)),
  };
}
