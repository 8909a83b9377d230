/**
 * What a checkpoint is called in `.agentvfs/checkpoints`.
 *
 * @module
 */

import { NAME_MAX } from "../../tree/working_tree.ts";

const ID_DIGITS = 12;

/** Its label, where that can be a file's name; else the beginning of its id. */
export function checkpointName(
  { id, label }: { readonly id: string; readonly label: string | null },
): string {
  return label !== null && isFileName(label) ? label : id.slice(0, ID_DIGITS);
}

function isFileName(label: string): boolean {
  return !/^$|[/\0\n]/.test(label) && label !== "." && label !== ".." &&
    new TextEncoder().encode(label).length <= NAME_MAX;
}
