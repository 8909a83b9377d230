/**
 * Paths that people give.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { ServiceError } from "../../control/service_error.ts";

/** A path given by a person, as trees name it: relative, without a leading `./` or trailing `/`. */
export function treePath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) {
    throw new ServiceError("bad_path", `${path} leads out of the project`, { exit: 2 });
  }
  return binaryString(parts.join("/"));
}
