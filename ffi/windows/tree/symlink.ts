/**
 * Making symlinks, which are of two kinds: to files and to directories. What was a junction is made one again.
 *
 * @module
 */

import { Errno } from "../../errno.ts";
import { close, openObject } from "../file.ts";
import { shownName } from "../names_utf16.ts";
import { Access, CreateOption } from "../nt_file.ts";
import { bindKernel32 } from "../ntdll.ts";
import { ntObject } from "../nt_object.ts";
import { NT_PREFIX } from "../reparse_data.ts";
import { isJunctionTarget, shownTarget } from "../symlink_target.ts";
import { textOfWide, wideString } from "../wide_string.ts";
import { makeJunction } from "./junction.ts";
import { nameOf, openName } from "./open_at.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const kernel = bindKernel32({
  GetFinalPathNameByHandleW: { parameters: ["u64", "buffer", "u32", "u32"], result: "u32" },
  CreateSymbolicLinkW: { parameters: ["buffer", "buffer", "u32"], result: "u8" },
});

const PATH_UNITS = 32_768;
const DIRECTORY = 1;
/** Where the developer mode is on, administrators are not needed. */
const UNPRIVILEGED = 2;

/** Path of what is open, `\\?\C:\…`; null where it has none. */
function pathOf(handle: number): string | null {
  const units = new Uint16Array(PATH_UNITS);
  const bytes = new Uint8Array(units.buffer);
  const length = kernel.GetFinalPathNameByHandleW(BigInt(handle), bytes, PATH_UNITS, 0);
  return length === 0 || length >= PATH_UNITS ? null : textOfWide(units);
}

/** EPERM where this user may not make links, as Windows has it for all but administrators and developers. */
export function symlinkat(target: Bytes, directory: number, name: Bytes): number {
  if (isJunctionTarget(nameOf(target))) {
    return makeJunction(directory, nameOf(name), nameOf(target));
  }
  const parent = pathOf(directory);
  if (parent === null) return -Errno.ENOENT;
  const present = openName(directory, nameOf(name), { access: Access.READ_ATTRIBUTES });
  if (present >= 0) {
    close(present);
    return -Errno.EEXIST;
  }
  const shown = shownTarget(nameOf(target)).target.replace(NT_PREFIX, "");
  const kind = leadsToDirectory(parent, shown) ? DIRECTORY : 0;
  const [link, to] = [`${parent}\\${shownName(nameOf(name))}`, shown].map((text) =>
    new Uint8Array(wideString(text).buffer)
  );
  if (kernel.CreateSymbolicLinkW(link!, to!, kind | UNPRIVILEGED) === 0) return -Errno.EPERM;
  // Some systems say that they have made one.
  const made = openName(directory, nameOf(name), { access: Access.READ_ATTRIBUTES });
  if (made < 0) return -Errno.EOPNOTSUPP;
  return close(made);
}

/** As it is now: what it leads to may come later, and then be of the other kind. */
function leadsToDirectory(parent: string, target: string): boolean {
  const handle = openObject(ntObject(targetPath(parent, target)), {
    access: Access.READ_ATTRIBUTES,
    options: CreateOption.DIRECTORY_FILE,
  });
  if (handle < 0) return false;
  close(handle);
  return true;
}

/** Where a target leads to from a directory, as the kernel calls it. */
export function targetPath(parent: string, target: string): string {
  const inside = parent.replace(/^\\\\\?\\/, "");
  const [root] = /^(?:[A-Za-z]:|UNC\\[^\\]+\\[^\\]+)/.exec(inside) ?? [""];
  if (/^[A-Za-z]:\\/.test(target)) return NT_PREFIX + target;
  const isFromRoot = target.startsWith("\\");
  const whole = isFromRoot ? target : `${inside.slice(root.length)}\\${target}`;
  return `${NT_PREFIX}${root}\\${withoutSteps(whole)}`;
}

/** The kernel takes no `.` and `..`. */
function withoutSteps(path: string): string {
  const names: string[] = [];
  for (const name of path.split("\\")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return names.join("\\");
}
