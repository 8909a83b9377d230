/**
 * What can be shown of Windows without Windows: `deno task test:wine [--chroot DIR]`.
 *
 * Makes a Debian with wine 10 and mingw-w64 (in a temporary directory that goes afterwards; --chroot keeps one), a stand-in
 * for WinFsp's library, and executables for Windows, and runs those. Needs root, debootstrap and Debian's packages; not in
 * CI. Ends with "N passed, N failed". Nothing here says what WinFsp's driver does.
 */

import { parseArgs } from "node:util";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { daemonFlow } from "./daemon_flow.ts";
import { driveLetter } from "./drive_letter.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = join(HERE, "../../..");
const TARGET = "x86_64-pc-windows-msvc";
const { values } = parseArgs({
  options: {
    chroot: { type: "string" },
    // Where wine has drive C and the rest, in the chroot.
    prefix: { type: "string", default: "/wp" },
    // One part of it: stand-in, host, program or drive.
    only: { type: "string" },
  },
});
const WINE = [
  ...["env", `WINEPREFIX=${values.prefix}`, "WINEDEBUG=-all", "DISPLAY="],
  "WINEDLLOVERRIDES=mscoree,mshtml=",
  ...["timeout", "300", "/usr/lib/wine/wine64"],
];
/** Where the programs are in the chroot. */
const PLACE = `${basename(values.prefix)}-programs`;

const chroot = values.chroot ?? await Deno.makeTempDir({ prefix: "agentvfs-wine-" });
const place = join(chroot, PLACE);
let passed = 0;
let failed = 0;
try {
  await must("make_chroot", [join(HERE, "make_chroot"), chroot]);
  await Deno.mkdir(place, { recursive: true });
  if (isWanted("stand-in")) await standIn();
  if (isWanted("host")) await host();
  if (isWanted("program")) await program();
  if (isWanted("drive")) await drive();
} finally {
  await endWine();
  if (values.chroot === undefined) await Deno.remove(chroot, { recursive: true });
}
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

function isWanted(part: string): boolean {
  return values.only === undefined || values.only === part;
}

async function host(): Promise<void> {
  await check("host_check", []);
  await check("memory_check", [], "wake_worker.ts");
  await check("process_check", []);
  await check("source_check", []);
  await check("project_check", []);
  await check("zstd_check", []);
  await check("mount_check", []);
  await check("pipe_check", []);
  await check("cell_check", []);
}

/** The calls of WinFsp's library, with the thread that waits in it. */
async function standIn(): Promise<void> {
  await compileStandIn();
  await check("stand_in_check", [`Z:\\${PLACE}\\winfsp-x64.dll`], "stand_in_worker.ts");
}

async function compileStandIn(): Promise<void> {
  for await (const { name } of Deno.readDir(HERE)) {
    if (/\.[ch]$/.test(name)) await Deno.copyFile(join(HERE, name), join(place, name));
  }
  const [source, library] = [`/${PLACE}/winfsp_stand_in.c`, `/${PLACE}/winfsp-x64.dll`];
  await must(
    "the stand-in is compiled",
    entering([
      "x86_64-w64-mingw32-gcc",
      "-O2",
      "-Wall",
      "-Werror",
      "-shared",
      "-o",
      library,
      source,
      "-lws2_32",
    ]),
  );
}

/** Compiles and runs a program of this folder, which prints a line that begins with `ok ` for each thing that it has seen. */
async function check(name: string, args: string[], worker?: string): Promise<void> {
  const compiled = [join(ROOT, "scripts/deno_compile"), TARGET, "--allow-all", "--no-check"];
  const output = ["--output", join(place, `${name}.exe`)];
  await must(
    `${name} is compiled`,
    worker === undefined
      ? [...compiled, "--no-config", ...output, await bundled(name)]
      : [...compiled, "--include", join(HERE, worker), ...output, join(HERE, `${name}.ts`)],
  );
  const ended = await wine(`${name}.exe`, ...args);
  const lines = ended.output.split("\n").filter((line) => line.startsWith("ok "));
  for (const line of lines) report(line.slice(3).trim(), true);
  if (ended.code === 0 && lines.length > 0) return;
  report(`${name} ended with ${ended.code}: ${ended.output}`, false);
}

/** As one file: else all packages of npm that the project knows would be in the executable. */
async function bundled(name: string): Promise<string> {
  const path = join(place, `${name}.js`);
  const source = join(HERE, `${name}.ts`);
  await must(`${name} is bundled`, [
    ...[join(ROOT, "scripts/deno"), "bundle", "--quiet"],
    ...["--output", path, source],
  ]);
  return path;
}

/** Programs of Windows, on files of a volume. */
async function drive(): Promise<void> {
  // Files are opened by wine's server, which does not see what is mounted after it has begun.
  await endWine();
  const run = (...command: string[]) => enter([...WINE, ...command]);
  const wine = { chroot, volume: `${PLACE}/volume`, prefix: values.prefix.slice(1), run, report };
  await driveLetter(wine, (letter) => check("file_work", [letter]));
}

/** Ends all programs of this prefix, and the server that they share. */
async function endWine(): Promise<void> {
  await enter([...WINE.slice(0, 5), "/usr/lib/wine/wineserver64", "-k"]);
}

/** The whole executable. */
async function program(): Promise<void> {
  await compileStandIn();
  await must("the executable is compiled", [
    join(ROOT, "scripts/compile"),
    ...["--target", TARGET, join(place, "agentvfs.exe")],
  ]);
  await says("agentvfs --version", ["--version"], 0, /^agentvfs \d+\.\d+\.\d+/m);
  await says("agentvfs --help", ["--help"], 0, /Usage: agentvfs COMMAND/);
  await says("agentvfs doctor without WinFsp", ["doctor"], 4, /WinFsp is not installed/);
  await says(
    "agentvfs quickstart says why not",
    ["quickstart", "C:\\windows\\system32\\drivers"],
    4,
    /WinFsp is not installed: install it/,
  );
  await daemonFlow({
    agentvfs: withStandIn,
    start: started,
    windows: (...command) => enter([...WINE, ...command]),
    kill: (pid) => enter([...WINE, "taskkill", "/F", "/PID", String(pid)]),
    executable: `Z:\\${PLACE}\\agentvfs.exe`,
    drive: join(chroot, values.prefix, "drive_c"),
    door: join(place, "door"),
    report,
  });
}

/** As a user would, in no folder of a project. */
async function withStandIn(...words: string[]): Promise<{ code: number; output: string }> {
  const { code, stdout, stderr } = await started({ directory: "C:\\", input: "" }, ...words);
  return { code, output: stdout + stderr };
}

/** A daemon that it leaves behind keeps its output open: that goes to files. */
async function started(
  { directory, input }: { directory: string; input: string },
  ...words: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const library = [
    `AGENTVFS_WINFSP=Z:\\${PLACE}\\winfsp-x64.dll`,
    `AGENTVFS_STAND_IN_DOOR=Z:\\${PLACE}\\door`,
  ];
  const [, ...settings] = WINE;
  const cwd = `${values.prefix}/drive_c/${directory.slice(3).replaceAll("\\", "/")}`;
  const streams = join(place, "stream");
  await Deno.writeTextFile(`${streams}.in`, input);
  const { code } = await enter([
    ...["sh", "-c", 'cd "$1"; at=$2; shift 2; exec "$@" <"$at.in" >"$at.out" 2>"$at.err"'],
    ...["sh", cwd, `/${PLACE}/stream`, "env", ...library, ...settings],
    ...[`/${PLACE}/agentvfs.exe`, ...words],
  ]);
  const [stdout, stderr] = await Promise.all(
    ["out", "err"].map((name) => Deno.readTextFile(`${streams}.${name}`)),
  );
  return { code, stdout: stdout!, stderr: stderr! };
}

/** Runs the program, and looks at its exit code and what it prints. */
async function says(what: string, args: string[], code: number, words: RegExp): Promise<void> {
  const ended = await wine("agentvfs.exe", ...args);
  const isRight = ended.code === code && words.test(ended.output);
  report(isRight ? what : `${what} ended with ${ended.code}: ${ended.output}`, isRight);
}

async function must(what: string, command: string[]): Promise<void> {
  const { code, output } = await run(command);
  if (code !== 0) {
    throw new Error(`${what}: ${basename(command[0]!)} ended with ${code}\n${output}`);
  }
}

function entering(command: string[]): string[] {
  return [join(HERE, "enter_chroot"), chroot, ...command];
}

function enter(command: string[]) {
  return run(entering(command));
}

function wine(executable: string, ...args: string[]) {
  return enter([...WINE, `/${PLACE}/${executable}`, ...args]);
}

async function run([program, ...args]: string[]): Promise<{ code: number; output: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program!, { args }).output();
  return { code, output: [stdout, stderr].map((b) => new TextDecoder().decode(b)).join("") };
}

function report(what: string, isRight: boolean): void {
  if (isRight) passed++;
  else failed++;
  console.log(`${isRight ? "ok" : "FAILED"}: ${what}`);
}
