/**
 * Rules that a command line names: built-in sets, files, or the standard input.
 *
 * @module
 */

import { BUILT_IN_SETS } from "../../policy/built_in_sets.ts";
import { parsePolicy, rulesIn } from "../../policy/parse_policy.ts";
import { PolicyError } from "../../policy/policy_error.ts";
import { reason } from "../../daemon/workspaces/workspace.ts";
import { CommandError } from "../command_error.ts";

/** One after the other, as the text of a policy. Throws {@linkcode CommandError}. */
export async function readPolicies(sources: readonly string[]): Promise<string> {
  const [only] = sources;
  if (sources.length === 1) return await readPolicy(only!);
  const texts = await Promise.all(sources.map(readPolicy));
  return JSON.stringify({ rules: texts.flatMap(rulesIn) });
}

/** Its rules are right. */
async function readPolicy(source: string): Promise<string> {
  const set = Object.hasOwn(BUILT_IN_SETS, source) ? BUILT_IN_SETS[source] : undefined;
  if (set !== undefined) return JSON.stringify({ rules: set.rules });
  const text = await textOf(source);
  try {
    parsePolicy(text);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const { code, message, hint, line } = error;
    const where = source === "-" ? "The standard input" : source;
    throw new CommandError(code, 2, `${where}: ${message}`, { hint, details: { line } });
  }
  return text;
}

async function textOf(source: string): Promise<string> {
  try {
    if (source === "-") return await new Response(Deno.stdin.readable).text();
    return await Deno.readTextFile(source);
  } catch (cause) {
    const names = Object.keys(BUILT_IN_SETS).join(", ");
    const message = `Cannot read the policy ${source}: ${reason(cause)}`;
    throw new CommandError("no_policy", 2, message, {
      hint: `Name a file, - for the standard input, or a built-in set: ${names}`,
      cause,
    });
  }
}
