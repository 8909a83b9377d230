/**
 * Names of files that the system makes by itself beside those of programs. Linux and Windows make none.
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

const no = () => false;
const none = { isOwnName: no, isOpenOnly: no };

export const { isOwnName, isOpenOnly } = pick<OwnNames>(none, { macos, windows: none });
