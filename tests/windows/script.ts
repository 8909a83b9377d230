/**
 * Rows of the table that holds the adapter to the rules of NT: what there is, what a program does, what the last call
 * answers, and what there is then.
 *
 * What there is: `a` a file, `a=text`, `d/`, `l->target`, `!a` one that may not be written, `*a` a program; `%ff` is a byte.
 * Steps are parted by `;`. `x: open a` names a handle, `@x read` uses it; without a name it is `h`, and what
 * had the name is closed. In steps `%uf03a` is a
 * unit of UTF-16, and `/` parts names.
 *
 * @module
 */

import { unixTime } from "../../ffi/windows/file_time.ts";
import {
  type ExtendedAttribute,
  layExtendedAttributes,
  parseExtendedAttributes,
} from "../../ffi/windows/extended_attributes.ts";
import {
  Access,
  CreateOption,
  DispositionFlag,
  FileAttribute,
  InformationClass,
  RenameFlag,
  ReparseControl,
  ReparseTag,
} from "../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../ffi/windows/nt_status.ts";
import {
  junctionData,
  parseJunctionData,
  parseReparseData,
  parseSymlinkData,
  reparseData,
  symlinkData,
} from "../../ffi/windows/reparse_data.ts";
import {
  CleanupBit,
  CONSTRAINED,
  CONTROL,
  CreateBit,
  CREATED,
  DIR_INFO,
  DirectoryBit,
  EA,
  FILE_INFO,
  Kind,
  Outcome,
  RESPONSE,
  SECURITY,
  SET_INFORMATION,
  SET_VOLUME,
  STREAM_INFO,
  VOLUME_INFO,
} from "../../ffi/windows/winfsp/protocol.ts";
import { layDescriptor, sidBytes } from "../../ffi/windows/security_descriptor.ts";
import { utf16 } from "../../src/mount/windows/response.ts";
import { S_IFDIR, S_IFLNK, S_IFREG } from "../../src/store/trees/entry.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { create } from "../../src/tree/operations/names.ts";
import { read } from "../../src/tree/operations/data.ts";
import { readTarget } from "../../src/tree/operations/read.ts";
import type { WorkingTree } from "../../src/tree/working_tree.ts";
import { writeText } from "../tree/fixture.ts";
import type { Driver, Handle } from "./driver.ts";
import { type Answer, type OpenOptions, textOf } from "./driver_requests.ts";
import { UnhadOption } from "./driver_rules.ts";
import { Share } from "./open_names.ts";
import { USER } from "./served.ts";

/** What there is, the steps, what the last one answers, and what there is then. */
export type ScriptRow = readonly [
  given: string,
  steps: string,
  then: string,
  tree?: string,
];

/** So often the kernel lets itself be sent elsewhere. */
const MOST_REPARSES = 63;

const DISPOSITIONS: Readonly<Record<string, number>> = {
  super: 0,
  open: 1,
  create: 2,
  openif: 3,
  over: 4,
  overif: 5,
};

const STATUS_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(NtStatus).map(([name, status]) => [status, name]),
);
const OUTCOME_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Outcome).map(([name, outcome]) => [outcome, name.toLowerCase()]),
);
const ATTRIBUTES = Object.entries(FileAttribute);

export function statusName(status: number): string {
  return STATUS_NAMES.get(status) ?? `0x${status.toString(16)}`;
}

/** A stored name of a row. */
function stored(text: string): string {
  return text.replace(/%([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

function shown(text: string): string {
  return text.replace(/%u([0-9a-f]{4})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
    .replace(/%20/g, " ");
}

function escaped(text: string): string {
  return text.replace(/[^!-~]|%/g, (c) => {
    const unit = c.charCodeAt(0);
    return unit < 0x100
      ? `%${unit.toString(16).padStart(2, "0")}`
      : `%u${unit.toString(16).padStart(4, "0")}`;
  });
}

/** Makes what a row says there is. */
export function given(tree: WorkingTree, text: string): void {
  for (const word of text.split(/\s+/).filter((word) => word !== "")) {
    const mark = /^[!*]/.exec(word)?.[0];
    const [path, target] = (mark ? word.slice(1) : word).split("->");
    const [place, content = ""] = path!.split("=");
    const names = place!.split("/").map(stored);
    let at = tree.root;
    names.forEach((name, i) => {
      if (name === "") return;
      const found = tree.lookup(at, name);
      const isDirectory = i < names.length - 1;
      if (typeof found !== "number") at = found;
      else if (isDirectory) at = made(tree, at, name, S_IFDIR | 0o755, null);
      else if (target !== undefined) made(tree, at, name, S_IFLNK | 0o777, stored(target));
      else {
        const mode = mark === "!" ? 0o444 : mark === "*" ? 0o755 : 0o644;
        const file = made(tree, at, name, S_IFREG | mode, null);
        if (content !== "") writeText(tree, file, 0, content);
      }
    });
    if (mark === "!" && place!.endsWith("/")) at.mode = S_IFDIR | 0o555;
  }
}

function made(tree: WorkingTree, parent: Inode, name: string, mode: number, target: string | null) {
  const inode = create(tree, parent, name, mode, 0, 0, 0, target);
  if (typeof inode === "number") throw new Error(`Cannot make ${name}: ${inode}`);
  return inode;
}

/** What there is, as rows say it, by name. */
export function treeText(tree: WorkingTree): string {
  const words: string[] = [];
  const walk = (inode: Inode, path: string) => {
    tree.load(inode);
    for (const name of [...inode.directory!.entries!.keys()].sort()) {
      const child = inode.directory!.entries!.get(name)!.inode;
      const place = path + escaped(name);
      const mark = child.isSymlink
        ? ""
        : (child.mode & 0o222) === 0
        ? "!"
        : child.isFile && (child.mode & 0o111) !== 0
        ? "*"
        : "";
      if (child.isDirectory) {
        words.push(`${mark}${place}/`);
        walk(child, `${place}/`);
      } else if (child.isSymlink) words.push(`${place}->${readTarget(tree, child)}`);
      else if (!child.isFile) words.push(`?${place}`);
      else {
        const bytes = new Uint8Array(child.size);
        read(tree, child, 0, bytes, 0, bytes.length);
        const text = new TextDecoder().decode(bytes).replaceAll("\0", ".");
        words.push(mark + place + (text === "" ? "" : `=${text}`));
      }
    }
  };
  walk(tree.root, "");
  return words.join(" ");
}

const ACCESSES: Readonly<Record<string, number>> = {
  read: Access.READ_DATA | Access.READ_ATTRIBUTES,
  write: Access.WRITE_DATA,
  append: Access.APPEND_DATA,
  del: Access.DELETE,
  attr: Access.READ_ATTRIBUTES,
  setattr: Access.WRITE_ATTRIBUTES,
  max: Access.MAXIMUM_ALLOWED,
};
const OPTIONS: Readonly<Record<string, number>> = {
  dir: CreateOption.DIRECTORY_FILE,
  file: CreateOption.NON_DIRECTORY_FILE,
  doc: CreateOption.DELETE_ON_CLOSE,
  link: CreateOption.OPEN_REPARSE_POINT,
  blind: UnhadOption.NO_EA_KNOWLEDGE,
  byid: UnhadOption.OPEN_BY_ID,
};
const NEW_ATTRIBUTES: Readonly<Record<string, number>> = {
  ro: FileAttribute.READONLY,
  hidden: FileAttribute.HIDDEN,
  sys: FileAttribute.SYSTEM,
  arch: FileAttribute.ARCHIVE,
  normal: FileAttribute.NORMAL,
  adir: FileAttribute.DIRECTORY,
  tmp: 0x100,
};
const SHARES: Readonly<Record<string, number>> = {
  r: Share.READ,
  w: Share.WRITE,
  d: Share.DELETE,
};
const BITS: Readonly<Record<string, number>> = {
  target: CreateBit.OPEN_TARGET_DIRECTORY,
};

function sum(words: readonly string[], values: Readonly<Record<string, number>>): number {
  return words.reduce((all, word) => all | (values[word] ?? 0), 0);
}

/** Carries out steps, and says what the last one answered. */
export class Script {
  readonly #handles = new Map<string, Handle>();

  constructor(readonly driver: Driver) {}

  run(steps: string): string {
    return steps.split(";").map((step) => this.step(step.trim())).at(-1)!;
  }

  /** Closes what is open. */
  end(): void {
    for (const handle of this.#handles.values()) this.driver.close(handle);
    this.#handles.clear();
  }

  step(step: string): string {
    const named = /^(\w+): (.*)$/.exec(step);
    const used = /^@(\w+) (.*)$/.exec(step);
    const name = named?.[1] ?? used?.[1] ?? "h";
    const [verb, ...words] = (named?.[2] ?? used?.[2] ?? step).split(/\s+/) as [
      string,
      ...string[],
    ];
    if (verb in DISPOSITIONS) return this.#open(name, DISPOSITIONS[verb]!, words);
    if (verb === "vol") return this.#volume(this.driver.ask(Kind.QUERY_VOLUME));
    if (verb === "label") return this.#setLabel(words[0] ?? "", Number(words[1] ?? 2));
    if (verb === "flushall") return statusName(this.driver.ask(Kind.FLUSH_BUFFERS).status);
    const handle = this.#handles.get(name);
    if (handle === undefined) throw new Error(`Nothing is open as ${name} (${step})`);
    const act = this.#verbs[verb];
    if (act === undefined) throw new Error(`Nobody knows how to ${verb}`);
    return act(handle, words, name);
  }

  #open(name: string, disposition: number, [path = "", ...words]: readonly string[]): string {
    const ea = words.filter((word) => word.startsWith("ea:")).map((word) =>
      attribute(word.slice(3))
    );
    const link = words.find((word) => word.startsWith("->"));
    const share = words.find((word) => word.startsWith("share:"));
    const open: OpenOptions = {
      disposition,
      options: sum(words, OPTIONS),
      access: words.some((word) => word in ACCESSES) ? sum(words, ACCESSES) : Access.ALL,
      attributes: sum(words, NEW_ATTRIBUTES),
      ...(share === undefined ? {} : { share: sum([...share.slice(6)], SHARES) }),
      bits: sum(words, BITS) | (link === undefined ? 0 : CreateBit.EA_IS_REPARSE_POINT),
      ea: link === undefined ? layExtendedAttributes(ea) : linkTo(link.slice(2)),
    };
    const full = "\\" + shown(path).replaceAll("/", "\\");
    let { answer, handle } = this.driver.open(full, open);
    if (words.includes("follow")) {
      for (let i = 0; i < MOST_REPARSES && answer.status === NtStatus.REPARSE; i++) {
        ({ answer, handle } = this.driver.open(this.driver.ledTo(answer).target, open));
      }
    }
    if (answer.status === NtStatus.REPARSE) {
      return `REPARSE ${escaped(this.driver.ledTo(answer).target).replaceAll("\\", "/")}`;
    }
    if (handle === null) return statusName(answer.status);
    const before = this.#handles.get(name);
    if (before !== undefined) this.driver.close(before);
    this.#handles.set(name, handle);
    if (words.includes("name?")) return escaped(answer.text(CREATED.FILE_NAME));
    if (words.includes("granted?")) {
      return `0x${answer.view.getUint32(CREATED.GRANTED_ACCESS, true).toString(16)}`;
    }
    if (words.includes("cached?")) {
      return answer.view.getUint32(CREATED.BITS, true) === 1 ? "uncached" : "cached";
    }
    return `SUCCESS ${OUTCOME_NAMES.get(answer.information)}`;
  }

  #volume({ status, view }: Answer): string {
    if (status !== 0) return statusName(status);
    const at = RESPONSE.BODY;
    const length = view.getUint16(at + VOLUME_INFO.LABEL_BYTES, true);
    let label = "";
    for (let i = 0; i < length; i += 2) {
      label += String.fromCharCode(view.getUint16(at + VOLUME_INFO.LABEL + i, true));
    }
    return `${label} ${view.getBigUint64(at, true)} ${view.getBigUint64(at + 8, true)}`;
  }

  #setLabel(label: string, kind: number): string {
    return this.#volume(
      this.driver.ask(
        Kind.SET_VOLUME,
        [SET_VOLUME.CLASS, kind],
        [SET_VOLUME.LABEL, utf16(label)],
      ),
    );
  }

  readonly #verbs: Readonly<
    Record<string, (handle: Handle, words: readonly string[], name: string) => string>
  > = {
    close: (handle, _words, name) => {
      this.driver.close(handle);
      this.#handles.delete(name);
      return "SUCCESS";
    },
    cleanup: (handle, words) =>
      statusName(
        this.driver.cleanup(handle, words.includes("archive") ? CleanupBit.SET_ARCHIVE : 0).status,
      ),
    closed: (handle, _words, name) => {
      this.#handles.delete(name);
      return statusName(this.driver.closed(handle).status);
    },
    write: (handle, [offset = "0", text = "", ...words]) => {
      const bytes = new TextEncoder().encode(text);
      const at = offset === "end" ? 2n ** 64n - 1n : Number(offset);
      const bits = words.includes("constrained") ? CONSTRAINED : 0;
      return counted(this.driver.write(handle, at, bytes, bits));
    },
    read: (handle, [offset = "0", length = "100"]) => {
      const { answer, bytes } = this.driver.read(handle, Number(offset), Number(length));
      if (answer.status !== 0) return statusName(answer.status);
      return `SUCCESS '${new TextDecoder().decode(bytes).replaceAll("\0", ".")}'`;
    },
    size: (handle, [size]) => this.#set(handle, InformationClass.END_OF_FILE, Number(size)),
    alloc: (handle, [size]) => this.#set(handle, InformationClass.ALLOCATION, Number(size)),
    delete: (handle, words) =>
      statusName(this.driver.dispose(handle, DispositionFlag.DELETE | disposition(words)).status),
    undelete: (handle) => statusName(this.driver.dispose(handle, 0).status),
    rename: (handle, [path = "", ...words]) => {
      const flags = (words.includes("replace") ? RenameFlag.REPLACE : 0) |
        (words.includes("posix") ? RenameFlag.POSIX | RenameFlag.REPLACE : 0) |
        (words.includes("force") ? RenameFlag.IGNORE_READONLY : 0);
      const full = "\\" + shown(path).replaceAll("/", "\\");
      return statusName(this.driver.rename(handle, full, flags).status);
    },
    attr: (handle) => attributeNames(this.#info(handle, FILE_INFO.ATTRIBUTES)),
    info: (handle, [field = "SIZE"]) =>
      String(this.#info(handle, FILE_INFO[field as keyof typeof FILE_INFO])),
    setattr: (handle, words) => this.#basic(handle, sum(words, NEW_ATTRIBUTES), {}),
    settime: (handle, [field = "WRITE", seconds = "0"]) =>
      this.#basic(handle, 0, { [field]: Number(seconds) }),
    keeptime: (handle, [field = "WRITE"]) =>
      statusName(this.driver.setBasic(handle, 0, { [field]: -1n }).status),
    time: (handle, [field = "WRITE"]) => {
      const answer = this.driver.about(handle, Kind.QUERY_INFORMATION);
      const at = RESPONSE.BODY + FILE_INFO[field as "WRITE"];
      return String(unixTime(answer.view.getBigUint64(at, true)).sec);
    },
    setclass: (handle, [kind]) =>
      statusName(this.driver.setInformation(handle, Number(kind)).status),
    flush: (handle) => statusName(this.driver.about(handle, Kind.FLUSH_BUFFERS).status),
    list: (handle, words) => this.#list(handle, shown(words[0] ?? "")),
    stat: (handle, [name = ""]) => this.#stat(handle, shown(name)),
    eas: (handle) => {
      const answer = this.driver.about(handle, Kind.QUERY_EA);
      if (answer.status !== 0) return statusName(answer.status);
      const list = parseExtendedAttributes(answer.buffer(EA.QUERIED))!;
      // As the driver says it of an empty list.
      return list.length === 0 ? "NO_EAS_ON_FILE" : list.map(eaText).join(" ");
    },
    setea: (handle, words) => {
      const list = layExtendedAttributes(words.map(attribute));
      return statusName(this.driver.about(handle, Kind.SET_EA, [EA.SET, list]).status);
    },
    badea: (handle) =>
      statusName(this.driver.about(handle, Kind.SET_EA, [EA.SET, Uint8Array.of(1, 2)]).status),
    getlink: (handle) => {
      const answer = this.#control(handle, ReparseControl.GET, new Uint8Array());
      return answer.status !== 0 ? statusName(answer.status) : linkText(answer.buffer(24));
    },
    setlink: (handle, [target = ""]) =>
      statusName(this.#control(handle, ReparseControl.SET, linkTo(target)).status),
    setreparse: (handle, [tag = "0"]) =>
      statusName(
        this.#control(handle, ReparseControl.SET, reparseData(Number(tag), new Uint8Array()))
          .status,
      ),
    dellink: (handle, [tag = String(ReparseTag.SYMLINK)]) =>
      statusName(
        this.#control(handle, ReparseControl.DELETE, reparseData(Number(tag), new Uint8Array()))
          .status,
      ),
    fsctl: (handle, [code = "0"]) =>
      statusName(this.#control(handle, Number(code), new Uint8Array()).status),
    streams: (handle) => {
      const answer = this.driver.about(handle, Kind.QUERY_STREAMS);
      const bytes = answer.buffer(RESPONSE.BODY);
      if (bytes.length === 0) return "none";
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      return `${view.getUint16(0, true)} ${view.getBigUint64(STREAM_INFO.STREAM_SIZE, true)}`;
    },
    sd: (handle) => {
      const answer = this.driver.about(handle, Kind.QUERY_SECURITY);
      return `${statusName(answer.status)} ${answer.buffer(RESPONSE.BODY).length}`;
    },
    setsd: (handle, [which = "4", owner = "none", ...dacl]) => {
      const sid = (text: string) => text === "user" ? USER : sidBytes(text);
      const bytes = layDescriptor({
        owner: owner === "none" ? null : sid(owner),
        group: null,
        dacl: dacl.length === 0 ? null : dacl.map((word) => {
          const [kind, mask, who] = word.split(",");
          return { allows: kind === "allow", mask: Number(mask), sid: sid(who!) };
        }),
      });
      return statusName(
        this.driver.about(
          handle,
          Kind.SET_SECURITY,
          [SECURITY.INFORMATION, Number(which)],
          [SECURITY.DESCRIPTOR, bytes],
        ).status,
      );
    },
    badsd: (handle) =>
      statusName(
        this.driver.about(
          handle,
          Kind.SET_SECURITY,
          [SECURITY.INFORMATION, 4],
          [SECURITY.DESCRIPTOR, new Uint8Array(8)],
        ).status,
      ),
    overwrite: (handle) => statusName(this.driver.about(handle, Kind.OVERWRITE).status),
  };

  #control(handle: Handle, code: number, data: Uint8Array): Answer {
    return this.driver.about(
      handle,
      Kind.FILE_SYSTEM_CONTROL,
      [CONTROL.CODE, code],
      [CONTROL.BUFFER, data],
    );
  }

  #set(handle: Handle, kind: number, value: number): string {
    const answer = this.driver.setInformation(
      handle,
      kind,
      [SET_INFORMATION.VALUE, BigInt(value)],
    );
    return statusName(answer.status);
  }

  #info(handle: Handle, field: number): number {
    const answer = this.driver.about(handle, Kind.QUERY_INFORMATION);
    const isWide = field >= FILE_INFO.ALLOCATION && field < FILE_INFO.LINKS;
    const at = RESPONSE.BODY + field;
    return isWide ? Number(answer.view.getBigUint64(at, true)) : answer.view.getUint32(at, true);
  }

  #basic(handle: Handle, attributes: number, times: Readonly<Record<string, number>>): string {
    const units = (seconds = 0) =>
      seconds === 0 ? 0n : BigInt(seconds + 11_644_473_600) * 10_000_000n;
    return statusName(
      this.driver.setBasic(handle, attributes, {
        CREATION: units(times.CREATION),
        ACCESS: units(times.ACCESS),
        WRITE: units(times.WRITE),
        CHANGE: units(times.CHANGE),
      }).status,
    );
  }

  #list(handle: Handle, pattern: string): string {
    const names: string[] = [];
    for (let marker: bigint | null = null;;) {
      const { answer, bytes } = this.driver.list(handle, marker, { pattern, length: 512 });
      if (answer.status !== 0) return statusName(answer.status);
      const page = listed(bytes);
      names.push(...page.entries.map(({ name }) => name));
      if (page.complete) return names.map(escaped).join(" ");
      marker = page.entries.at(-1)!.next;
    }
  }

  #stat(handle: Handle, name: string): string {
    const bits = DirectoryBit.PATTERN_IS_FILE_NAME;
    const { answer, bytes } = this.driver.list(handle, null, { pattern: name, bits });
    if (answer.status !== 0) return statusName(answer.status);
    const [found] = listed(bytes).entries;
    if (found === undefined) return "none";
    return `${escaped(found.name)} ${attributeNames(found.attributes)} ${found.size}`;
  }
}

export interface ListedName {
  readonly name: string;
  readonly next: bigint;
  readonly attributes: number;
  readonly size: number;
}

/** The names of one answer, and whether there are no more. */
export function listed(bytes: Uint8Array<ArrayBuffer>): {
  entries: ListedName[];
  complete: boolean;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: ListedName[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const size = view.getUint16(at, true);
    if (size === 0) return { entries, complete: true };
    const info = at + DIR_INFO.FILE_INFO;
    entries.push({
      name: textOf(bytes.subarray(at + DIR_INFO.NAME, at + size)),
      next: view.getBigUint64(at + DIR_INFO.NEXT_OFFSET, true),
      attributes: view.getUint32(info + FILE_INFO.ATTRIBUTES, true),
      size: Number(view.getBigUint64(info + FILE_INFO.SIZE, true)),
    });
    at = (at + size + 7) & ~7;
  }
  return { entries, complete: false };
}

function disposition(words: readonly string[]): number {
  return (words.includes("posix") ? DispositionFlag.POSIX : 0) |
    (words.includes("force") ? DispositionFlag.IGNORE_READONLY : 0) |
    (words.includes("onclose") ? DispositionFlag.ON_CLOSE : 0);
}

function counted(answer: Answer): string {
  return answer.status !== 0 ? statusName(answer.status) : `SUCCESS ${answer.information}`;
}

function attributeNames(attributes: number): string {
  return ATTRIBUTES.filter(([, bit]) => (attributes & bit) !== 0).map(([name]) => name).join("|");
}

/** `name=text`, or `name=#number` for a u32. */
function attribute(word: string): ExtendedAttribute {
  const [name, value = ""] = word.split("=") as [string, string?];
  if (!value.startsWith("#")) return { name, value: new TextEncoder().encode(value) };
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, parseInt(value.slice(1), 8), true);
  return { name, value: bytes };
}

function eaText({ name, value }: ExtendedAttribute): string {
  if (!name.startsWith("$LX")) return `${name}=${new TextDecoder().decode(value)}`;
  return `${name}=#${new DataView(value.buffer, value.byteOffset).getUint32(0, true).toString(8)}`;
}

/** A symlink's data; `?a` is `\??\a`, and `~?a` a junction's. */
function linkTo(text: string): Uint8Array<ArrayBuffer> {
  const target = shown(text).replaceAll("/", "\\").replace(/^~?\?/, "\\??\\");
  if (text.startsWith("~")) return junctionData({ target, isRelative: false });
  return symlinkData({ target, isRelative: !target.startsWith("\\??\\") });
}

function linkText(bytes: Uint8Array): string {
  const parsed = parseReparseData(bytes)!;
  if (parsed.tag === ReparseTag.MOUNT_POINT) {
    return `junction ${escaped(parseJunctionData(parsed.data)!.target.replaceAll("\\", "/"))}`;
  }
  if (parsed.tag !== ReparseTag.SYMLINK) return `tag 0x${parsed.tag.toString(16)}`;
  const { target, isRelative } = parseSymlinkData(parsed.data)!;
  return `${isRelative ? "" : "absolute "}${escaped(target.replaceAll("\\", "/"))}`;
}
