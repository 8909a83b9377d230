/**
 * Making junctions: folders that stand for another one, by its whole path. Unlike symlinks anybody may make them.
 *
 * @module
 */

import { close, controlFile, FileClass, setFile } from "../file.ts";
import { Access, CreateOption, Disposition, DispositionFlag, ReparseControl } from "../nt_file.ts";
import { junctionData } from "../reparse_data.ts";
import { shownTarget } from "../symlink_target.ts";
import { openName } from "./open_at.ts";

/** `target`: stored, as `isJunctionTarget` knows one. What cannot become a junction is not left there as a folder. */
export function makeJunction(directory: number, name: string, target: string): number {
  const handle = openName(directory, name, {
    access: Access.WRITE_DATA | Access.WRITE_ATTRIBUTES | Access.DELETE,
    disposition: Disposition.CREATE,
    options: CreateOption.DIRECTORY_FILE,
  });
  if (handle < 0) return handle;
  const data = junctionData(shownTarget(target));
  const made = controlFile(handle, ReparseControl.SET, data, null);
  if (made < 0) setFile(handle, FileClass.DISPOSITION, Uint8Array.of(DispositionFlag.DELETE));
  close(handle);
  return Math.min(made, 0);
}
