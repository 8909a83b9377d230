/**
 * Calls that change files, as strace(1) tells of them: the independent truth for sources that see system calls.
 *
 * @module
 */

import { resolve } from "node:path";
import { PYTHON } from "./python.ts";
import { stringsOf } from "./strace.ts";

/** A script: names, links, descriptors of directories, threads, an exchange, the same in $PROJECT; `last` at last. */
export const FILE_CHANGES = `
mkdir made; echo 1 >made/one; echo 2 >>made/one; ln made/one made/two; ln -s one made/link
chmod 600 made/one; mv made/one made/three; cp made/three made/four; truncate -s 9 made/four
ln -sf four made/link; cat made/four >/dev/null; rm made/two; find made -type f -delete; rm -r made
echo in >"$PROJECT/in"; mv "$PROJECT/in" "$PROJECT/moved"; rm "$PROJECT/moved"
${PYTHON} - <<'P'
import ctypes, os, struct, threading
fd = os.open(".", os.O_RDONLY)
os.open("x", os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=fd)
os.mkdir("sub", dir_fd=fd); os.chdir("sub"); open("y", "w").close()
sub = os.open(".", os.O_RDONLY)
thread = threading.Thread(target=lambda: os.rename("y", "../z", src_dir_fd=sub)); thread.start(); thread.join()
here = os.getcwd(); up = os.path.dirname(here)
# Each name below its own directory: descriptors, the working directory, the root.
open("y", "w").close(); os.rename("y", "w", src_dir_fd=sub, dst_dir_fd=fd); os.rename("w", "w", src_dir_fd=fd)
os.link(here + "/w", "v", src_dir_fd=fd); os.link("v", up + "/u", src_dir_fd=sub); os.link("v", "t", dst_dir_fd=fd); os.rename(up + "/u", "u", dst_dir_fd=sub)
z = os.open("../z", os.O_RDONLY | os.O_TRUNC)
os.fchmod(z, 0o600); os.fchown(z, -1, -1); os.utime(z); os.utime("../z", (1, 1)); os.setxattr(z, "user.x", b"1"); os.removexattr(z, "user.x")
z = os.open("../z", os.O_RDWR); os.ftruncate(z, 5); os.posix_fallocate(z, 0, 9)
for flags in os.O_RDONLY, os.O_WRONLY, os.O_CREAT | os.O_RDWR:
    # openat2(2)
    ctypes.CDLL(None).syscall(437, fd, b"by-openat2" if flags & os.O_CREAT else b"z", struct.pack("QQQ", flags, 0o644 if flags & os.O_CREAT else 0, 0), 24)
P
touch last
`;
const CALLS =
  "openat,openat2,open,creat,mkdir,mkdirat,unlink,unlinkat,rmdir,rename,renameat,renameat2," +
  "link,linkat,symlink,symlinkat,fchmodat,chmod,truncate," +
  "ftruncate,fallocate,fchmod,fchown,fsetxattr,fremovexattr,utimensat,utime,utimes,futimesat";
const ACTIONS: Readonly<Record<string, string>> = {
  openat: "open",
  fchmodat: "chmod",
  ftruncate: "truncate",
  fallocate: "fallocate",
  fchmod: "chmod",
  fchown: "chown",
  fsetxattr: "setxattr",
  fremovexattr: "removexattr",
  utimensat: "utimes",
  utime: "utimes",
  futimesat: "utimes",
  creat: "create",
};

/** Flags with which strace tells of them, to a file with a line for each. */
export const STRACE_FILES: readonly string[] = [
  ...["-f", "-q", "-y", "-xx", "-s", "4096", "-e", `trace=${CALLS}`],
];

/**
 * What a line of strace says was done with a file: thread, action, path, target, and the error or "". Paths are below `directory`
 * where strace does not say where they are. Undefined: nothing that counts.
 */
export function fileCall(line: string, directory: string): string[] | undefined {
  const [, pid, call, rest] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? [];
  if (call === undefined) return undefined;
  if (/open/.test(call) && !/O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(rest!)) return undefined;
  const bases = [...rest!.matchAll(/(?:AT_FDCWD|\d+)<((?:\\x..)*)>, /g)]
    .map(([, hex]) => stringsOf(`"${hex}"`)[0]!);
  const open = /^\d+<((?:\\x..)*)>/.exec(rest!)?.[1];
  const isOpenFile = /^f(truncate|allocate|chown$|chmod$|setxattr|removexattr)/.test(call) ||
    call === "utimensat" && /^\d+<[^>]*>, NULL/.test(rest!);
  const error = / = -1 (E\w+) /.exec(line)?.[1] ?? "";
  if (isOpenFile) {
    return open === undefined
      ? undefined
      : [pid!, ACTIONS[call]!, stringsOf(`"${open}"`)[0]!, error];
  }
  const names = stringsOf(rest!).slice(0, /^(rename|link|symlink)/.test(call) ? 2 : 1);
  if (/^symlink/.test(call)) names.reverse();
  const at = (name: string, i: number) => resolve(bases[i] ?? bases[0] ?? directory, name);
  const isSymlink = call.startsWith("symlink");
  const paths = names.map((name, i) => isSymlink && i === 1 ? name : at(name, i));
  const isRmdir = call === "unlinkat" && rest!.includes("AT_REMOVEDIR");
  const action = isRmdir ? "rmdir" : ACTIONS[call] ?? call.replace(/at2?$/, "");
  return [pid!, action, ...paths, error];
}
