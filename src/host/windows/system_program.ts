/**
 * Where Windows keeps its programs.
 *
 * @module
 */

import { isAbsolute, join } from "node:path/win32";
import { firstReal } from "../linux/system_program.ts";

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

/** Real path of the executable that a name stands for in %PATH%; null where it stands for none. */
export function programOnPath(name: string): string | null {
  return firstReal((Deno.env.get("PATH") ?? "").split(";"), isAbsolute, `${name}.exe`);
}
