/**
 * Names of files that the system makes by itself beside those of programs. Linux makes none.
 *
 * @module
 */

import { pick } from "../../host/pick.ts";
import * as macos from "../../mount/macos/own_names.ts";

interface OwnNames {
  isOwnName(name: string): boolean;
  /** Nobody needs it once the mount is gone in which it was open. */
  isOpenOnly(name: string): boolean;
}

const none = () => false;

export const { isOwnName, isOpenOnly } = pick<OwnNames>(
  { isOwnName: none, isOpenOnly: none },
  { macos },
);
