/**
 * What programs do with what is open.
 *
 * A rule is about paths: so every name of a file is asked about, whichever it was opened by.
 *
 * @module
 */

import { Access } from "../../../../ffi/windows/nt_file.ts";
import { Operation } from "../../../policy/operation.ts";
import { Parts } from "../../../policy/question.ts";
import type { Action } from "../../../telemetry/event.ts";
import { isNamed, type OpenFile } from "../opens.ts";
import type { Act } from "./act.ts";
import type { Removals } from "./removals.ts";

/** What is open was removed, or replaced, and has no path any more: nothing is asked about it then. */
function about(file: OpenFile): Omit<Act, "action"> {
  const { view, caller, inode, parent, name } = file;
  return { view, caller, inode, parent: isNamed(file) ? parent : null, name };
}

/** What was opened only in order to run it is read for that. */
export function reading(file: OpenFile, offset: number, size: number): Act {
  const isRun = (file.access & (Access.EXECUTE | Access.READ_DATA)) === Access.EXECUTE;
  const operation = isRun ? Operation.EXEC : Operation.READ;
  return {
    ...about(file),
    action: "read",
    offset,
    size,
    asks: (question) => question.askNode(file.inode, operation),
  };
}

export function writing(file: OpenFile, offset: number, size: number): Act {
  return {
    ...about(file),
    action: "write",
    offset,
    size,
    asks: (question) => question.askNode(file.inode, Operation.WRITE),
  };
}

export function resizing(file: OpenFile, size: number): Act {
  return {
    ...about(file),
    action: "truncate",
    size,
    asks: (question) => question.askNode(file.inode, Operation.TRUNCATE, Parts.RESIZED),
  };
}

/** A file is emptied; `describes`: and gets other attributes, or loses some. `mode`: that it gets. */
export function overwriting(file: OpenFile, describes: boolean, mode: number): Act {
  const act = resizing(file, 0);
  if (!describes) return act;
  return {
    ...act,
    ...(mode === file.inode.mode ? {} : { mode }),
    asks: (question) => act.asks!(question) ?? question.askNode(file.inode, Operation.ATTRIBUTES),
  };
}

/** Attributes, times, owner, extended attributes. `more`: a mode, or the name of what is set. */
export function describing(
  file: OpenFile,
  action: Action,
  more: Pick<Act, "mode" | "target"> = {},
): Act {
  return {
    ...about(file),
    ...more,
    action,
    asks: (question) => question.askNode(file.inode, Operation.ATTRIBUTES),
  };
}

/**
 * A file becomes a link, or one becomes a file: what it was is gone, as if something else had taken its place. What this handle has
 * just made, and nobody has written to, is still being made.
 */
export function turning(file: OpenFile, target: string | null): Act {
  const { inode, isMade } = file;
  const isNew = isMade && inode.size === 0 && !inode.isSymlink;
  return {
    ...about(file),
    action: target === null ? "create" : "symlink",
    ...(target === null ? {} : { target }),
    asks: (question) =>
      isNew
        ? question.askNode(inode, Operation.CREATE)
        : question.askNode(inode, Operation.WRITE, Parts.REPLACED),
  };
}

/** Nothing but a look. */
export function looking(file: OpenFile, action: "stat" | "read"): Act {
  return { ...about(file), action };
}

/** The name that it was opened by goes, and nothing else of the file. `removal`: who has it go. */
export function removing(file: OpenFile, { caller, decided }: ReturnType<Removals["of"]>): Act {
  const isDirectory = file.inode.directory !== null;
  return {
    ...about(file),
    caller,
    ...(decided === null ? {} : { decided }),
    action: isDirectory ? "rmdir" : "unlink",
    asks: (question) =>
      question.askName(file.parent ?? undefined, file.name, isDirectory, Operation.UNLINK),
  };
}
