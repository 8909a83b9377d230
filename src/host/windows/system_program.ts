/**
 * Where Windows keeps its programs.
 *
 * @module
 */

import { join } from "node:path";

/** Path of a program that comes with the system, whatever `%PATH%` says. Its bare name where the system has none such. */
export function systemProgram(name: string): string {
  const root = Deno.env.get("SystemRoot");
  if (!root) return name;
  const path = join(root, "System32", `${name}.exe`);
  try {
    return Deno.statSync(path).isFile ? path : name;
  } catch {
    return name;
  }
}
