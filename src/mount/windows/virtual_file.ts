/**
 * What is in `.agentvfs`, as it is opened.
 *
 * @module
 */

import type { CtlFile } from "../virtual/ctl_file.ts";
import type { Listed } from "../virtual/virtual_nodes.ts";

export type VirtualFile =
  | { readonly kind: "directory"; readonly id: number; readonly names: readonly Listed[] }
  | { readonly kind: "status"; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  /** `ctl` or `hook`: each open is a conversation of its own. */
  | { readonly kind: "ctl"; readonly id: number; readonly file: CtlFile };
