/**
 * What each operation asks of the rules, a row each.
 *
 * A rule is about paths, a request about nodes and names: so every name of a file counts, and both names of a rename and of
 * a link. A file is not moved or linked to where a rule about its content does not hold; a directory not, if a rule about
 * anything in it would not hold there any more, or begin to.
 *
 * @module
 */

import { Fattr, Opcode } from "../../../ffi/fuse_kernel.ts";
import { CONTENT_OPERATIONS, Operation } from "../../policy/operation.ts";
import { lostBetween } from "../../policy/policy.ts";
import { Parts } from "../../policy/question.ts";
import { RENAME_EXCHANGE } from "../../tree/operations/names.ts";
import type { Inode } from "../../tree/nodes/inode.ts";
import { type Context, otherNode } from "./context.ts";
import { asksForOpens } from "./init.ts";
import { BODY } from "./request.ts";
import { askMove } from "../policy/ask_move.ts";
import type { PolicyQuestion, Refusal, Row as RowOf } from "../policy/policy_question.ts";

type Row = RowOf<Context>;
type Question = PolicyQuestion<Context>;

const O_ACCMODE = 3;
const O_TRUNC = 0o1000;
/** Of an open in order to run the file (__FMODE_EXEC). */
const FMODE_EXEC = 0o40;

/** What the request is about. */
function nodeOf({ context }: Question): Inode | undefined {
  return context.tree.node(context.request.nodeId);
}

function createFile(question: Question): Refusal | null {
  const { request } = question.context;
  const parts = (request.u32(BODY) & O_ACCMODE) === 0 ? 0 : Parts.MADE_TO_WRITE;
  return question.askName(
    nodeOf(question),
    request.name(BODY + 16),
    false,
    Operation.CREATE,
    parts,
  );
}

/** `at`: where the name is. */
function makes(at: number, isDirectory: boolean): Row {
  return (question) => {
    const name = question.context.request.name(BODY + at);
    return question.askName(nodeOf(question), name, isDirectory, Operation.CREATE);
  };
}

function removes(isDirectory: boolean): Row {
  return (question) => {
    const name = question.context.request.name(BODY);
    return question.askName(nodeOf(question), name, isDirectory, Operation.UNLINK);
  };
}

/** Where opens are not asked for, the first one is all there is, and what comes of it is asked about. */
function open(question: Question): Refusal | null {
  const { request, connection } = question.context;
  if (!asksForOpens(connection)) return null;
  const flags = request.u32(BODY);
  const access = flags & O_ACCMODE;
  let operations = access === 1 ? 0 : (flags & FMODE_EXEC) !== 0 ? Operation.EXEC : Operation.READ;
  if (access !== 0) operations |= Operation.WRITE;
  if ((flags & O_TRUNC) !== 0) operations |= Operation.TRUNCATE;
  return eachOf(operations, (operation) => question.askNode(nodeOf(question), operation));
}

/** The first that is refused. */
function eachOf(operations: number, ask: (operation: number) => Refusal | null): Refusal | null {
  for (let bit = 1; bit <= operations; bit <<= 1) {
    const refusal = (operations & bit) === 0 ? null : ask(bit);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** Where opens are asked for, only what was opened in order to run it is read without the right to read. */
function read(question: Question): Refusal | null {
  const { request, connection } = question.context;
  const isRun = (request.u32(BODY + 32) & FMODE_EXEC) !== 0;
  const operations = !isRun
    ? Operation.READ
    : asksForOpens(connection)
    ? Operation.EXEC
    : Operation.READ | Operation.EXEC;
  return eachOf(operations, (operation) => question.askNode(nodeOf(question), operation));
}

function write(question: Question): Refusal | null {
  return question.askNode(nodeOf(question), Operation.WRITE);
}

/** Its modes but one take bytes away. */
function fallocate(question: Question): Refusal | null {
  const FALLOC_FL_KEEP_SIZE = 1;
  const mode = question.context.request.u32(BODY + 24);
  const parts = (mode & ~FALLOC_FL_KEEP_SIZE) === 0 ? 0 : Operation.TRUNCATE;
  return question.askNode(nodeOf(question), Operation.WRITE, parts);
}

function copyFileRange(question: Question): Refusal | null {
  const { context } = question;
  const target = context.tree.node(otherNode(context, BODY + 16));
  return question.askNode(nodeOf(question), Operation.READ) ??
    question.askNode(target, Operation.WRITE);
}

const ATTRIBUTES = Fattr.MODE | Fattr.UID | Fattr.GID;
const TIMES = Fattr.ATIME | Fattr.MTIME | Fattr.CTIME;

/** A new size comes with new times. What asks for nothing is part of a write. */
function setattr(question: Question): Refusal | null {
  const valid = question.context.request.u32(BODY);
  const resizes = (valid & Fattr.SIZE) !== 0;
  const changes = (valid & (resizes ? ATTRIBUTES : ATTRIBUTES | TIMES)) !== 0;
  const node = nodeOf(question);
  return (resizes ? question.askNode(node, Operation.TRUNCATE, Parts.RESIZED) : null) ??
    (changes ? question.askNode(node, Operation.ATTRIBUTES) : null);
}

function setAttribute(question: Question): Refusal | null {
  return question.askNode(nodeOf(question), Operation.ATTRIBUTES);
}

function link(question: Question): Refusal | null {
  const { context, states } = question;
  const parent = nodeOf(question);
  const source = otherNode(context, BODY);
  const inode = source < 0 ? undefined : context.tree.node(source);
  if (parent?.directory == null || inode === undefined) return null;
  const target = states.place(parent, context.request.name(BODY + 8), false);
  const after = question.decide(target);
  for (const place of states.placesOf(context.tree, inode)) {
    const decision = question.decide(place);
    const lost = lostBetween(decision, after, CONTENT_OPERATIONS);
    const denied = lost | question.denied(place, Operation.LINK);
    if (denied !== 0) return { place, operation: Operation.LINK, denied };
  }
  return question.ask(target, Operation.LINK, Parts.NAMED);
}

function renames(names: number, flagsAt: number | null): Row {
  return (question) => {
    const { context, states } = question;
    const { tree, request } = context;
    const target = otherNode(context, BODY);
    const [from, to] = [nodeOf(question), target < 0 ? undefined : tree.node(target)];
    if (from?.directory == null || to?.directory == null) return null;
    const source = tree.lookup(from, request.name(names));
    const fromName = request.name(names);
    const toName = request.name(request.nameEnd);
    const replaced = tree.lookup(to, toName);
    // What is not there is told by the handler.
    if (typeof source === "number") return null;
    const isDirectory = source.directory !== null;
    const before = states.place(from, fromName, isDirectory);
    const after = states.place(to, toName, isDirectory);
    if (typeof replaced === "number") return askMove(question, before, after, source, false);
    const other = { ...after, isDirectory: replaced.directory !== null };
    if (flagsAt === null || request.u32(flagsAt) !== RENAME_EXCHANGE) {
      return askMove(question, before, after, source, true) ??
        question.ask(other, Operation.RENAME, Parts.REPLACED);
    }
    const back = { ...before, isDirectory: other.isDirectory };
    return askMove(question, before, after, source, true) ??
      askMove(question, other, back, replaced, true);
  };
}

/** By opcode. What has no row is not asked about. */
export const POLICY_ROWS: ReadonlyMap<number, Row> = new Map<number, Row>([
  [Opcode.CREATE, createFile],
  [Opcode.MKNOD, makes(16, false)],
  [Opcode.MKDIR, makes(8, true)],
  [Opcode.SYMLINK, makes(0, false)],
  [Opcode.UNLINK, removes(false)],
  [Opcode.RMDIR, removes(true)],
  [Opcode.LINK, link],
  [Opcode.RENAME, renames(BODY + 8, null)],
  [Opcode.RENAME2, renames(BODY + 16, BODY + 8)],
  [Opcode.OPEN, open],
  [Opcode.READ, read],
  [Opcode.WRITE, write],
  [Opcode.FALLOCATE, fallocate],
  [Opcode.COPY_FILE_RANGE, copyFileRange],
  [Opcode.SETATTR, setattr],
  [Opcode.SETXATTR, setAttribute],
  [Opcode.REMOVEXATTR, setAttribute],
]);
