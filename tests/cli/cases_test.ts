/**
 * The command line as data: what is typed, what is answered, the exit code. `HEX` in an expectation is an id.
 */

import assert from "node:assert/strict";
import { cli, withDaemon } from "./harness.ts";

interface Case {
  args: string;
  /** Lines typed before it, which must succeed. */
  before?: string[];
  program?: string;
  terminal?: boolean;
  code?: number;
  /** Standard output and standard error, exactly; lines end with a newline each. */
  out?: string;
  err?: string;
  /** Or what they match. */
  outLike?: RegExp;
  errLike?: RegExp;
}

const CASES: Case[] = [
  // checkpoint and rollback
  { args: "checkpoint", out: "HEX\n" },
  { args: "checkpoint baseline", out: "HEX\n" },
  {
    args: "checkpoint before the refactor",
    terminal: true,
    out:
      'checkpoint #2 000000000001 "before the refactor" · 3 added, 2 modified, 1 deleted · 4 ms\n',
  },
  { args: "checkpoint", terminal: true, outLike: /^checkpoint #2 000000000001 · 3 added/ },
  {
    args: "checkpoint --json x",
    outLike: /^\{"id":"HEX","number":2,"label":"x","branch":"main","changed":\{.*"ms":4\}\n$/,
  },
  { args: "ctl checkpoint baseline", out: "HEX\n" },
  { args: "checkpoint baseline", program: "agentvfs-ctl", out: "HEX\n" },
  { args: "checkpoint x --branch nope", code: 1, err: "agentvfs: There is no branch nope\n" },
  {
    args: "rollback before the refactor",
    before: ["checkpoint before the refactor"],
    out: "HEX\n",
  },
  {
    args: "rollback initial",
    terminal: true,
    out: 'rolled back to 000000000000 "initial" · 2 modified, 1 deleted · 3 ms\n' +
      "what was there before is checkpoint 555555555555\n",
  },
  { args: "rollback initial --dry-run", out: "D x\n" },
  { args: "rollback", code: 2, errLike: /^agentvfs: agentvfs rollback needs REF…\nhint: See/ },
  {
    args: "rollback nowhere",
    code: 1,
    err: 'agentvfs: There is no checkpoint "nowhere"\nhint: agentvfs log lists them\n',
  },
  {
    args: "rollback nowhere --json",
    code: 1,
    outLike:
      /^\{"ok":false,"error":\{"code":"unknown_ref","message":".*","exit":1,"hint":".*"\}\}\n$/,
  },
  { args: "undo", before: ["checkpoint x"], out: "HEX\n" },
  { args: "undo", code: 1, err: "agentvfs: There is nothing to undo\n" },
  { args: "redo", before: ["checkpoint x", "undo"], out: "HEX\n" },
  { args: "undo #2", before: ["checkpoint x"], out: "HEX\n" },
  { args: "undo 2 --count 2", code: 2, errLike: /--count stands without/ },
  { args: "undo --count 0", code: 2, errLike: /--count needs a whole number/ },
  { args: "undo --strategy ours", code: 2, errLike: /--strategy needs/ },
  { args: "undo --force-large", code: 2, errLike: /--force-large needs/ },
  { args: "undo 2 --strategy mine", code: 2, errLike: /--strategy is one of/ },
  { args: "restore a b --from initial", out: "HEX\n" },
  { args: "restore ../../../x --from initial", code: 2, errLike: /outside the project/ },
  { args: "restore --from initial", code: 2, errLike: /needs PATH/ },
  { args: "restore --paths-from /no/such/list", code: 2, errLike: /Cannot read paths from.*hint/s },
  { args: "diff --paths-from /no/such/list", code: 2, errLike: /Cannot read paths from/ },

  // reading
  {
    args: "log",
    before: ["checkpoint x"],
    outLike: /^\* {2}#2 {2}0{11}1 {2}LOCALTIME .*checkpoint {2}"x" .*\n {3}#1 {2}0{12} .*import/,
  },
  { args: "log -n 1", before: ["checkpoint x"], outLike: /^[^\n]*\n$/ },
  { args: "log -n none", code: 2, errLike: /--limit needs a whole number above 0/ },
  { args: "log --json", outLike: /^\{"branch":"main","head":"HEX","entries":\[/ },
  {
    args: "show",
    outLike:
      /^checkpoint {2}HEX\nnumber {6}#1\nlabel {7}"initial"\n[^]*\nA src\/new\\x0aline\.ts\n$/,
  },
  { args: "show nowhere", code: 1, errLike: /There is no checkpoint "nowhere"/ },
  { args: "diff", out: "M x  (content, mode)\nT y  (file → symlink)\n" },
  { args: "diff initial HEAD", outLike: /^M x/ },
  { args: "diff a b c", code: 2, errLike: /two checkpoints at most/ },
  { args: "diff -p", out: "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n" },
  {
    args: "diff -p --color always",
    out: "\x1b[1m--- a/x\x1b[0m\n\x1b[1m+++ b/x\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n" +
      "\x1b[31m-old\x1b[0m\n\x1b[32m+new\x1b[0m\n",
  },
  { args: "diff --name-only", out: "x\ny\n" },
  { args: "diff --name-status", out: "M\tx\nT\ty\n" },
  {
    args: "diff --stat",
    out: " x | 4 +++-\n y | 4 +++-\n 2 files changed, 6 insertions(+), 2 deletions(-)\n",
  },
  { args: "diff --stat -p", outLike: /^ x \| 4 \+\+\+-\n[^]* 2 deletions\(-\)\n\n--- a\/x\n/ },
  { args: "diff --name-only -p", code: 2, errLike: /--name-only and --patch exclude each other/ },
  { args: "diff --color sometimes", code: 2, errLike: /--color is one of auto, always, never/ },
  { args: "status", outLike: /^project +\/.*\nmount +.*\nshowing +branch main at "initial"\n/ },
  { args: "status --json", outLike: /^\{"version":"0.0.0-fake","state":"ready",/ },
  { args: "status", program: "agentvfs-ctl", outLike: /^\{"ok":true,.*"commit":"HEX"/ },
  { args: "ctl raw branch.list", outLike: /^\{"ok":true,"branches":\[\{"name":"main"/ },
  { args: "ctl raw frobnicate", code: 1, outLike: /"error":"unknown command"/ },

  // the store
  {
    args: "verify",
    out:
      "everything is whole · 10 objects, 1000 B in packs · 2 checkpoints · 5 journal records · " +
      "7 ms\n",
  },
  { args: "verify --json", outLike: /^\{"store":"\/fake\/store","clean":true,"checked":\{/ },
  { args: "verify --store /no-such-place", code: 1, errLike: /no file named format/ },
  { args: "gc", out: "freed 2.0 KiB of 2.9 KiB · 1 checkpoint is not kept, 2 are · 9 ms\n" },
  {
    args: "gc --dry-run",
    out: "would free 2.0 KiB of 2.9 KiB · 1 checkpoint would not be kept, 2 would · 9 ms\n" +
      '  777777777777  LOCALTIME  checkpoint  "long ago"\n',
  },
  { args: "gc --json", outLike: /^\{"store":"\/fake\/store","dryRun":false,"compacted":\[\{/ },
  {
    args: "store stats",
    outLike: /packs +4\.9 KiB · 20 objects\n[^]*of 2 checkpoints[^]*500 B +777777777777 "before"/,
  },
  { args: "store stats --json", outLike: /^\{"store":"\/fake\/store","total":10000/ },
  { args: "store", code: 2, errLike: /store/ },
  { args: "store everything", code: 2, errLike: /agentvfs store has no command "everything"/ },
  { args: "gc --keep none", code: 2, errLike: /--keep needs a whole number above 0/ },
  { args: "gc --keep-for soon", code: 2, errLike: /--keep-for needs a time like 7d or 12h/ },
  { args: "verify everything", code: 2, errLike: /cannot make sense of "everything"/ },

  // finding the daemon
  {
    args: "status --sock /no-such-place.sock",
    code: 3,
    errLike: /no socket \/no-such-place.sock\nhint: Start one/,
  },
  {
    args: "--sock /no-such-place.sock status",
    program: "agentvfs-ctl",
    code: 3,
    errLike: /no socket/,
  },
  { args: "status -C /", code: 3, errLike: /^agentvfs: There is no daemon for \/\n/ },
  { args: "status /", code: 3, errLike: /There is no daemon for/ },

  // usage
  { args: "", code: 2, errLike: /^agentvfs: give an agent[^]*Usage:/ },
  { args: "--help", outLike: /^agentvfs: give an agent/ },
  { args: "help", outLike: /^agentvfs: give an agent/ },
  {
    args: "help rollback",
    outLike:
      /^Make the mount what a checkpoint recorded\n\nUsage: agentvfs rollback \[OPTIONS\] REF…/,
  },
  { args: "rollback --help", outLike: /^Make the mount/ },
  { args: "ctl rollback --help", outLike: /^Make the mount/ },
  { args: "ctl --help", outLike: /^Usage: agentvfs ctl/ },
  { args: "ctl", code: 2, errLike: /^Usage: agentvfs ctl/ },
  { args: "--help", program: "agentvfs-ctl", outLike: /^Usage: agentvfs ctl/ },
  { args: "--help", program: "agentvfs-quickstart", outLike: /^Mount a project and say where/ },
  { args: "--version", outLike: /^agentvfs \d+\.\d+\.\d+\n$/ },
  { args: "version", outLike: /^agentvfs \d/ },
  { args: "version --json", outLike: /^\{"version":/ },
  { args: "--version", program: "agentvfs-ctl", outLike: /^agentvfs \d/ },
  { args: "chekpoint x", code: 2, errLike: /Did you mean agentvfs checkpoint\?/ },
  {
    args: "frobnicate",
    code: 2,
    err: 'agentvfs: There is no command "frobnicate"\nhint: See agentvfs --help\n',
  },
  { args: "help frobnicate", code: 2, errLike: /There is no command/ },
  { args: "toString", code: 2, errLike: /There is no command/ },
  {
    args: "ctl quickstart",
    code: 2,
    err: "agentvfs: agentvfs ctl has no command quickstart\nhint: Use agentvfs quickstart\n",
  },
  { args: "status --jsom", code: 2, errLike: /Did you mean --json\?/ },
  { args: "--frob", code: 2, errLike: /has no option --frob/ },
  { args: "--sock", code: 2, errLike: /Usage/ },
  { args: "__server", code: 2, errLike: /started by the daemon only/ },

  // daemons that cannot be
  {
    args: "quickstart /no-such-place/at/all",
    code: 2,
    errLike: /There is no project directory \/no-such-place\/at\/all/,
  },
  { args: "quickstart /etc/hostname", code: 2, errLike: /is not a directory/ },
  { args: "quickstart /", code: 1, errLike: /the whole system, not a project\nhint: .*--force/ },
  { args: "daemon", code: 2, errLike: /needs --source DIR/ },
  {
    args: "daemon --source /no-such-place --mountpoint /mnt",
    code: 2,
    errLike: /no project directory/,
  },
  { args: "--source /no-such-place --mountpoint /mnt", code: 2, errLike: /no project directory/ },
  {
    args: "-f --source=/no-such-place --mountpoint=/mnt",
    code: 2,
    errLike: /no project directory/,
  },
  {
    args: "quickstart /no-such-place --json",
    code: 2,
    outLike: /^\{"ok":false,"error":\{"code":"no_source"/,
  },
];

for (const test of CASES) {
  const name = [test.program ?? "agentvfs", test.args, test.terminal ? "(terminal)" : ""];
  Deno.test(name.filter((part) => part !== "").join(" "), () =>
    withDaemon(async ({ project }) => {
      Deno.env.set("NO_COLOR", "1");
      const split = (text: string) => text.split(" ").filter((word) => word !== "");
      for (const line of test.before ?? []) {
        assert.equal((await cli(["-C", project, ...split(line)])).code, 0, line);
      }
      const result = await cli(split(test.args), {
        ...(test.program === undefined ? {} : { program: test.program }),
        terminal: test.terminal ?? false,
      });
      const [out, err] = [result.stdout, result.stderr].map((text) =>
        text.replace(/\b[0-9a-f]{64}\b/g, "HEX").replace(/2026-01-0\d \d\d:\d\d:\d\d/g, "LOCALTIME")
      );
      const said = `exit code ${result.code}\n${result.stdout}${result.stderr}`;
      assert.equal(result.code, test.code ?? 0, said);
      if (test.out !== undefined) assert.equal(out, test.out);
      if (test.err !== undefined) assert.equal(err, test.err);
      if (test.outLike !== undefined) assert.match(out!, test.outLike);
      if (test.errLike !== undefined) assert.match(err!, test.errLike);
      if (result.code === 0) assert.equal(result.stderr, "");
    }));
}

Deno.test("checkpoint passes label, message, agent and branch", () =>
  withDaemon(async ({ service }) => {
    await cli(["checkpoint", "two words", "-m", "why", "--agent", "me", "-b", "main"]);
    assert.deepEqual(service.calls.at(-1)!.params, {
      label: "two words",
      message: "why",
      agent: "me",
      branch: "main",
    });
  }));

Deno.test("gc passes every rule", () =>
  withDaemon(async ({ service }) => {
    const rules = [
      "--keep",
      "5",
      "--keep-for",
      "36h",
      "--keep-prompts",
      "28d",
      "--keep-hourly",
      "24",
      "--keep-daily",
      "7",
    ];
    await cli(["gc", "-n", ...rules, "--keep-labelled"]);
    assert.deepEqual(service.calls.find(({ method }) => method === "gc")!.params, {
      dryRun: true,
      keep: 5,
      keepForMs: 36 * 3_600_000,
      keepPromptsForMs: 28 * 86_400_000,
      keepHourly: 24,
      keepDaily: 7,
      keepLabelled: true,
    });
  }));

Deno.test("restore and diff send paths of the project, whatever the current directory", () =>
  withDaemon(async ({ project, config, service }) => {
    await cli([
      "restore",
      `${project}/src/a.ts`,
      `${config.mount}/b`,
      "c/d",
      "--from",
      "initial",
      "-n",
    ]);
    assert.deepEqual(service.calls.at(-1)!.params, {
      paths: ["src/a.ts", "b", "c/d"],
      from: "initial",
      dryRun: true,
    });
    await cli(["diff", "initial", "--", "src/a b.ts"]);
    assert.deepEqual(service.calls.at(-1)!.params, {
      from: "initial",
      paths: ["src/a b.ts"],
      renames: true,
    });
  }));

Deno.test("restore and diff take a list of paths, whose bytes reach the daemon", () =>
  withDaemon(async ({ root, project, service }) => {
    const list = `${root}/list`;
    const sent = async (bytes: Uint8Array<ArrayBuffer>, ...args: string[]) => {
      await Deno.writeFile(list, bytes);
      const { code, stderr } = await cli([...args, "--paths-from", list]);
      assert.equal(code, 0, stderr);
      return (service.calls.at(-1)!.params as { paths?: string[] }).paths;
    };
    const ascii = (text: string) => new TextEncoder().encode(text);
    const two = ascii(`a\nb\0${project}/c/\0`);
    assert.deepEqual(await sent(two, "restore", "first"), ["first", "a\nb", "c"]);
    assert.deepEqual(await sent(two, "diff", "initial"), ["a\nb", "c"]);
    const foreign = Uint8Array.of(0x61, 0xff, 0x2f, 0xc3, 0xa9);
    assert.deepEqual(await sent(foreign, "restore"), ["a\udcff/é"]);

    for (const [text, message] of [["a\0\0b", /empty path/], ["", /lists no path/]] as const) {
      await Deno.writeFile(list, ascii(text));
      for (const command of ["restore", "diff"]) {
        const { code, stderr } = await cli([command, "--paths-from", list]);
        assert.equal(code, 2);
        assert.match(stderr, message);
      }
    }
  }));

Deno.test("an argument that is not UTF-8 is refused where it is no path", () =>
  withDaemon(async ({ service }) => {
    assert.equal((await cli(["restore", "a\udcff"])).code, 0);
    assert.equal((await cli(["diff", "--", "a\udcff"])).code, 0);
    const calls = service.calls.length;
    for (
      const args of [["checkpoint", "\udcff"], ["status", "\udcff"], ["\udcff"], [
        "log",
        "--\udcff",
      ]]
        .concat([["restore", "a", "--from", "\udcff"], ["-C", "\udcff", "status"]])
    ) {
      const { code, stderr } = await cli(args);
      assert.equal(code, 2, JSON.stringify(args));
      assert.match(stderr, /^agentvfs: /);
    }
    assert.equal(service.calls.length, calls, "nothing was asked of the daemon");
  }));

Deno.test("colour is for terminals, and not where NO_COLOR is set", async () => {
  const before = Deno.env.get("NO_COLOR");
  Deno.env.delete("NO_COLOR");
  try {
    await withDaemon(async () => {
      // The decision is made once per program, so it is asked for in a program of its own.
      const code = `
        Deno.stdout.isTerminal = () => ${"true"};
        const { style } = await import(${
        JSON.stringify(new URL("../../src/cli/print/output.ts", import.meta.url).href)
      });
        console.log(JSON.stringify(style("x", "red")));`;
      const shown = async (env: Record<string, string>) => {
        const { stdout } = await new Deno.Command(Deno.execPath(), {
          args: ["eval", code],
          env: { TERM: "xterm", ...env },
        }).output();
        return JSON.parse(new TextDecoder().decode(stdout));
      };
      assert.equal(await shown({}), "\x1b[31mx\x1b[0m");
      assert.equal(await shown({ NO_COLOR: "1" }), "x");
      assert.equal(await shown({ TERM: "dumb" }), "x");
    });
  } finally {
    if (before !== undefined) Deno.env.set("NO_COLOR", before);
  }
});

Deno.test("an unexpected argument of any kind never crashes the command line", () =>
  withDaemon(async () => {
    for (
      const args of [["\0"], ["log", "\n"], ["-"], ["--"], ["--", "status"], ["--=x"], [
        "checkpoint",
        "",
      ]]
    ) {
      const { code, stderr } = await cli(args);
      assert.ok([0, 1, 2, 3].includes(code), `${JSON.stringify(args)}: ${code}`);
      assert.doesNotMatch(stderr, /unexpected|\.ts:\d/);
    }
  }));
