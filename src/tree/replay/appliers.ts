/**
 * What each journal record does to the tree when it is replayed: one row per type.
 *
 * A record was checked when it was made, and again here: a journal that contradicts the tree is damaged, and
 * applying it all the same would make a tree that never was.
 *
 * @module
 */

import { S_IFMT } from "../../store/trees/entry.ts";
import { applyAttributes, applyXattr } from "../operations/attributes.ts";
import { applyCopy, applyResize, applyWrite, applyZero, LARGEST_FILE } from "../operations/data.ts";
import type { Inode } from "../nodes/inode.ts";
import { JournalError, journalError } from "../journal/journal.ts";
import { type RecordReader, RecordType } from "../journal/journal_record.ts";
import { applyCreate, applyLink, applyRename, applyUnlink, isWithin } from "../operations/names.ts";
import { takeOut } from "../operations/put_back.ts";
import { ROOT_NODE_ID } from "../nodes/inode.ts";
import { keepOut } from "../kept_out.ts";
import { fromOrphanRecord, type OrphanRecord, parseOrphanRecord } from "../orphan.ts";
import { Status } from "../status.ts";
import type { WorkingTree } from "../working_tree.ts";

/** The journal says something that cannot be. */
export class Contradiction extends Error {}

/** Node ids above it are not given out. */
const LARGEST_NODE_ID = 2 ** 52;

/** The tree while records are applied to it. */
export class Replay {
  /** What the node ids in the journal stand for. */
  readonly nodes = new Map<number, Inode>();
  /** The largest node id in it. */
  largestNodeId = ROOT_NODE_ID;
  /** Segment being replayed. */
  segment = 0;

  constructor(readonly tree: WorkingTree) {}

  /**
   * Returns false if the record is about an inode that has no name. Throws {@linkcode Contradiction}, and
   * {@linkcode JournalError} if it cannot know.
   */
  apply(record: RecordReader, position: number): boolean {
    const applier = APPLIERS.get(record.type);
    if (applier === undefined) {
      const message =
        `Cannot replay a journal record of type ${record.type}: a newer version of this ` +
        `program wrote it; use that one`;
      throw new JournalError(message, "newer_version", null);
    }
    try {
      return applier(this, record, position);
    } catch (error) {
      if (error instanceof RangeError) throw new Contradiction("it is too short");
      throw error;
    }
  }

  #node(id: number): Inode | undefined {
    return id === ROOT_NODE_ID ? this.tree.root : this.nodes.get(id);
  }

  node(record: RecordReader): Inode | undefined {
    return this.#node(record.number());
  }

  file(record: RecordReader): Inode | undefined {
    const inode = this.node(record);
    require(inode === undefined || inode.isFile, "it writes to something that is not a file");
    return inode;
  }

  /** A directory with its names loaded. */
  directory(record: RecordReader): Inode | undefined {
    return this.directoryAt(record.number());
  }

  directoryAt(id: number): Inode | undefined {
    const inode = this.#node(id);
    if (inode === undefined) return undefined;
    require(inode.directory !== null, "it names something that is not a directory");
    if (this.tree.load(inode) === Status.Ok) return inode;
    throw journalError("replay", this.tree.journal.directory, "EIO");
  }

  /** The inode of the link table whose number is written out. */
  linked(number: string): Inode | null {
    const ino = Number(number);
    require(isInteger(ino, 2 ** 53) && ino > 0, `it is about the inode ${number}`);
    try {
      return this.tree.linked(ino);
    } catch {
      throw journalError("replay", this.tree.journal.directory, "EIO");
    }
  }

  bind(id: number, inode: Inode): void {
    require(isInteger(id, LARGEST_NODE_ID) && id > 0, `it binds the node id ${id}`);
    this.nodes.set(id, inode);
    this.largestNodeId = Math.max(this.largestNodeId, id);
  }

  time(record: RecordReader): void {
    this.tree.now.sec = record.number();
    this.tree.now.nsec = record.number();
  }
}

type Applier = (replay: Replay, record: RecordReader, position: number) => boolean;

function require(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Contradiction(otherwise);
}

function isInteger(value: number, below: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= below;
}

function requireRange(offset: number, length: number): void {
  const sound = isInteger(offset, LARGEST_FILE) && isInteger(length, LARGEST_FILE) &&
    offset + length <= LARGEST_FILE;
  require(sound, `it is about bytes ${offset} to ${offset + length}`);
}

function child(parent: Inode, name: string): Inode | undefined {
  return parent.directory!.entries!.get(name)?.inode;
}

/** A directory that goes away must be empty. */
function requireRemovable({ tree }: Replay, inode: Inode): void {
  if (inode.directory === null) return;
  tree.load(inode);
  require(inode.directory.entries?.size === 0, "it removes a directory that is not empty");
}

/** What a segment's first record says is dealt with before any is applied. */
const segment: Applier = () => true;

const bind: Applier = (replay, record) => {
  const id = record.number();
  const at = record.number();
  const name = record.string();
  const parent = at === 0 ? undefined : replay.directoryAt(at);
  const found = at === 0 && name !== "" ? replay.linked(name) : parent && child(parent, name);
  // Without a name it is an orphan, which an earlier record tells of if it is still open.
  if (found !== undefined && found !== null) replay.bind(id, found);
  return true;
};

const orphan: Applier = (replay, record) => {
  const told = parseOrphanRecord(record.blob());
  require(told !== null, "it tells of an inode that cannot be");
  if (told.place !== undefined) return keptOutFile(replay, told, ...told.place);
  const known = replay.nodes.get(told.nodeId);
  if (known === undefined) replay.bind(told.nodeId, fromOrphanRecord(told));
  // A rollback brought a file with its number back.
  else if (replay.tree.isOrphan(known)) known.ino = told.ino;
  return true;
};

/**
 * One that a segment before made is what it was when this one was begun. Where the tree has another file since, a rollback
 * has put that in its place.
 */
function keptOutFile(replay: Replay, told: OrphanRecord, at: number, name: string): boolean {
  const parent = replay.directoryAt(at);
  if (parent === undefined) return false;
  const known = child(parent, name);
  if (known !== undefined && known.ino !== told.ino) return false;
  const inode = known ?? fromOrphanRecord(told);
  replay.bind(told.nodeId, inode);
  if (known !== undefined) return true;
  require(inode.isFile, "it keeps what is no file out of checkpoints");
  inode.nlink = 1;
  replay.tree.attach(parent, name, inode);
  keepOut(replay.tree, parent, name);
  return true;
}

const create: Applier = (replay, record) => {
  const { tree } = replay;
  const parent = replay.directory(record);
  const name = record.string();
  const id = record.number();
  const ino = record.number();
  const mode = record.number();
  const uid = record.number();
  const gid = record.number();
  const rdev = record.number();
  const target = record.string();
  replay.time(record);
  require(isInteger(ino, 2 ** 53) && ino > 0, `it makes the inode ${ino}`);
  require(parent === undefined || child(parent, name) === undefined, "it makes a name twice");
  const inode = tree.newInode(ino, mode, uid, gid, rdev, tree.now.sec, tree.now.nsec);
  tree.nextInode = Math.max(tree.nextInode, ino + 1);
  replay.bind(id, inode);
  if (parent !== undefined) {
    applyCreate(tree, inode, parent, name, inode.isSymlink ? target : null);
  } else {
    inode.nlink = 0;
  }
  return true;
};

const link: Applier = (replay, record) => {
  const inode = replay.node(record);
  const parent = replay.directory(record);
  const name = record.string();
  replay.time(record);
  if (inode === undefined || parent === undefined) return false;
  require(inode.directory === null, "it links a directory");
  require(child(parent, name) === undefined, "it makes a name twice");
  applyLink(replay.tree, inode, parent, name);
  return true;
};

const unlink: Applier = (replay, record) => {
  const parent = replay.directory(record);
  const name = record.string();
  replay.time(record);
  if (parent === undefined) return false;
  const inode = child(parent, name);
  require(inode !== undefined, "it removes a name that is not there");
  requireRemovable(replay, inode);
  applyUnlink(replay.tree, parent, name);
  return true;
};

/** What was put back for a checkpoint: there it is, if the checkpoint was stored. */
const gone: Applier = (replay, record) => {
  const parent = replay.directory(record);
  const name = record.string();
  if (parent === undefined) return false;
  if (child(parent, name) !== undefined) takeOut(replay.tree, parent, name);
  return true;
};

const rename: Applier = (replay, record) => {
  const fromParent = replay.directory(record);
  const fromName = record.string();
  const toParent = replay.directory(record);
  const toName = record.string();
  const exchange = record.number() === 1;
  replay.time(record);
  if (fromParent === undefined || toParent === undefined) return false;
  const inode = child(fromParent, fromName);
  const target = child(toParent, toName);
  require(inode !== undefined && inode !== target, "it renames a name that is not there");
  require(!isWithin(toParent, inode), "it moves a directory into itself");
  if (exchange) {
    require(target !== undefined, "it exchanges with a name that is not there");
    require(!isWithin(fromParent, target), "it moves a directory into itself");
  } else if (target !== undefined) {
    requireRemovable(replay, target);
  }
  applyRename(replay.tree, fromParent, fromName, toParent, toName, exchange);
  return true;
};

const attributes: Applier = (replay, record) => {
  const inode = replay.node(record);
  if (inode === undefined) return false;
  const n = () => record.number();
  const mode = n();
  require((mode & S_IFMT) === (inode.mode & S_IFMT), "it makes an inode one of another type");
  applyAttributes(replay.tree, inode, mode, n(), n(), n(), n(), n(), n(), n(), n());
  return true;
};

const write: Applier = (replay, record, position) => {
  const inode = replay.file(record);
  const offset = record.number();
  const length = record.number();
  const mode = record.number();
  replay.time(record);
  requireRange(offset, length);
  require(length > 0 && length === record.payloadLength, "it has not the bytes it tells of");
  if (inode === undefined) return false;
  const start = position + record.length - length;
  applyWrite(replay.tree, inode, offset, length, mode, replay.segment, start);
  return true;
};

const resize: Applier = (replay, record) => {
  const inode = replay.file(record);
  const size = record.number();
  const mode = record.number();
  replay.time(record);
  requireRange(0, size);
  if (inode === undefined) return false;
  applyResize(replay.tree, inode, size, mode);
  return true;
};

const zero: Applier = (replay, record) => {
  const inode = replay.file(record);
  const offset = record.number();
  const length = record.number();
  const size = record.number();
  const mode = record.number();
  replay.time(record);
  requireRange(offset, length);
  requireRange(0, size);
  if (inode === undefined) return false;
  require(size >= inode.size, "it makes a file shorter that it fills with zeros");
  applyZero(replay.tree, inode, offset, length, size, mode);
  return true;
};

const xattr: Applier = (replay, record) => {
  const inode = replay.node(record);
  const name = record.string();
  const present = record.number() === 1;
  const value = record.blob();
  replay.time(record);
  if (inode === undefined) return false;
  applyXattr(replay.tree, inode, name, present ? value : null);
  return true;
};

const copy: Applier = (replay, record) => {
  const from = replay.file(record);
  const fromOffset = record.number();
  const to = replay.file(record);
  const toOffset = record.number();
  const length = record.number();
  const mode = record.number();
  replay.time(record);
  requireRange(fromOffset, length);
  requireRange(toOffset, length);
  if (from === undefined || to === undefined) return false;
  require(fromOffset + length <= from.size, "it copies bytes that are not there");
  applyCopy(replay.tree, from, fromOffset, to, toOffset, length, mode);
  return true;
};

const APPLIERS: ReadonlyMap<number, Applier> = new Map([
  [RecordType.SEGMENT, segment],
  [RecordType.BIND, bind],
  [RecordType.ORPHAN, orphan],
  [RecordType.CREATE, create],
  [RecordType.LINK, link],
  [RecordType.UNLINK, unlink],
  [RecordType.GONE, gone],
  [RecordType.RENAME, rename],
  [RecordType.ATTRIBUTES, attributes],
  [RecordType.WRITE, write],
  [RecordType.RESIZE, resize],
  [RecordType.ZERO, zero],
  [RecordType.XATTR, xattr],
  [RecordType.COPY, copy],
]);
