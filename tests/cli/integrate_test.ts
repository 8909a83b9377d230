/** `agentvfs integrate` on homes as people have them: nothing of theirs is lost, and what is taken out leaves the bytes that were there. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { withState } from "../../src/daemon/keeper/testing/with_state.ts";
import { cli, type Result, withDaemon } from "./harness.ts";

/** A file's text, or where a link leads. */
type Files = Readonly<Record<string, string | { link: string } | { mode: number; text: string }>>;

interface Home {
  readonly home: string;
  readonly state: string;
  path(name: string): string;
  read(name: string): string;
  integrate(...args: string[]): Promise<Result>;
}

/** Runs `test` with a home that has these files, and then holds it to what it was. */
function withHome(files: Files, test: (home: Home) => Promise<void>): Promise<void> {
  return withState(async ({ root }) => {
    const home = join(root, "home");
    const path = (name: string) => join(home, name);
    await Deno.mkdir(home);
    for (const [name, file] of Object.entries(files)) {
      await Deno.mkdir(dirname(path(name)), { recursive: true });
      if (typeof file === "string") await Deno.writeTextFile(path(name), file);
      else if ("link" in file) await Deno.symlink(file.link, path(name));
      else {
        await Deno.writeTextFile(path(name), file.text);
        await Deno.chmod(path(name), file.mode);
      }
    }
    const before = await everything(root);
    await test({
      home,
      state: join(root, "state"),
      path,
      read: (name) => Deno.readTextFileSync(path(name)),
      integrate: (...args) => cli(["integrate", ...args]),
    });
    assert.deepEqual(await everything(root), before);
  });
}

/** All names below a directory, with what is in them: bytes, modes, links. */
async function everything(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(directory)) {
    const path = join(directory, name);
    const { mode } = await Deno.lstat(path);
    const what = isSymlink
      ? await Deno.readLink(path)
      : isDirectory
      ? "directory"
      : (await Deno.readFile(path)).toHex();
    found[path] = `${(mode! & 0o7777).toString(8)} ${what}`;
    if (isDirectory) Object.assign(found, await everything(path));
  }
  return found;
}

async function inAndOut({ integrate }: Home, agent = "all", see?: () => void): Promise<void> {
  const first = await integrate(agent);
  assert.equal(first.code, 0, first.stderr);
  see?.();
  const again = await integrate(agent);
  assert.match(again.stdout, /^everything is there already$/m);
  const out = await integrate(agent, "--uninstall");
  assert.equal(out.code, 0, out.stderr);
  assert.match((await integrate(agent, "--uninstall")).stdout, /^there is nothing to take out$/m);
}

const CLAUDE = ".claude/settings.json";
const CODEX = ".codex/config.toml";
const GEMINI = ".gemini/settings.json";

Deno.test("an empty home gets all that the agents need, and is empty again", () =>
  withHome({}, async (home) => {
    await inAndOut(home, "all", () => {
      const settings = JSON.parse(home.read(CLAUDE));
      assert.equal(settings.enabledPlugins["agentvfs@agentvfs"], true);
      const { path } = settings.extraKnownMarketplaces.agentvfs.source;
      JSON.parse(Deno.readTextFileSync(join(path, ".claude-plugin/marketplace.json")));
      // It is for a shell: there may be a space in the path.
      const isExecutable = ["-c", `test -x ${settings.statusLine.command}`];
      assert.ok(new Deno.Command("sh", { args: isExecutable }).outputSync().success);
      assert.match(home.read(CODEX), /^\[mcp_servers\.agentvfs\]\ncommand = "agentvfs"$/m);
      assert.match(
        JSON.parse(home.read(".codex/hooks.json")).hooks.Stop[0].hooks[0].command,
        /hook/,
      );
      assert.match(
        home.read(".agents/skills/agentvfs-checkpoint/SKILL.md"),
        /^name: agentvfs-checkpoint$/m,
      );
      assert.deepEqual(JSON.parse(home.read(GEMINI)).mcpServers.agentvfs.args, ["mcp"]);
      const { mcp } = JSON.parse(home.read(".config/opencode/opencode.json"));
      assert.deepEqual(mcp.agentvfs.command, ["agentvfs", "mcp"]);
      const cursor = JSON.parse(home.read(".cursor/hooks.json"));
      assert.equal(cursor.version, 1);
      assert.match(cursor.hooks.preToolUse[0].command, /hook/);
      assert.ok(JSON.parse(home.read(".cursor/mcp.json")).mcpServers.agentvfs);
      const vscode = JSON.parse(home.read(".copilot/hooks/agentvfs.json"));
      assert.deepEqual(Object.keys(vscode.hooks.Stop[0]), ["type", "command", "timeout"]);
      assert.ok(JSON.parse(home.read(".config/Code/User/mcp.json")).servers.agentvfs);
    });
  }));

Deno.test("without a name it is for the agents that are there", () =>
  withHome({ ".codex/history": "", ".gemini/x": "" }, async ({ integrate, home }) => {
    const { stdout } = await integrate("--json", "--dry-run");
    const { agents, files, dryRun } = JSON.parse(stdout);
    assert.deepEqual([agents, dryRun], [["codex", "gemini"], true]);
    assert.ok(files.every(({ path }: { path: string }) => path.startsWith(home)));
  }));

Deno.test("where there is no agent, or one of another name, it says so", () =>
  withHome({}, async ({ integrate }) => {
    const none = await integrate();
    assert.deepEqual([none.code, none.stdout], [1, ""]);
    assert.match(none.stderr, /There is no agent's directory in .*\nhint: Name the agent/);
    assert.equal((await integrate("clod")).code, 2);
    assert.equal((await integrate("claude", "--user", "--project")).code, 2);
  }));

Deno.test("other plug-ins, hooks and servers stay as they are", () =>
  withHome({
    [CLAUDE]: JSON.stringify(
      {
        enabledPlugins: { "other@x": true },
        extraKnownMarketplaces: { x: { source: { source: "github", repo: "a/b" } } },
        statusLine: { type: "command", command: "mine" },
      },
      null,
      4,
    ),
    [CODEX]: '[mcp_servers.other]\ncommand = "x"\n\n[features]\nhooks = true',
    ".codex/hooks.json": '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"mine"}]}]}}',
    [GEMINI]: '{\n\t"hooks": {\n\t\t"BeforeTool": [\n\t\t\t{"hooks":[]},\n\t\t],\n\t},\n}\n',
    ".config/opencode/opencode.json": '{"mcp":{"other":{"type":"local","command":["x"]}}}',
    ".cursor/hooks.json": '{"version":1,"hooks":{"stop":[{"command":"mine"}]}}',
    ".config/Code/User/mcp.json": '{\n\t"servers": {\n\t\t"other": {}, // mine\n\t},\n}\n',
    ".agents/skills/other/SKILL.md": "theirs",
  }, async (home) => {
    await inAndOut(home, "all", () => {
      const settings = JSON.parse(home.read(CLAUDE));
      assert.equal(settings.statusLine.command, "mine");
      assert.deepEqual(settings.enabledPlugins, { "other@x": true, "agentvfs@agentvfs": true });
      assert.match(home.read(CLAUDE), /^ {8}"agentvfs@agentvfs": true$/m);
      assert.equal(JSON.parse(home.read(".codex/hooks.json")).hooks.Stop.length, 2);
    });
    const { stdout } = await home.integrate("claude", "--dry-run");
    assert.match(stdout, /^keep .*settings\.json: it has statusLine already$/m);
  }));

Deno.test("a file that is no JSON is refused with the place, and nothing at all is written", () =>
  withHome({ [CLAUDE]: '{\n  "a": 1,\n  "b" 2\n}\n', [CODEX]: "" }, async ({ integrate }) => {
    const { code, stdout, stderr } = await integrate("all");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /Nothing was written\. .*settings\.json: It is no JSON \(line 3, column 7: a colon/,
    );
    assert.match(stderr, /hint: Mend the file, or name the agents/);
    const error = JSON.parse((await integrate("all", "--json")).stdout).error;
    assert.equal(error.code, "cannot_integrate");
    assert.equal(error.details.length, 1);
  }));

Deno.test("links are followed, and stay links", () =>
  withHome({
    "dotfiles/settings.json": '{"a":1}\n',
    [CLAUDE]: { link: "../dotfiles/settings.json" },
    ".codex": { link: "dotfiles" },
    [GEMINI]: { link: "../dotfiles/not-yet.json" },
  }, async (home) => {
    await inAndOut(home, "all", () => {
      assert.ok(Deno.lstatSync(home.path(CLAUDE)).isSymlink);
      assert.equal(JSON.parse(home.read("dotfiles/settings.json")).a, 1);
      assert.match(home.read("dotfiles/config.toml"), /agentvfs/);
      assert.match(home.read("dotfiles/not-yet.json"), /agentvfs/);
    });
  }));

Deno.test("what is read-only is refused with a sentence, for root too", () =>
  withHome({ [CLAUDE]: { text: "{}", mode: 0o444 }, [CODEX]: "" }, async ({ integrate }) => {
    const { code, stderr } = await integrate("all");
    assert.equal(code, 1);
    assert.match(stderr, /Nothing was written\. .*settings\.json: It is read-only/);
  }));

Deno.test("modes are kept: what nobody else may read stays so", () =>
  withHome({ [CODEX]: { text: 'key = "secret"\n', mode: 0o600 } }, async (home) => {
    await inAndOut(home, "codex", () => {
      assert.equal(Deno.statSync(home.path(CODEX)).mode! & 0o777, 0o600);
    });
  }));

Deno.test("ends of lines, byte order marks, comments and blanks are kept", () =>
  withHome({
    [CLAUDE]: '\ufeff{\r\n  "model": "x" // mine\r\n}\r\n',
    [CODEX]: 'model = "x"\r\n',
    ".codex/hooks.json": " \n",
    [GEMINI]: "// all of it\n{ /* nothing */ }",
    ".config/opencode/opencode.jsonc": "",
  }, async (home) => {
    await inAndOut(home, "all", () => {
      assert.match(home.read(".config/opencode/opencode.jsonc"), /agentvfs/);
      for (const name of [CLAUDE, CODEX]) {
        assert.doesNotMatch(home.read(name), /[^\r]\n/);
        assert.match(home.read(name), /agentvfs/);
      }
      assert.match(home.read(CLAUDE), /"model": "x", \/\/ mine\r\n {2}"extra/);
    });
  }));

Deno.test("the original's files become ours, and are its own again afterwards", () =>
  withHome({
    ".claude/skills/agentvfs-workspace/SKILL.md": "---\nname: agentvfs-workspace\n---\nold\n",
    ".codex/AGENTS.md": "Mine.\n\n<!-- agentvfs:begin -->\nold\n<!-- agentvfs:end -->\nMine too.\n",
  }, async (home) => {
    await inAndOut(home, "all", () => {
      const skill = home.read(".claude/skills/agentvfs-workspace/SKILL.md");
      assert.match(skill, /^name: agentvfs-workspace$/m);
      assert.match(skill, /\.agentvfs\/ctl/);
      const agents = home.read(".codex/AGENTS.md");
      assert.match(
        agents,
        /^Mine\.\n\n<!-- agentvfs:begin -->\nThis project may.*\n<!-- agentvfs:end -->\nMine too\.\n$/,
      );
    });
  }));

Deno.test("an older version of ours is brought up to date, and what it had and we have not goes", () =>
  withHome({ [CLAUDE]: '{"model":"x"}' }, async (home) => {
    await home.integrate("claude");
    const records = join(home.state, "integrations.json");
    const skill = join(home.state, "plugin/agentvfs/skills/checkpoint/SKILL.md");
    const gone = join(home.state, "plugin/agentvfs/commands/old.md");
    // As an older version would have left it.
    const stored = JSON.parse(Deno.readTextFileSync(records));
    stored.files[skill].applied.text = "old\n";
    stored.files[gone] = {
      ...stored.files[skill],
      applied: { kind: "file", text: "old command\n" },
      directories: [],
    };
    Deno.writeTextFileSync(records, JSON.stringify(stored));
    Deno.writeTextFileSync(skill, "old\n");
    Deno.writeTextFileSync(gone, "old command\n");
    const { stdout } = await home.integrate("claude");
    assert.match(stdout, /^edit .*checkpoint\/SKILL\.md$/m);
    assert.match(stdout, /^remove .*old\.md$/m);
    assert.match(Deno.readTextFileSync(skill), /^name: checkpoint$/m);
    await home.integrate("claude", "--uninstall");
  }));

Deno.test("what a person changed since stays, in files of ours and around our lines", () =>
  withState(async ({ root }) => {
    const home = join(root, "home");
    await Deno.mkdir(join(home, ".claude"), { recursive: true });
    await cli(["integrate", "claude", "codex"]);
    const skill = join(home, ".agents/skills/agentvfs-checkpoint/SKILL.md");
    const settings = join(home, CLAUDE);
    Deno.writeTextFileSync(skill, "my own words");
    // Claude Code writes its settings anew.
    const changed = { ...JSON.parse(Deno.readTextFileSync(settings)), theme: "dark" };
    Deno.writeTextFileSync(settings, JSON.stringify(changed, null, 1));
    assert.match(
      (await cli(["integrate", "codex"])).stdout,
      /^keep .*SKILL\.md: it was changed since$/m,
    );
    assert.equal(Deno.readTextFileSync(skill), "my own words");
    await cli(["integrate", "claude", "codex", "--uninstall"]);
    assert.equal(Deno.readTextFileSync(skill), "my own words");
    assert.deepEqual(JSON.parse(Deno.readTextFileSync(settings)), { theme: "dark" });
  }));

Deno.test("what two agents share goes with the second", () =>
  withHome({}, async ({ integrate, read }) => {
    await integrate("codex", "gemini");
    await integrate("codex", "--uninstall");
    assert.match(read(".agents/skills/agentvfs-checkpoint/SKILL.md"), /checkpoint/);
    await integrate("gemini", "--uninstall");
  }));

Deno.test("a server or a table of that name which the person wrote is left alone", () =>
  withHome({
    [CODEX]: '[mcp_servers.agentvfs]\ncommand = "mine"\n',
    [GEMINI]: '{"mcpServers":{"agentvfs":{"command":"mine"}}}',
    ".config/opencode/plugins/agentvfs.js": "mine",
  }, async (home) => {
    const { stdout } = await home.integrate("all");
    assert.match(stdout, /^keep .*config\.toml: it has mcp_servers\.agentvfs already$/m);
    assert.match(stdout, /^keep .*plugins\/agentvfs\.js: there is another file of this name$/m);
    assert.equal(JSON.parse(home.read(GEMINI)).mcpServers.agentvfs.command, "mine");
    await home.integrate("all", "--uninstall");
  }));

Deno.test("with --project it is in the directory one stands in, and nowhere else in the home", () =>
  withHome({ "project/README": "" }, async ({ home, path, integrate, read }) => {
    const project = ["--project", "-C", path("project")];
    assert.match(
      (await integrate("all", ...project)).stdout,
      /^next: trust the directory when you are asked by claude and codex/m,
    );
    assert.match(read("project/.claude/settings.local.json"), /agentvfs@agentvfs/);
    for (const name of [".codex/config.toml", ".gemini/settings.json", "opencode.json"]) {
      assert.match(read(`project/${name}`), /agentvfs/);
    }
    assert.deepEqual([...Deno.readDirSync(home)].map(({ name }) => name), ["project"]);
    // What is for all projects is another thing.
    assert.match(
      (await integrate("all", "--uninstall")).stdout,
      /^there is nothing to take out$/m,
    );
    await integrate("all", ...project, "--uninstall");
  }));

Deno.test("quickstart offers it, until the agents that are there know", () =>
  withDaemon(async ({ root, project }) => {
    const quickstart = async () => (await cli(["quickstart", project])).stdout;
    assert.doesNotMatch(await quickstart(), /integrate/);
    for (const name of [".claude", ".codex"]) {
      await Deno.mkdir(join(root, "home", name), { recursive: true });
    }
    assert.match(
      await quickstart(),
      /^once: agentvfs integrate {3}# makes claude and codex know all this$/m,
    );
    await cli(["integrate", "claude"]);
    assert.match(await quickstart(), /# makes codex know all this$/m);
    await cli(["integrate", "codex"]);
    assert.doesNotMatch(await quickstart(), /integrate/);
  }));
