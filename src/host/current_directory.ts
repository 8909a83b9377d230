/**
 * Where a command stands, and what relative paths mean.
 *
 * @module
 */

import * as linux from "./linux/current_directory.ts";
import * as macos from "./macos/current_directory.ts";
import * as windows from "./windows/current_directory.ts";
import { pick } from "./pick.ts";

export const { absolutePath, currentDirectory, CurrentDirectoryError, noProject, paths } = pick(
  linux,
  {
    macos,
    windows,
  },
);
