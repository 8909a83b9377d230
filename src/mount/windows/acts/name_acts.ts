/**
 * What programs do with names: opening, making, moving.
 *
 * @module
 */

import { Access, CreateOption } from "../../../../ffi/windows/nt_file.ts";
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../../store/trees/entry.ts";
import { Operation } from "../../../policy/operation.ts";
import { Parts } from "../../../policy/question.ts";
import type { Action } from "../../../telemetry/event.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import { askMove } from "../../policy/ask_move.ts";
import type { PolicyQuestion, Refusal } from "../../policy/policy_question.ts";
import type { OpenFile } from "../opens.ts";
import type { Act, AskedAct } from "./act.ts";
import type { Place } from "../names/walk.ts";

const WRITES = Access.WRITE_DATA | Access.APPEND_DATA;

/** How something is opened. */
export interface Opening {
  readonly caller: number;
  readonly access: number;
  readonly options: number;
}

type Question = PolicyQuestion<AskedAct>;

/** Rights that a caller has not, who asked for all that it may have. */
export interface Withheld {
  access: number;
}

/** The rights to the bytes of a file, with what each is for. */
const RIGHTS: readonly (readonly [right: number, operation: number])[] = [
  [Access.READ_DATA, Operation.READ],
  [WRITES, Operation.WRITE],
  [Access.EXECUTE, Operation.EXEC],
];

/**
 * What is there is opened: each right to its bytes that is asked for by name has to be allowed. What is not, of all that one may
 * have, goes to `withheld`.
 */
export function opening(place: Place, opening: Opening, withheld: Withheld): Act {
  const { access } = opening;
  const inode = place.inode!;
  return {
    ...at(place, opening),
    action: openAction(inode, access),
    inode,
    asks: (question) => {
      const refusal = askDeletion(question, place, opening, inode.directory !== null);
      if (refusal !== null || !inode.isFile) return refusal;
      for (const [right, operation] of RIGHTS) {
        const refused = (access & right) === 0 ? null : question.askNode(inode, operation);
        if (refused !== null) return refused;
      }
      if ((access & Access.MAXIMUM_ALLOWED) !== 0) withhold(question, inode, withheld);
      return null;
    },
  };
}

function withhold(question: Question, inode: Inode, withheld: Withheld): void {
  const { states, context: { view } } = question;
  for (const place of states.placesOf(view.tree, inode)) {
    for (const [right, operation] of RIGHTS) {
      if (question.denied(place, operation) !== 0) withheld.access |= right;
    }
  }
}

/** Whoever only asks what there is opens nothing. */
function openAction(inode: Inode, access: number): Action {
  if ((access & (WRITES | Access.READ_DATA | Access.EXECUTE | Access.MAXIMUM_ALLOWED)) === 0) {
    return "stat";
  }
  const isRun = inode.isFile && (access & (Access.EXECUTE | WRITES)) === Access.EXECUTE;
  return isRun ? "exec-open" : "open";
}

/** `mode`: what it becomes. */
export function making(place: Place, opening: Opening, mode: number, target: string | null): Act {
  const isDirectory = (mode & S_IFMT) === S_IFDIR;
  const writes = (mode & S_IFMT) === S_IFREG && (opening.access & WRITES) !== 0;
  return {
    ...at(place, opening),
    action: makingAction(mode),
    inode: null,
    mode,
    ...(target === null ? {} : { target }),
    asks: (question) =>
      question.askName(
        place.parent!,
        place.name,
        isDirectory,
        Operation.CREATE,
        writes ? Parts.MADE_TO_WRITE : 0,
      ) ?? askDeletion(question, place, opening, isDirectory),
  };
}

function makingAction(mode: number): Action {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return "create";
    case S_IFDIR:
      return "mkdir";
    case S_IFLNK:
      return "symlink";
    default:
      return "mknod";
  }
}

/** The name goes with the handle. */
function askDeletion(
  question: Question,
  { parent, name }: Place,
  { options }: Opening,
  isDirectory: boolean,
): Refusal | null {
  if ((options & CreateOption.DELETE_ON_CLOSE) === 0) return null;
  return question.askName(parent ?? undefined, name, isDirectory, Operation.UNLINK);
}

function at({ view, parent, name }: Place, { caller }: Opening) {
  return { view, caller, parent, name };
}

/** A name becomes `name` in the directory of `to`, where it takes the place of what is there, which may be spelled otherwise. */
export function moving(
  { view, caller, inode, parent, name: from }: OpenFile,
  to: Place,
  name: string,
): Act {
  const replaced = to.inode === inode ? null : to.inode;
  return {
    view,
    caller,
    action: "rename",
    inode,
    parent,
    name: from,
    target: name,
    targetParent: to.parent!,
    asks: (question) => {
      const { states } = question;
      const isDirectory = inode.directory !== null;
      const before = states.place(parent!, from, isDirectory);
      const named = (name: string) => states.place(to.parent!, name, isDirectory);
      const isTaken = replaced !== null && to.name === name;
      if (replaced !== null && !isTaken) {
        const refusal = askMove(question, before, named(to.name), inode, true);
        if (refusal !== null) return refusal;
      }
      return askMove(question, before, named(name), inode, isTaken);
    },
  };
}
