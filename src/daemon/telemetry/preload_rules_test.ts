/** Rules about paths outside the mount, as real programs with the library hold to them. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Operation } from "../../policy/operation.ts";
import { outsideRules } from "../../policy/outside_table.ts";
import { parsePolicy } from "../../policy/parse_policy.ts";
import { ANY_CALLER, Policy } from "../../policy/policy.ts";
import type { TelemetryEvent } from "../../telemetry/event.ts";
import {
  LdPreloadSource,
  PRELOAD_LIBRARY,
  PRELOAD_RING,
  PRELOAD_RULES,
} from "../../telemetry/linux/ldpreload_source.ts";
import { inPlainPlace } from "../../../tests/support/plain_place.ts";
import { preloadRules } from "./preload_rules.ts";
import { skip } from "../../../tests/support/skip.ts";

const BUILD = fileURLToPath(new URL("../../../scripts/build_preload", import.meta.url));
const DIST = fileURLToPath(new URL("../../../dist", import.meta.url));

let built: Promise<unknown> | undefined;

interface Scene {
  /** Where things are; also where the program works. */
  readonly root: string;
  readonly source: LdPreloadSource;
  rules(...rules: readonly object[]): void;
  /** Python's `statements` for each, in one process: "ok", or the failure's name. */
  tried(statements: readonly string[]): Promise<string[]>;
  events(): TelemetryEvent[];
}

function withLibrary(body: (scene: Scene) => Promise<void>) {
  return async (t: Deno.TestContext) => {
    await (built ??= new Deno.Command(BUILD, { args: [DIST], stderr: "null" }).output());
    try {
      await Deno.stat(`${DIST}/preload-${Deno.build.arch}.so`);
    } catch {
      await skip(t, "there is no C compiler");
      return;
    }
    const root = await Deno.makeTempDir(inPlainPlace());
    const directory = `${root}/preload`;
    const source = LdPreloadSource.start({
      directory,
      rules: preloadRules("", []),
      isTold: () => false,
    });
    try {
      await body({
        root,
        source,
        rules: (...rules) =>
          source.setRules(preloadRules(JSON.stringify({ rules }), [`${root}/mount`])),
        tried: (statements) => tried(statements, root, directory),
        events: () => {
          const events: TelemetryEvent[] = [];
          source.take((event) => events.push(event));
          return events;
        },
      });
    } finally {
      source.stop();
      await Deno.remove(root, { recursive: true });
    }
  };
}

const PYTHON = `
import ctypes, errno, json, os, socket, subprocess, sys
C = ctypes.CDLL(None, use_errno=True)
def libc(name, *args):
    if getattr(C, name)(*args) == -1: raise OSError(ctypes.get_errno(), name)
def null(name, *args):
    f = getattr(C, name); f.restype = ctypes.c_void_p
    if f(*args) is None: raise OSError(ctypes.get_errno(), name)
for line in json.load(sys.stdin):
    try:
        exec(line)
        print("ok")
    except OSError as error:
        print(errno.errorcode[error.errno])
`;

async function tried(
  statements: readonly string[],
  cwd: string,
  directory: string,
): Promise<string[]> {
  const child = new Deno.Command("python3", {
    args: ["-c", PYTHON],
    cwd,
    env: {
      LD_PRELOAD: `${directory}/${PRELOAD_LIBRARY}`,
      AGENTVFS_PRELOAD_RING: `${directory}/${PRELOAD_RING}`,
      AGENTVFS_PRELOAD_RULES: `${directory}/${PRELOAD_RULES}`,
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(statements)));
  await writer.close();
  const { stdout, stderr } = await child.output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(err, "");
  return out!.split("\n").slice(0, -1);
}

/** What is done to what the rule `all` is about, in `kept`; each has to fail. */
const DENIED = [
  `open("kept/file").read()`,
  `open("kept/file", "w")`,
  `open("kept/file", "a")`,
  `open("kept/new", "w")`,
  `open("kept/./../kept/file")`,
  `open("link-to-file")`,
  `open("link-to-directory/file")`,
  `open("dangling", "w")`,
  `open("/proc/self/cwd/kept/file")`,
  `os.open("file", os.O_RDONLY, dir_fd=os.open("kept", os.O_RDONLY | os.O_DIRECTORY))`,
  `os.open(f"/proc/self/fd/{os.open('kept', os.O_PATH)}/file", os.O_RDONLY)`,
  `os.open("kept/file", os.O_RDWR | os.O_TRUNC)`,
  `libc("creat", b"kept/file", 0o600)`,
  `libc("open64", b"kept/file", 0)`,
  `libc("openat64", -100, b"kept/file", 0)`,
  `libc("__open_2", b"kept/file", 0)`,
  `null("fopen", b"kept/file", b"r+")`,
  `null("fopen64", b"kept/file", b"w")`,
  `os.truncate("kept/file", 1)`,
  `os.unlink("kept/file")`,
  `libc("remove", b"kept/file")`,
  `libc("unlinkat", -100, b"kept/file", 0)`,
  `os.rmdir("kept/directory")`,
  `os.mkdir("kept/new")`,
  `libc("mkdirat", -100, b"kept/new", 0o700)`,
  `os.mkfifo("kept/new")`,
  `os.mknod("kept/new")`,
  `os.rename("kept/file", "elsewhere")`,
  `os.rename("other", "kept/file")`,
  `os.rename("other", "kept/new")`,
  `libc("renameat2", -100, b"other", -100, b"kept/file", 2)`,
  `os.link("kept/file", "elsewhere")`,
  `os.link("other", "kept/new")`,
  `os.symlink("other", "kept/new")`,
  `os.chmod("kept/file", 0o777)`,
  `os.chmod("link-to-file", 0o777)`,
  `os.chown("kept/file", -1, -1)`,
  `os.lchown("kept/file", -1, -1)`,
  `os.utime("kept/file")`,
  `os.setxattr("kept/file", "user.a", b"b")`,
  `os.removexattr("kept/file", "user.a")`,
  `os.execv("kept/program", ["program"])`,
  `subprocess.run(["kept/program"])`,
  `os.posix_spawn("kept/program", ["program"], {})`,
];

/** What no rule is about. */
const ALLOWED = [
  `os.stat("kept/file")`,
  `os.listdir("kept")`,
  `os.readlink("link-to-file")`,
  `open("kept/open/file").read()`,
  `open("kept/open/new", "w")`,
  `open("other").read()`,
  `open("mount/kept").read()`,
  `os.rename("other", "another")`,
  `os.unlink("link-to-file")`,
  `os.unlink("dangling")`,
];

Deno.test(
  "what a rule denies outside the mount fails with EACCES, and the event has the rule's name",
  withLibrary(async (scene) => {
    const { root } = scene;
    await Deno.mkdir(`${root}/kept/directory`, { recursive: true });
    await Deno.mkdir(`${root}/kept/open`);
    await Deno.mkdir(`${root}/mount`);
    for (const name of ["kept/file", "kept/open/file", "kept/program", "other", "mount/kept"]) {
      await Deno.writeTextFile(`${root}/${name}`, "#!/bin/sh\n");
    }
    await Deno.chmod(`${root}/kept/program`, 0o755);
    await Deno.symlink("kept/file", `${root}/link-to-file`);
    await Deno.symlink("kept", `${root}/link-to-directory`);
    await Deno.symlink("kept/none", `${root}/dangling`);
    assert.deepEqual(await scene.tried([`open("kept/file").read()`]), ["ok"]);
    scene.rules(
      { name: "open", outside: true, path_pattern: `${root}/kept/open`, allow: "all" },
      { name: "all", outside: true, path_pattern: `${root}/kept/**`, deny: "all" },
      { name: "mount", outside: true, path_pattern: "mount/**", deny: "all" },
    );
    scene.events();
    const failures = await scene.tried(DENIED);
    assert.deepEqual(
      DENIED.map((statement, i) => `${failures[i]} ${statement}`),
      DENIED.map((statement) => `EACCES ${statement}`),
    );
    const refused = scene.events().filter(({ verdict }) => verdict === "deny");
    assert.ok(refused.length >= DENIED.length, `${refused.length}`);
    for (const event of refused) {
      assert.deepEqual([event.error, event.rule], ["EACCES", "all"]);
      assert.ok(event.path?.startsWith(`${root}/kept/`), event.path);
    }
    assert.equal(await Deno.readTextFile(`${root}/kept/file`), "#!/bin/sh\n");
    const successes = await scene.tried(ALLOWED);
    assert.deepEqual(successes, ALLOWED.map(() => "ok"));
    // Rules that come while programs run hold from then on.
    scene.rules({ name: "other", outside: true, path_pattern: `${root}/another`, deny: "read" });
    const after = await scene.tried([`open("another")`, `open("kept/file")`]);
    assert.deepEqual(after, ["EACCES", "ok"]);
    assert.ok(scene.events().some(({ rule }) => rule === "other"));
  }),
);

/** What would take something from under a rule, by another name or a descriptor. */
const ESCAPES = [
  `os.rename("home/me", "elsewhere/me")`,
  `os.rename("home", "house")`,
  `os.rename("home/me/.ssh", "keys")`,
  `libc("renameat2", -100, b"home/me", -100, b"elsewhere", 2)`,
  `libc("renameat2", -100, b"elsewhere", -100, b"home/me", 2)`,
  `os.rename("home/me", "open/me")`,
  `os.rename("staging", "cron")`,
  `os.rename("read-only/file", "other")`,
  `os.rename("read-only", "read-write")`,
  `os.link("read-only/file", "other")`,
  `libc("linkat", -100, b"link", -100, b"other", 0x400)`,
  `os.rename("folders", "other")`,
  `os.rmdir("folders")`,
  `os.truncate(os.open("fixed", os.O_RDWR), 0)`,
  `libc("ftruncate64", os.open("fixed", os.O_RDWR), 0)`,
  `os.chmod(os.open("fixed", os.O_RDONLY), 0o777)`,
  `os.chown(os.open("fixed", os.O_RDONLY), -1, -1)`,
  `os.utime(os.open("fixed", os.O_RDONLY))`,
  `libc("futimes", os.open("fixed", os.O_RDONLY), None)`,
  `os.setxattr(os.open("fixed", os.O_RDONLY), "user.a", b"b")`,
  `os.removexattr(os.open("fixed", os.O_RDONLY), "user.a")`,
];

const NO_ESCAPES = [
  `os.rename("home/me", "home/you"); os.rename("home/you", "home/me")`,
  `os.rename("home/me/work", "elsewhere/work")`,
  `os.rename("certificates", "moved")`,
  `os.rename("moved/x", "moved/y"); os.link("moved/y", "moved/z")`,
  `os.truncate(os.open("free", os.O_RDWR), 0); os.chmod(os.open("free", os.O_RDONLY), 0o600)`,
];

Deno.test(
  "nothing is taken from under a rule outside the mount by another name or a descriptor",
  withLibrary(async (scene) => {
    const { root } = scene;
    const files = ["home/me/.ssh/key", "home/me/work/x", "elsewhere/y", "staging/job"]
      .concat(["read-only/file", "certificates/a.pem", "certificates/x", "fixed", "free"]);
    for (
      const directory of [
        "folders",
        "open",
        ...files.map((file) => file.replace(/[^/]*$/, "")),
      ]
    ) {
      await Deno.mkdir(`${root}/${directory}`, { recursive: true });
    }
    for (const file of files) await Deno.writeTextFile(`${root}/${file}`, "x");
    await Deno.symlink("read-only/file", `${root}/link`);
    scene.rules(
      { name: "open", outside: true, path_pattern: `${root}/open/**`, allow: "read" },
      { name: "keys", outside: true, path_pattern: `${root}/home/*/.ssh/**`, deny: "all" },
      { name: "cron", outside: true, path_pattern: `${root}/cron/**`, deny: "create" },
      { name: "read-only", outside: true, path_pattern: `${root}/read-only/*`, deny: "write" },
      { name: "folders", outside: true, path_pattern: `${root}/folders/`, deny: "unlink,rename" },
      { name: "fixed", outside: true, path_pattern: `${root}/fixed`, deny: "truncate,attributes" },
      { name: "certificates", outside: true, path_pattern: "*.pem", deny: "write" },
    );
    const failures = await scene.tried(ESCAPES);
    assert.deepEqual(
      ESCAPES.map((statement, i) => `${failures[i]} ${statement}`),
      ESCAPES.map((statement) => `EACCES ${statement}`),
    );
    const refused = scene.events().filter(({ verdict }) => verdict === "deny");
    assert.equal(refused.length, ESCAPES.length);
    const [first] = refused;
    assert.deepEqual(
      [first!.rule, first!.path, first!.target],
      ["keys", `${root}/home/me`, `${root}/elsewhere/me`],
    );
    assert.deepEqual(await scene.tried(NO_ESCAPES), NO_ESCAPES.map(() => "ok"));
  }),
);

/** Prints a line for each call that has no failure, or another one than EACCES. */
const CALLS = `
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#define FAILS(call) do { errno = 0; if ((call) || errno != EACCES) printf("%s: %s\\n", #call, strerror(errno)); } while (0)
#define WORKS(call) do { errno = 0; if (!(call)) printf("%s: %s\\n", #call, strerror(errno)); } while (0)
extern char **environ;
int main(void) {
  char *arguments[] = {"program", NULL};
  pid_t child;
  int status = 0;
  FAILS(open("kept/file", O_RDONLY) >= 0);
  FAILS(open("link-to-file", O_RDONLY) >= 0);
  FAILS(open("kept/new", O_WRONLY | O_CREAT, 0600) >= 0);
  FAILS(openat(open("kept", O_RDONLY | O_DIRECTORY), "file", O_RDWR) >= 0);
  FAILS(fopen("kept/file", "w") != NULL);
  FAILS(freopen("kept/file", "w", stdin) != NULL);
  FAILS(unlink("kept/file") == 0);
  FAILS(rename("other", "kept/file") == 0);
  FAILS(link("kept/file", "elsewhere") == 0);
  FAILS(mkdir("kept/new", 0700) == 0);
  FAILS(truncate("kept/file", 1) == 0);
  FAILS(chmod("kept/file", 0777) == 0);
  FAILS(execv("kept/program", arguments) == 0);
  status = posix_spawn(&child, "kept/program", NULL, NULL, arguments, environ);
  if (status != EACCES) printf("posix_spawn: %s\\n", strerror(status));
  WORKS(open("other", O_RDONLY) >= 0);
  WORKS(fopen("free", "w") != NULL);
  WORKS(rename("free", "freed") == 0);
  WORKS(posix_spawn(&child, "program", NULL, NULL, arguments, environ) == 0);
  WORKS(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7);
  WORKS(system("exit 3") >> 8 == 3);
  puts("done");
  fflush(stdout);
  execvp("./program", arguments);
  return 1;
}
`;

/** Compilers, and how what they make is run here. */
const KINDS: readonly (readonly [compiler: string, library: string, ...runner: string[]])[] = [
  ["gcc", Deno.build.arch],
  ["musl-gcc", Deno.build.arch],
  ["aarch64-linux-gnu-gcc", "aarch64", "qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu"],
];

function isThere(program: string): boolean {
  const path = (Deno.env.get("PATH") ?? "").split(":");
  return path.some((place) => {
    try {
      return Deno.statSync(`${place}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}

for (const [compiler, library, ...runner] of KINDS) {
  const wanted = [compiler, ...runner.slice(0, 1)];
  Deno.test({
    name: `a program of ${compiler} is refused what rules deny, and else goes on as before`,
    ignore: !wanted.every(isThere),
    fn: withLibrary(async ({ root, rules, events }) => {
      await Deno.mkdir(`${root}/kept`);
      for (const name of ["kept/file", "kept/program", "program", "other"]) {
        await Deno.writeTextFile(`${root}/${name}`, "exit 7\n", { mode: 0o755 });
      }
      await Deno.writeTextFile(`${root}/program`, "#!/bin/sh\nexit 7\n");
      await Deno.symlink("kept/file", `${root}/link-to-file`);
      await Deno.writeTextFile(`${root}/calls.c`, CALLS);
      const { success, stderr } = await new Deno.Command(compiler, {
        args: ["-o", `${root}/calls`, `${root}/calls.c`],
        stderr: "piped",
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      rules({ name: "kept", outside: true, path_pattern: `${root}/kept/**`, deny: "all" });
      events();
      const variables = {
        LD_PRELOAD: `${DIST}/preload-${library}.so`,
        AGENTVFS_PRELOAD_RING: `${root}/preload/${PRELOAD_RING}`,
        AGENTVFS_PRELOAD_RULES: `${root}/preload/${PRELOAD_RULES}`,
      };
      const [first, ...rest] = runner.length === 0
        ? [`${root}/calls`]
        // What emulates has a C library of its own.
        : [
          ...runner,
          ...Object.entries(variables).flatMap((pair) => ["-E", pair.join("=")]),
          `${root}/calls`,
        ];
      const { code, stdout } = await new Deno.Command(first!, {
        args: rest,
        cwd: root,
        ...(runner.length === 0 ? { env: variables } : {}),
        stdout: "piped",
      }).output();
      assert.equal(new TextDecoder().decode(stdout), "done\n");
      assert.equal(code, 7);
      const refused = events().filter(({ rule }) => rule === "kept");
      assert.equal(refused.length, 14);
    }),
  });
}

const PARTS = [
  "a",
  "b",
  "ab",
  "*",
  "**",
  "?",
  "a*",
  "*b",
  "*.x",
  "[ab]",
  "[!a]",
  "a?b",
  "*a*b*",
  "é",
];
const NAMES = ["a", "b", "ab", "aab", "axb", "a.x", ".x", "c", "é", "aéb"];

Deno.test(
  "the library decides as the rules are tested: random patterns and paths",
  withLibrary(async (scene) => {
    let state = 0x2545f491;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor(state / 2 ** 32 * below);
    };
    const some = (of: readonly string[], most: number) =>
      Array.from({ length: 1 + random(most) }, () => of[random(of.length)]!);
    let denied = 0;
    for (let round = 0; round < 12; round++) {
      const rules = Array.from({ length: 1 + random(6) }, (_, i) => ({
        name: `r${i}`,
        outside: true,
        // A program that may read nothing does not start.
        path_pattern: `/none/${some(PARTS, 4).join("/")}${random(4) === 0 ? "/" : ""}`,
        [random(3) === 0 ? "allow" : "deny"]: random(2) === 0 ? "read" : "all",
      }));
      const policy = new Policy(outsideRules(parsePolicy(JSON.stringify({ rules }))), 1);
      scene.rules(...rules);
      const paths = Array.from({ length: 60 }, () => ["none", ...some(NAMES, 5)]);
      const outcomes = await scene.tried(
        paths.map((names) => `os.open("/${names.join("/")}", os.O_RDONLY)`),
      );
      for (const [i, names] of paths.entries()) {
        const bytes = names.map((name) => String.fromCharCode(...new TextEncoder().encode(name)));
        const at = policy.automaton.root.walk(bytes);
        const decision = policy.decide(at, false, null, ANY_CALLER);
        const isDenied = (decision.denied & Operation.READ) !== 0;
        if (isDenied) denied++;
        assert.equal(
          outcomes[i],
          isDenied ? "EACCES" : "ENOENT",
          `${JSON.stringify(rules)} ${names.join("/")}`,
        );
      }
    }
    assert.ok(denied > 100 && denied < 600, `${denied}`);
  }),
);
