/**
 * What lines in conflict become.
 *
 * @module
 */

import { diffComm } from "node-diff3";
import { isComparable } from "./comparison_cost.ts";
import type { LineRegion, LinesInConflict } from "./merge_lines.ts";
import type { MergeStrategy } from "../merge_types.ts";
import { labelText } from "./text.ts";

/** As long as git's. */
const MARKER_LENGTH = 7;

/** The merged text. `conflict` takes the lines of ours. */
export function joinRegions(
  regions: readonly LineRegion[],
  strategy: MergeStrategy,
  labels: { readonly ours: string; readonly theirs: string },
): string {
  const end = lineEnd(regions);
  const parts = regions.map((region) => {
    if ("clean" in region) return region.clean.join("");
    switch (strategy) {
      case "theirs":
        return region.theirs.join("");
      case "union":
        return bothSides(region, end);
      case "markers":
        return marked(region, labels, end);
      default:
        return region.ours.join("");
    }
  });
  return parts.join("");
}

/** The lines of both sides, ours first; a line that both have in the same order comes once. */
function bothSides({ ours, theirs }: LinesInConflict, end: string): string {
  if (!isComparable(ours, theirs)) return whole(ours, end) + whole(theirs, end);
  const parts = diffComm([...ours], [...theirs]).flatMap((part) =>
    part.common ?? [...part.buffer1, ...part.buffer2]
  );
  // Only the last line of a file can lack its end, and it may not be the last one here.
  return parts.map((line, i) => i < parts.length - 1 ? whole([line], end) : line).join("");
}

/** As `git merge` with `merge.conflictStyle=diff3`. */
function marked(
  { base, ours, theirs }: LinesInConflict,
  labels: { readonly ours: string; readonly theirs: string },
  end: string,
): string {
  const marker = (sign: string, label: string) =>
    `${sign.repeat(MARKER_LENGTH)}${label === "" ? "" : ` ${labelText(label)}`}${end}`;
  return marker("<", labels.ours) + whole(ours, end) +
    marker("|", "base") + whole(base, end) +
    marker("=", "") + whole(theirs, end) +
    marker(">", labels.theirs);
}

/** The lines, ended with a line feed in any case. */
function whole(lines: readonly string[], end: string): string {
  const text = lines.join("");
  return text === "" || text.endsWith("\n") ? text : text + end;
}

/** How the text ends its lines, by the first that has an end. */
function lineEnd(regions: readonly LineRegion[]): string {
  for (const region of regions) {
    const [line] = "clean" in region ? region.clean : [...region.ours, ...region.base];
    if (line?.endsWith("\n")) return line.endsWith("\r\n") ? "\r\n" : "\n";
  }
  return "\n";
}
