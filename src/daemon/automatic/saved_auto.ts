/**
 * `auto.json` in a workspace: when checkpoints are to be made by themselves.
 *
 * @module
 */

import { join } from "node:path";
import { replaceFile } from "../../store/files/replace_file.ts";
import { type AutoPolicy, autoPolicyWords, DEFAULT_AUTO, parseAutoPolicy } from "./auto_policy.ts";

const FILE = "auto.json";

export function saveAuto(workspace: string, policy: AutoPolicy): void {
  replaceFile(join(workspace, FILE), JSON.stringify({ auto: autoPolicyWords(policy) }) + "\n");
}

/** The usual one where none was saved, or none that can be read. */
export function savedAuto(workspace: string): AutoPolicy {
  try {
    return parseAutoPolicy(JSON.parse(Deno.readTextFileSync(join(workspace, FILE))).auto);
  } catch {
    return DEFAULT_AUTO;
  }
}
