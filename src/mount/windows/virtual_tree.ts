/**
 * `.agentvfs` on a volume: `status`, `ctl`, `hook`, `branches\NAME` and `checkpoints\REF`, as on a mount of Linux
 * (`src/mount/fuse/virtual_files.ts`). What only the daemon knows it is asked, and the request carried out again once it
 * has answered.
 *
 * @module
 */

import { fileTime } from "../../../ffi/windows/file_time.ts";
import { storedName } from "../../../ffi/windows/names_utf16.ts";
import { FileAttribute } from "../../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../../ffi/windows/nt_status.ts";
import { FILE_INFO, RESPONSE, TRANSFER } from "../../../ffi/windows/winfsp/protocol.ts";
import { S_IFDIR, S_IFREG } from "../../store/trees/entry.ts";
import { ancestryOf, CtlAnswers } from "../virtual/ctl_answers.ts";
import type { Door } from "../virtual/ctl_file.ts";
import type { Answer, Question } from "../virtual/question.ts";
import {
  BRANCHES,
  branchNames,
  CHECKPOINTS,
  type Listed,
  MAIN_NAME,
  VIRTUAL_NAME,
  VirtualNodes,
} from "../virtual/virtual_nodes.ts";
import { MAIN_VIEW, type View, type ViewTable, VIRTUAL_VIEW, wireNode } from "../views.ts";
import { type Context, layOpenInfo, type VirtualPart } from "./context.ts";
import type { DirectoryWriter } from "./directory_writer.ts";
import type { VirtualFile } from "./virtual_file.ts";
import type { Home } from "./names/walk.ts";

/** Longest piece of a command or an event in one write. */
const LONGEST_WRITE = 1024 * 1024;

/** Numbers of files; those of directories are the nodes'. */
const FILE_IDS: Readonly<Record<Door | "status", number>> = { ctl: 1, status: 2, hook: 3 };

type Led = ReturnType<Home["walk"]>;

export class VirtualTree implements Home, VirtualPart {
  readonly nodes: VirtualNodes;
  /** What the daemon has answered for the request at hand, by the question. */
  answers: ReadonlyMap<string, Answer> = new Map();
  /** The tree that the request at hand was led to. */
  visited: View | null = null;
  /** Process that makes the request at hand. */
  caller = 0;
  readonly #answers: Readonly<Record<Door, CtlAnswers>> = {
    ctl: new CtlAnswers("ctl"),
    hook: new CtlAnswers("hook"),
  };

  constructor(readonly views: ViewTable) {
    this.nodes = new VirtualNodes(views);
  }

  walk(view: View, names: readonly string[]): Led {
    const [first, ...rest] = names;
    if (first === undefined) return directory(view.number, this.nodes.names(home(view)));
    const isFile = first === "ctl" || first === "hook" || first === "status";
    if (isFile && rest.length > 0) return { status: NtStatus.OBJECT_PATH_NOT_FOUND };
    if (first === "ctl" || first === "hook") {
      const file = this.#answers[first].find(view.number, ancestryOf(this.caller));
      return { virtual: { kind: "ctl", id: fileId(view, first), file } };
    }
    if (first === "status") return this.#status(view);
    const stored = rest.map(storedName);
    if (first === "branches") return this.#branch(view, stored, rest);
    if (first === "checkpoints" && view.number === MAIN_VIEW) return this.#checkpoint(stored);
    return missing(rest.length);
  }

  #status(view: View): Led {
    return this.#asked({ about: "status", view: view.number }, ({ text = "" }) => {
      const line = text.endsWith("\n") ? text : text + "\n";
      const bytes = new TextEncoder().encode(line);
      return { virtual: { kind: "status", id: fileId(view, "status"), bytes } };
    });
  }

  /** Names of branches may have slashes in them: directories lead to those. */
  #branch(view: View, names: readonly string[], shown: readonly string[]): Led {
    if (view.number !== MAIN_VIEW) return this.#child(view, names, shown);
    if (names[0] === MAIN_NAME) return { reparse: "\\" + shown.slice(1).join("\\") };
    for (let count = 1; count <= names.length; count++) {
      const name = names.slice(0, count).join("/");
      if (this.nodes.hasBranch(name)) {
        return this.#root({ about: "branch", name, view: MAIN_VIEW }, count);
      }
      if (!this.nodes.hasBranchesBelow(`${name}/`)) return missing(names.length - count);
    }
    const prefix = names.map((name) => `${name}/`).join("");
    const listed = this.nodes.names({ kind: "branches", prefix });
    return directory(BRANCHES, listed);
  }

  /**
   * Of the branches that were made from one only the daemon knows. They are where main has them: the driver knows files by their
   * names, and none is to have two.
   */
  #child(view: View, names: readonly string[], shown: readonly string[]): Led {
    const { number } = view;
    for (let count = 1; count <= names.length; count++) {
      const question = { about: "branch", name: names.slice(0, count).join("/"), view: number };
      const led = this.#root(question as Question, count);
      if ("view" in led) return { reparse: ["", VIRTUAL_NAME, "branches", ...shown].join("\\") };
      if (!("status" in led)) return led;
      if (this.#told(question as Question)?.isPrefix !== true) return led;
    }
    return this.#asked({ about: "children", view: number }, ({ names: all = [] }) => {
      const prefix = names.map((name) => `${name}/`).join("");
      return directory(BRANCHES, branchNames(all, prefix));
    });
  }

  #checkpoint([ref]: readonly string[]): Led {
    if (ref !== undefined) return this.#root({ about: "checkpoint", ref }, 1);
    return this.#asked(
      { about: "checkpoints" },
      ({ names = [] }) => directory(CHECKPOINTS, names.map((name) => ({ name, type: S_IFDIR }))),
    );
  }

  #root(question: Question, count: number): Led {
    return this.#asked(question, ({ view: number }) => {
      if (number === undefined || number === null) return missing(0);
      const view = this.views.get(number);
      // It was closed on the way.
      if (view === undefined) return { question };
      this.visited = view;
      return { view, used: count + 1 };
    });
  }

  #asked(question: Question, complete: (answer: Answer) => Led): Led {
    const answer = this.#told(question);
    if (answer === undefined) return { question };
    return answer.failed ? { status: NtStatus.IO_DEVICE_ERROR } : complete(answer);
  }

  #told(question: Question): Answer | undefined {
    return this.answers.get(JSON.stringify(question));
  }

  layInfo(view: DataView, at: number, file: VirtualFile): void {
    const isDirectory = file.kind === "directory";
    const attributes = isDirectory ? FileAttribute.DIRECTORY : FileAttribute.NORMAL;
    const { tree } = this.views.main;
    tree.tick();
    const now = fileTime(tree.now.sec, tree.now.nsec);
    for (let i = 0; i < FILE_INFO.SIZE_OF; i += 8) view.setBigUint64(at + i, 0n, true);
    view.setUint32(at + FILE_INFO.ATTRIBUTES, attributes, true);
    view.setBigUint64(at + FILE_INFO.SIZE, BigInt(sizeOf(file)), true);
    view.setBigUint64(at + FILE_INFO.ALLOCATION, BigInt(sizeOf(file)), true);
    const { CREATION, ACCESS, WRITE, CHANGE } = FILE_INFO;
    for (const time of [CREATION, ACCESS, WRITE, CHANGE]) view.setBigUint64(at + time, now, true);
    view.setBigUint64(at + FILE_INFO.INDEX, BigInt(wireNode(VIRTUAL_VIEW, file.id)), true);
    view.setUint32(at + FILE_INFO.LINKS, 1, true);
  }

  read(context: Context, address: bigint, offset: number, length: number): number {
    const file = context.file.virtual!;
    if (file.kind === "directory") return NtStatus.INVALID_DEVICE_REQUEST;
    const count = Math.max(0, Math.min(length, sizeOf(file) - offset));
    if (count === 0) return length === 0 ? NtStatus.SUCCESS : NtStatus.END_OF_FILE;
    const bytes = new Uint8Array(count);
    if (file.kind === "status") bytes.set(file.bytes.subarray(offset, offset + count));
    else file.file.read(offset, bytes, 0, count);
    context.memory.store(address, bytes);
    context.response.information = count;
    return NtStatus.SUCCESS;
  }

  /** `offset` null: at the end. */
  write(context: Context, offset: number | null, length: number): number {
    const { request, file: { virtual, view, caller } } = context;
    if (virtual?.kind !== "ctl") return NtStatus.ACCESS_DENIED;
    if (length > LONGEST_WRITE) return NtStatus.INVALID_PARAMETER;
    const { file } = virtual;
    const at = offset ?? file.size;
    const answered = this.answers.get(WRITTEN);
    if (answered === undefined) {
      const piece = new Uint8Array(length);
      context.memory.load(request.bigint(TRANSFER.ADDRESS), piece);
      const said = file.said(at, piece);
      if (said === null) return written(context, length);
      return context.wait({ question: { ...said, view: view.number, caller, cached: null } });
    }
    if (answered.failed) return NtStatus.IO_DEVICE_ERROR;
    const { text } = answered;
    if (text !== undefined) {
      const line = text === "" || text.endsWith("\n") ? text : text + "\n";
      const bytes = new TextEncoder().encode(line);
      file.answered(at + length, bytes);
      this.#answers[file.kind].keep(view.number, ancestryOf(caller), bytes, at + length);
    }
    return written(context, length);
  }

  empty(file: VirtualFile): void {
    this.cut(file, 0);
  }

  cut(file: VirtualFile, size: number): void {
    if (file.kind === "ctl") file.file.resize(size);
  }

  list(file: VirtualFile, writer: DirectoryWriter, marker: number): NtStatus {
    if (file.kind !== "directory") return NtStatus.NOT_A_DIRECTORY;
    const all = [DOT, DOT_DOT, ...file.names];
    for (let i = marker; i < all.length; i++) {
      const { name, type } = all[i]!;
      const attributes = type === S_IFREG ? FileAttribute.NORMAL : FileAttribute.DIRECTORY;
      const isAdded = writer.add(
        name,
        i + 1,
        (view, at) => view.setUint32(at + FILE_INFO.ATTRIBUTES, attributes, true),
      );
      if (!isAdded) return NtStatus.SUCCESS;
    }
    writer.end();
    return NtStatus.SUCCESS;
  }
}

/** What the answer to a write is kept as: it is said once. */
const WRITTEN = "written";

/** What a question's answer is looked up by when the request is carried out again. */
export function answerKey(question: Question): string {
  return question.about === "command" || question.about === "event"
    ? WRITTEN
    : JSON.stringify(question);
}

const DOT: Listed = { name: ".", type: S_IFDIR };
const DOT_DOT: Listed = { name: "..", type: S_IFDIR };

function home({ number }: View) {
  return { kind: "home", view: number } as const;
}

function directory(id: number, names: readonly Listed[]): Led {
  return { virtual: { kind: "directory", id, names } };
}

function fileId({ number }: View, kind: Door | "status"): number {
  return CHECKPOINTS + 16 + 4 * number + FILE_IDS[kind];
}

/** `left`: names behind the one that is not there. */
function missing(left: number): Led {
  return {
    status: left > 0 ? NtStatus.OBJECT_PATH_NOT_FOUND : NtStatus.OBJECT_NAME_NOT_FOUND,
  };
}

function sizeOf(file: VirtualFile): number {
  if (file.kind === "status") return file.bytes.length;
  return file.kind === "ctl" ? file.file.size : 0;
}

function written(context: Context, length: number): number {
  context.response.information = length;
  layOpenInfo(context, RESPONSE.BODY);
  return NtStatus.SUCCESS;
}
