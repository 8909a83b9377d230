import { type Check, check, rootCheck } from "../check.ts";
import { bytesOf, type Lab } from "../lab.ts";
import {
  fchmodat,
  getxattr,
  linkat,
  listxattr,
  mkdirat,
  mknodat,
  removexattr,
  renameat,
  S_IFIFO,
  setxattr,
  symlinkat,
  unlinkat,
  XATTR_CREATE,
  XATTR_REPLACE,
} from "../system_calls.ts";

function seeValue(lab: Lab, label: string, name: string, attribute: string, room = 65536): void {
  const value = getxattr(lab.link(name), attribute, room);
  lab.see(label, typeof value === "number" ? value : `"${String.fromCharCode(...value)}"`);
}

function seeList(lab: Lab, label: string, name: string): void {
  const names = listxattr(lab.link(name));
  lab.see(label, typeof names === "number" ? names : names.join(" "));
}

export const checks: Check[] = [
  check("extended attributes are set, read, listed and removed", (lab) => {
    lab.file("f");
    seeValue(lab, "before", "f", "user.a");
    lab.see("set", setxattr(lab.link("f"), "user.a", bytesOf("one")));
    lab.see("set", setxattr(lab.link("f"), "user.b", bytesOf("")));
    seeValue(lab, "a", "f", "user.a");
    seeValue(lab, "b", "f", "user.b");
    seeList(lab, "list", "f");
    lab.see("again", setxattr(lab.link("f"), "user.a", bytesOf("longer value")));
    seeValue(lab, "a", "f", "user.a");
    lab.see("remove", removexattr(lab.link("f"), "user.a"));
    lab.see("remove again", removexattr(lab.link("f"), "user.a"));
    seeValue(lab, "a", "f", "user.a");
    seeList(lab, "list", "f");
  }),

  check("flags CREATE and REPLACE", (lab) => {
    lab.file("f");
    const set = (flags: number) => setxattr(lab.link("f"), "user.a", bytesOf("x"), flags);
    lab.see("replace nothing", set(XATTR_REPLACE));
    lab.see("create", set(XATTR_CREATE));
    lab.see("create again", set(XATTR_CREATE));
    lab.see("replace", set(XATTR_REPLACE));
    lab.see("both", set(XATTR_CREATE | XATTR_REPLACE));
    lab.see("unknown", set(8));
  }),

  check("sizes are told, and too little room is refused", (lab) => {
    lab.file("f");
    lab.see("list of none", listxattr(lab.link("f"), 0) as number);
    setxattr(lab.link("f"), "user.a", bytesOf("0123456789"));
    setxattr(lab.link("f"), "user.bb", bytesOf("x"));
    lab.see("size of a value", getxattr(lab.link("f"), "user.a", 0) as number);
    lab.see("size of the list", listxattr(lab.link("f"), 0) as number);
    seeValue(lab, "too little", "f", "user.a", 9);
    seeValue(lab, "exactly", "f", "user.a", 10);
    const short = listxattr(lab.link("f"), 5);
    lab.see("short list", typeof short === "number" ? short : short.join());
    const exact = listxattr(lab.link("f"), 15);
    lab.see("exact list", typeof exact === "number" ? exact : exact.join(" "));
  }),

  check("limits of names and values", (lab) => {
    lab.file("f");
    const set = (name: string, size: number) =>
      setxattr(lab.link("f"), name, new Uint8Array(size).fill(65));
    lab.see("longest name", set("user." + "n".repeat(250), 1));
    lab.see("too long a name", set("user." + "n".repeat(251), 1));
    lab.see("no name", set("user.", 1));
    lab.see("empty", set("", 1));
    lab.see("no namespace", set("plain", 1));
    lab.see("unknown namespace", set("other.name", 1));
    lab.see("2 000 bytes", set("user.large", 2000));
    lab.see("65 537 bytes", set("user.large", 65537));
    lab.see("read too long a name", removexattr(lab.link("f"), "user." + "n".repeat(251)));
  }),

  check("names are bytes and values any bytes", (lab) => {
    lab.file("f");
    const name = "user.\xff\xfe\n x";
    const value = Uint8Array.from({ length: 256 }, (_, i) => i);
    lab.see("set", setxattr(lab.link("f"), name, value));
    const read = getxattr(lab.link("f"), name);
    lab.see("the same", typeof read !== "number" && read.join() === value.join());
    lab.see("listed", (listxattr(lab.link("f")) as string[]).join() === name);
  }),

  check("user attributes are for files and directories", (lab) => {
    mkdirat(lab.at, "d");
    symlinkat("d", lab.at, "l");
    mknodat(lab.at, "p", S_IFIFO | 0o666);
    for (const name of ["d", "l", "p", "none"]) {
      lab.see(`set ${name}`, setxattr(lab.link(name), "user.a", bytesOf("x")));
      seeValue(lab, `get ${name}`, name, "user.a");
      seeList(lab, `list ${name}`, name);
      lab.see(`remove ${name}`, removexattr(lab.link(name), "user.a"));
    }
  }),

  check("attributes belong to the file, not the name", (lab) => {
    lab.file("a");
    linkat(lab.at, "a", lab.at, "b");
    setxattr(lab.link("a"), "user.x", bytesOf("shared"));
    seeValue(lab, "other name", "b", "user.x");
    unlinkat(lab.at, "a");
    renameat(lab.at, "b", "c");
    seeValue(lab, "moved", "c", "user.x");
    lab.file("fresh");
    seeList(lab, "a new file", "fresh");
    renameat(lab.at, "fresh", "c");
    seeValue(lab, "replaced", "c", "user.x");
  }),

  check("attributes need the file's permissions", (lab) => {
    lab.file("f");
    setxattr(lab.link("f"), "user.x", bytesOf("x"));
    for (const mode of [0o000, 0o200, 0o400]) {
      fchmodat(lab.at, "f", mode);
      seeValue(lab, `get at ${mode.toString(8)}`, "f", "user.x");
      lab.see(`set at ${mode.toString(8)}`, setxattr(lab.link("f"), "user.y", bytesOf("y")));
      seeList(lab, `list at ${mode.toString(8)}`, "f");
    }
  }),

  check("trusted, security and system attributes of ordinary users", (lab) => {
    lab.file("f");
    for (const name of ["trusted.x", "security.x", "system.x", "btrfs.x"]) {
      lab.see(`set ${name}`, setxattr(lab.link("f"), name, bytesOf("x")));
      seeValue(lab, `get ${name}`, "f", name);
    }
    seeList(lab, "list", "f");
  }),

  rootCheck("trusted attributes are root's alone", (lab) => {
    lab.file("f", "", 0o666);
    lab.see("set", setxattr(lab.link("f"), "trusted.x", bytesOf("x")));
    lab.see("set", setxattr(lab.link("f"), "user.x", bytesOf("x")));
    fchmodat(lab.at, "f", 0o666);
    seeList(lab, "root lists", "f");
    seeValue(lab, "root reads", "f", "trusted.x");
    lab.as({ uid: 65501, gid: 65501 }, () => {
      seeList(lab, "another lists", "f");
      seeValue(lab, "another reads", "f", "trusted.x");
      lab.see("another sets", setxattr(lab.link("f"), "trusted.y", bytesOf("x")));
      lab.see("another removes", removexattr(lab.link("f"), "trusted.x"));
    });
  }),

  rootCheck("capabilities are an attribute that a write removes", (lab) => {
    lab.file("f", "program", 0o755);
    // struct vfs_cap_data, revision 2, CAP_NET_RAW permitted and effective.
    const value = new Uint8Array(20);
    value.set([1, 0, 0, 2, 0, 0x20]);
    lab.see("set", setxattr(lab.link("f"), "security.capability", value));
    lab.see("size", getxattr(lab.link("f"), "security.capability", 0) as number);
    const fd = lab.open("f");
    lab.seeTimes("write", ["f"], () => lab.file("f", "changed"));
    lab.see("after a write", getxattr(lab.link("f"), "security.capability", 0) as number);
    lab.see("descriptor", fd > 0);
  }),

  rootCheck("attributes of links and special files for root", (lab) => {
    symlinkat("x", lab.at, "l");
    mknodat(lab.at, "p", S_IFIFO | 0o666);
    for (const name of ["l", "p"]) {
      lab.see(`user ${name}`, setxattr(lab.link(name), "user.a", bytesOf("x")));
      lab.see(`trusted ${name}`, setxattr(lab.link(name), "trusted.a", bytesOf("x")));
      seeValue(lab, `read ${name}`, name, "trusted.a");
      seeList(lab, `list ${name}`, name);
    }
  }),

  check("access control lists are there or refused, never half", (lab) => {
    lab.file("f");
    // Version 2: owner rw-, user 65501 r--, group r--, mask r--, other ---.
    const entry = (tag: number, bits: number, id = 0xffffffff) => [
      ...[tag & 255, tag >> 8, bits, 0],
      ...[id & 255, id >> 8 & 255, id >> 16 & 255, id >>> 24],
    ];
    const acl = Uint8Array.from([
      ...[2, 0, 0, 0],
      ...entry(1, 6),
      ...entry(2, 4, 65501),
      ...entry(4, 4),
      ...entry(16, 4),
      ...entry(32, 0),
    ]);
    lab.see("set", setxattr(lab.link("f"), "system.posix_acl_access", acl));
    seeList(lab, "list", "f");
    const size = getxattr(lab.link("f"), "system.posix_acl_access", 0);
    lab.see("size", size as number);
  }),
];
