import type { ConflictReport } from "../../control/service/merge.ts";
import { words } from "./format.ts";
import { safe, style } from "./output.ts";

/** `conflict edit/delete in src/a.ts (agent-1)`; `name` is that of the source. */
export function conflictLine(name: string, conflict: ConflictReport): string {
  const { kind, path, oursPath, theirsPath } = conflict;
  const moved = [oursPath, theirsPath].flatMap((to) => to === undefined ? [] : [`→ ${safe(to)}`]);
  return words(`${style("conflict", "red")} ${kind} in ${safe(path)}`, ...moved, `(${safe(name)})`);
}
