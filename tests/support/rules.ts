/**
 * Rules for tests of mounts.
 *
 * @module
 */

import type { PolicyReport } from "../../src/control/service/policy.ts";
import type { Mounted } from "./mounted.ts";

/** A folder of which rules can say something, sources, and a secret. */
export const RULED_PROJECT =
  "mkdir -p infra/prod src; echo plan >infra/prod/main.tf; echo b >src/b; echo S=1 >.env";

/** These are the rules from now on. */
export async function installRules(m: Mounted, rules: readonly object[]): Promise<PolicyReport> {
  const path = `${m.state}/rules.json`;
  await Deno.writeTextFile(path, JSON.stringify({ rules }));
  return await m.ctl("policy", "install", path);
}
