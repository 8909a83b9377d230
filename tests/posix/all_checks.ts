/**
 * Every check.
 *
 * @module
 */

import type { Check } from "./check.ts";
import { checks as chmodAndChown } from "./checks/chmod_and_chown.ts";
import { checks as data } from "./checks/data.ts";
import { checks as directories } from "./checks/directories.ts";
import { checks as exclusiveAndAppend } from "./checks/exclusive_and_append.ts";
import { checks as extensions } from "./checks/extensions.ts";
import { checks as linkAndUnlink } from "./checks/link_and_unlink.ts";
import { checks as locks } from "./checks/locks.ts";
import { checks as mappings } from "./checks/mappings.ts";
import { checks as names } from "./checks/names.ts";
import { checks as openFiles } from "./checks/open_files.ts";
import { checks as openFlags } from "./checks/open_flags.ts";
import { checks as pathErrors } from "./checks/path_errors.ts";
import { checks as permissions } from "./checks/permissions.ts";
import { checks as programs } from "./checks/programs.ts";
import { checks as renameMatrix } from "./checks/rename_matrix.ts";
import { checks as stickyAndSetgid } from "./checks/sticky_and_setgid.ts";
import { checks as times } from "./checks/times.ts";
import { checks as xattrs } from "./checks/xattrs.ts";

export const ALL_CHECKS: readonly Check[] = [
  ...openFlags,
  ...openFiles,
  ...permissions,
  ...stickyAndSetgid,
  ...renameMatrix,
  ...linkAndUnlink,
  ...pathErrors,
  ...names,
  ...exclusiveAndAppend,
  ...data,
  ...times,
  ...chmodAndChown,
  ...directories,
  ...xattrs,
  ...locks,
  ...mappings,
  ...programs,
  ...extensions,
];
