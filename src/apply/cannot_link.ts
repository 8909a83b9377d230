import { failureCode } from "../host/failure.ts";

/** Across file systems, too many, not allowed, or of a file system that knows no second name. */
const FAILURES: ReadonlySet<string> = new Set(["EXDEV", "EMLINK", "EPERM", "EOPNOTSUPP", "ENOSYS"]);

/** True if a link failed with `result` because the file there cannot have another name. */
export function cannotLink(result: number): boolean {
  return FAILURES.has(failureCode(result));
}
