/**
 * `look.ts [--as-macos] FOLDER`: works in an empty folder by the host layer, and prints as JSON what it answers. Whatever the
 * system, that is the same but for what no two runs have in common.
 *
 * @module
 */

if (Deno.args.includes("--as-macos")) await import("./pretend.ts");
const folder = Deno.args.at(-1)!;

const { cString, binaryString } = await import("../../../ffi/binary_string.ts");
const files = await import("../../../src/host/files.ts");
const source = await import("../../../src/host/source_files.ts");
const project = await import("../../../src/host/project_files.ts");
const { mapFile } = await import("../../../src/host/mapping.ts");
const { failureCode } = await import("../../../src/host/failure.ts");
const { createWake, rest, wake } = await import("../../../src/host/wake.ts");
const processes = await import("../../../src/host/processes.ts");
const { argumentsOf, processDetails } = await import("../../../src/host/process_details.ts");
const { Peers } = await import("../../../src/host/peers.ts");
const { listenLocal } = await import("../../../src/host/local_listener.ts");
const { connectLocal } = await import("../../../src/host/local_socket.ts");
const { monotonicTime, readClock } = await import("../../../src/host/clock.ts");
const { mountAt } = await import("../../../src/host/mounts.ts");
const { unmount } = await import("../../../src/host/unmount.ts");
const { hasKeeper } = await import("../../../src/host/dead_mount.ts");
const { usersAt } = await import("../../../src/host/mount_users.ts");
const { absolutePath, currentDirectory, CurrentDirectoryError } = await import(
  "../../../src/host/current_directory.ts"
);
const { ignoreFileSizeLimit } = await import("../../../src/host/signals.ts");

const told: [string, unknown][] = [];
/** A failure by its name; else whether it worked, or what there is. */
const tell = (what: string, result: unknown) =>
  told.push([what, typeof result === "number" && result < 0 ? failureCode(result) : result]);
const path = (name: string) => cString(binaryString(`${folder}/${name}`));
const text = new TextEncoder();
const { O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC } = files;
const { O_NOFOLLOW, O_PATH } = source;

const stat = files.emptyStat();
const summary = () => {
  const { ino, inoLow, inoHigh, ...rest } = stat;
  return { ...rest, isNumbered: ino === inoHigh * 2 ** 32 + inoLow && ino > 0 };
};

// Files.
tell("open what is not there", files.open(path("none"), O_RDONLY));
const file = files.open(path("file"), O_RDWR | O_CREAT | O_EXCL, 0o640);
tell("open", file >= 0);
tell("open again", files.open(path("file"), O_RDWR | O_CREAT | O_EXCL, 0o640));
tell("write", files.pwrite(file, text.encode("hello world"), 3));
const read = new Uint8Array(20);
tell("read", [files.pread(file, read, 0), ...read]);
tell("cut", files.ftruncate(file, 9));
for (const call of ["fsync", "fdatasync"] as const) tell(call, files[call](file));
tell("set time", project.setModificationTime(file, 1_234_567_890, 123_456_789));
tell("mode", project.chmodOpen(file, 0o604));
tell("fstat", files.fstat(file, stat));
tell("is", { ...summary(), ctimeSec: 0, ctimeNsec: 0, atimeSec: 0, atimeNsec: 0 });
tell("reserve", files.fallocate(file, 0, 0, 100_000));
files.fstat(file, stat);
tell("reserved", [stat.size, stat.blocks * 512 >= 100_000]);
tell("lock", files.flock(file, files.LOCK_EX | files.LOCK_NB));
const other = files.open(path("file"), O_RDWR);
tell("locked", files.flock(other, files.LOCK_SH | files.LOCK_NB));
const mapped = mapFile(file, 0, 100_000)!;
mapped.bytes.set(text.encode("mapped"), 50_000);
mapped.unmap();
const seen = new Uint8Array(6);
files.pread(other, seen, 50_000);
tell("mapped", new TextDecoder().decode(seen));
const space = new Uint8Array(120);
tell("statfs", files.statfs(path("."), space));
const view = new DataView(space.buffer);
tell("blocks", [8, 16].map((at) => view.getBigUint64(at, true) > 0n));
tell("closed", [files.close(other), files.close(other)].map((result) => result === 0));

// Holes.
const holes = files.open(path("holes"), O_RDWR | O_CREAT | O_TRUNC, 0o600);
files.pwrite(holes, text.encode("x"), 1 << 20);
tell("data", source.lseek(holes, 0, source.SEEK_DATA));
tell("hole", source.lseek(holes, 1 << 20, source.SEEK_HOLE) > 1 << 20);
tell("nothing more", source.lseek(holes, 2 << 20, source.SEEK_DATA));

// Names.
const top = files.open(path("."), O_RDONLY | O_DIRECTORY);
const name = (given: string) => cString(binaryString(given));
tell("mkdir", project.mkdirat(top, name("d"), 0o750));
tell("mkdir again", project.mkdirat(top, name("d"), 0o750));
tell("symlink", project.symlinkat(name("d"), top, name("link")));
tell("link", project.linkat(top, name("file"), top, name("twin")));
tell("pipe", project.mknodat(top, name("pipe"), 0o010600, 0));
tell("in the way", project.renameat2(top, name("file"), name("twin"), project.RENAME_NOREPLACE));
tell("exchange", project.renameat2(top, name("d"), name("holes"), project.RENAME_EXCHANGE));
tell("rename", project.renameat2(top, name("d"), name("é\u{1F600}"), 0));
tell("rmdir of a file", project.rmdirat(top, name("file")));
tell("unlink", project.unlinkat(top, name("twin")));
tell(
  "not empty",
  (Deno.writeTextFileSync(`${folder}/holes/f`, ""), project.rmdirat(top, name("holes"))),
);
tell(
  "listed",
  [
    ...(source.readDirectory(top) as { name: string; type: number }[]),
  ].sort((a, b) => a.name < b.name ? -1 : 1),
);
const target = new Uint8Array(100);
tell("target", source.readlinkat(top, name("link"), target));
tell("may change names", project.mayChangeNames(top));
tell("statx", source.statx(top, name("link"), stat));
tell("is a link", (stat.mode & 0o170000) === 0o120000);
tell("birth", files.birthTime(file) !== null);

// Each failure by its name.
project.symlinkat(name("circle"), top, name("circle"));
const long = name("n".repeat(300));
const reading = files.open(path("file"), O_RDONLY);
const refusals: Readonly<Record<string, () => number>> = {
  "open below a file": () => files.open(path("file/x"), O_RDONLY),
  "open a directory to write": () => files.open(path("holes"), O_RDWR),
  "open a circle of links": () => files.open(path("circle"), O_RDONLY),
  "open a long name": () => files.open(cString(`${folder}/${"n".repeat(300)}`), O_RDONLY),
  "open a file as a directory": () => files.open(path("file"), O_RDONLY | O_DIRECTORY),
  "read a directory": () => files.pread(top, new Uint8Array(1), 0),
  "write to what is open to read": () => files.pwrite(reading, new Uint8Array(1), 0),
  "cut what is open to read": () => files.ftruncate(reading, 0),
  "read at no place": () => files.pread(reading, new Uint8Array(1), -1),
  "read what is closed": () => files.pread(999, new Uint8Array(1), 0),
  "stat what is closed": () => files.fstat(999, stat),
  "lock what is closed": () => files.flock(999, files.LOCK_EX),
  "sync what is closed": () => files.fsync(999),
  "statfs of what is not there": () => files.statfs(path("none"), new Uint8Array(120)),
  "mkdir below nothing": () => project.mkdirat(top, name("none/d"), 0o700),
  "mkdir below a file": () => project.mkdirat(top, name("file/d"), 0o700),
  "mkdir of a long name": () => project.mkdirat(top, long, 0o700),
  "mkdir in what is closed": () => project.mkdirat(999, name("x"), 0o700),
  "symlink in the way": () => project.symlinkat(name("x"), top, name("file")),
  "link of nothing": () => project.linkat(top, name("none"), top, name("x")),
  "link in the way": () => project.linkat(top, name("file"), top, name("holes")),
  "unlink nothing": () => project.unlinkat(top, name("none")),
  "rmdir nothing": () => project.rmdirat(top, name("none")),
  "rename nothing": () => project.renameat2(top, name("none"), name("x"), 0),
  "rename a directory over a file": () => project.renameat2(top, name("holes"), name("file"), 0),
  "rename a file over a directory": () => project.renameat2(top, name("file"), name("holes"), 0),
  "rename a directory into itself": () =>
    project.renameat2(top, name("holes"), name("holes/below"), 0),
  "exchange with nothing": () =>
    project.renameat2(top, name("file"), name("none"), project.RENAME_EXCHANGE),
  "readlink of a file": () => source.readlinkat(top, name("file"), new Uint8Array(9)),
  "readlink of nothing": () => source.readlinkat(top, name("none"), new Uint8Array(9)),
  "stat nothing": () => source.statx(top, name("none"), stat),
  "list a file": () => {
    const listed = source.readDirectory(reading);
    return typeof listed === "number" ? listed : 0;
  },
};
for (const [what, refused] of Object.entries(refusals)) tell(what, refused());
files.close(reading);

// What lies beneath.
project.symlinkat(name(".."), top, name("out"));
const beneath = (given: string, flags = O_RDONLY) => {
  const fd = source.openBeneath(top, name(given), flags);
  if (fd >= 0) files.close(fd);
  return fd >= 0 ? "opened" : fd;
};
tell("beneath", beneath("holes/f"));
tell("through a link", beneath("out/x"));
tell("a link", beneath("link", O_RDONLY | O_NOFOLLOW));
const node = source.openat(top, name("link"), O_PATH | O_NOFOLLOW);
tell(
  "a link itself",
  node >= 0 && files.fstat(node, stat) === 0 && (stat.mode & 0o170000) === 0o120000,
);

// Extended attributes.
const own = project.pathOfDescriptor(file);
tell("set attribute", project.setxattr(own, name("user.a"), text.encode("value")));
tell("set another", project.setxattr(own, name("user.bc"), text.encode("")));
const attribute = new Uint8Array(16);
tell("size", project.listxattr(own, new Uint8Array(0)));
tell("too small", project.listxattr(own, new Uint8Array(8)));
const listed = new Uint8Array(64);
const length = source.flistxattr(file, listed);
tell("attributes", new TextDecoder().decode(listed.subarray(0, length)).split("\0").sort());
tell("get", [source.fgetxattr(file, name("user.a"), attribute), ...attribute]);
tell("by path", project.getxattr(own, name("user.a"), attribute));
tell("none", source.fgetxattr(file, name("user.none"), attribute));
tell("remove", project.removexattr(own, name("user.bc")));
const entry = source.pathOfEntry(top, "link");
tell("of a link", source.llistxattr(entry, listed));
tell("all", project.syncfs(top));

// Processes.
const self = processes.processId(Deno.pid)!;
tell("this process", [
  processes.isRunning(self),
  processes.isAlive(Deno.pid),
  processes.isOver(Deno.pid),
]);
tell("another", processes.isRunning({ ...self, started: self.started + 1 }));
tell("parent", processes.parentOf(Deno.pid) === Deno.ppid);
tell("ancestry", [...processes.ancestry(Deno.pid)].slice(0, 2).map(({ pid }) => pid === Deno.pid));
tell("nobody", [processes.processId(999_999_999), processes.commandOf(999_999_999)]);
tell("command", processes.commandOf(Deno.pid));
const child = new Deno.Command("sleep", { args: ["1000"], cwd: folder }).spawn();
while (!(processDetails(child.pid)?.executable ?? "").endsWith("sleep")) {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
const { pid: _, start, parent, ...details } = processDetails(child.pid)!;
tell("details", { ...details, isOurs: parent === Deno.pid, began: start > 0 });
tell("arguments", argumentsOf(child.pid));
tell("instance", processes.instanceOf(child.pid) !== processes.instanceOf(Deno.pid));
child.kill("SIGKILL");
await child.status;
tell("gone", processes.isAlive(child.pid));

// Who keeps a mount.
const place = `${folder}/a b/\u00e9=c`;
const keeper = new Deno.Command("sh", {
  args: ["-c", "while :; do sleep 1; done", "daemon", "--mount", place],
}).spawn();
while (!await hasKeeper(place)) await new Promise((resolve) => setTimeout(resolve, 5));
tell("kept", [await hasKeeper(place), await hasKeeper(`${folder}/a`), await hasKeeper("\u00e9=c")]);
keeper.kill("SIGKILL");
await keeper.status;
tell("kept no more", await hasKeeper(place));
tell("nobody uses it", await usersAt(`${folder}/holes`));

// Where this process stands.
Deno.mkdirSync(`${folder}/stood`);
Deno.chdir(`${folder}/stood`);
tell("stands", [currentDirectory() === `${folder}/stood`, absolutePath("./a/../b").slice(-8)]);
tell("absolute", absolutePath("/a/../b/."));
tell("no directory", new CurrentDirectoryError("x").message);
Deno.chdir(folder);

// Signals.
ignoreFileSizeLimit();
const ignored = /^SigIgn:\s*([0-9a-f]+)/m.exec(Deno.readTextFileSync("/proc/self/status"))![1];
tell("beyond the limit", (BigInt(`0x${ignored}`) >> 24n & 1n) === 1n);

// Wakes, sockets, time.
const woken = createWake();
wake(woken);
rest(woken);
tell("wake", woken >= 0);
const listener = listenLocal(`${folder}/socket`);
tell("socket's mode", Deno.statSync(`${folder}/socket`).mode! & 0o777);
const peers = new Peers();
const asker = new Deno.Command(Deno.execPath(), {
  args: [
    "eval",
    `await (await Deno.connect({ transport: "unix", path: "${folder}/socket" })).read(new Uint8Array(1))`,
  ],
}).spawn();
const accepted = await listener.accept();
tell("peer", peers.accepted().map(({ pid, uid }) => pid === asker.pid && uid === Deno.uid()));
accepted.close();
await asker.status;
const connecting = connectLocal(`${folder}/socket`);
(await listener.accept()).close();
(await connecting).close();
listener.close();
const now = { sec: 0, nsec: 0 };
readClock(now);
tell("clock", Math.abs(now.sec - Date.now() / 1000) < 10 && monotonicTime() > 0);
tell("mounts", (await mountAt("/"))?.path);
tell("no mount", await mountAt(folder));
tell("unmount what is none", await unmount(folder, false) === "unmounted");
console.log(JSON.stringify(told));
