/**
 * Paths that people give.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { paths } from "../../host/current_directory.ts";
import { ServiceError } from "../../control/service_error.ts";

/** What stands between names where this runs: on Windows either slash, whoever asks. */
const SEPARATOR = paths.sep === "\\" ? /[\\/]/ : "/";

/** A path given by a person, as trees name it: relative, without a leading `./` or trailing `/`. */
export function treePath(path: string): string {
  return treePathBy(SEPARATOR, path);
}

/** The same where something else stands between names. */
export function treePathBy(separator: string | RegExp, path: string): string {
  const parts = path.split(separator).filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) {
    throw new ServiceError("bad_path", `${path} leads out of the project`, { exit: 2 });
  }
  return binaryString(parts.join("/"));
}
