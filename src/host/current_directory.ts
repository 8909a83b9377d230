/**
 * Where a command stands, and what relative paths mean.
 *
 * @module
 */

export {
  absolutePath,
  currentDirectory,
  CurrentDirectoryError,
} from "./linux/current_directory.ts";
