/**
 * What of a file system other processes have mounted something over.
 *
 * @module
 */

export { coveredPaths } from "./linux/covered_paths.ts";
