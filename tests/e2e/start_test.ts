/**
 * The executable starts wherever it stands and whatever it is called with: the runtime in it does not.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/commands.ts";
import { run } from "../support/process.ts";
import { EXECUTABLE, type Place, withPlace } from "./executable.ts";

/** Runs a script in which `agentvfs` is the executable; it need not succeed. */
async function script(place: Place, text: string) {
  const environment = [`HOME=${place.root}/home`, `AGENTVFS_STATE_DIR=${place.root}/state`];
  const begin = `agentvfs() { "${EXECUTABLE}" "$@"; }; cd "${place.root}"\n`;
  const outcome = await run(
    ["env", ...environment, "bash", "-uc", begin + text],
    { env: { AGENTVFS_SOCK: "" } },
  );
  assert.doesNotMatch(outcome.stderr, /panicked|Something unexpected|Error:|^\s+at /m);
  return outcome;
}

const GONE = "mkdir gone && cd gone && rmdir ../gone\n";

Deno.test("every command starts in a directory that is gone", () =>
  withPlace(async (place) => {
    for (const name of Object.keys(COMMANDS).filter((name) => !name.startsWith("__"))) {
      const { code, stdout } = await script(place, `${GONE}agentvfs ${name} --help`);
      assert.equal(code, 0, name);
      assert.match(stdout, /^\S.*\n\nUsage: agentvfs /, name);
    }
    const daemonless = ["undo", "status", "log", "verify", "gc", "restore x", "checkpoint"];
    for (const command of daemonless) {
      const { code, stderr } = await script(place, `${GONE}agentvfs ${command}`);
      assert.equal(code, 3, `${command}: ${stderr}`);
    }
    const here = await script(place, `${GONE}agentvfs quickstart`);
    assert.equal(here.code, 2);
    assert.match(here.stderr, new RegExp(`no project directory ${place.root}/gone`));
  }));

const MEMFD_NOEXEC = "/proc/sys/vm/memfd_noexec";

Deno.test({
  name: "it starts, and knows where it stands, where no file in memory may be executed",
  ignore: Deno.uid() !== 0 || !await Deno.stat(MEMFD_NOEXEC).then(() => true, () => false),
  fn: () =>
    withPlace(async (place) => {
      const project = await place.project("shop", { a: "1\n" });
      // The setting is its PID namespace's own, and ends with that.
      const inside = `exec unshare --pid --fork --mount --mount-proc bash -uc '
        echo 2 >${MEMFD_NOEXEC} && cat ${MEMFD_NOEXEC}
        agentvfs() { "${EXECUTABLE}" "$@"; }
        agentvfs quickstart "${project}" >/dev/null && cd "${place.root}"
        agentvfs run -C "${project}" -- cat a
        agentvfs stop "${project}" >/dev/null; echo $?
        ${GONE} agentvfs quickstart'`;
      const { stdout, stderr, code } = await script(place, inside);
      assert.deepEqual([stdout, code], ["2\n1\n0\n", 2], stderr);
      assert.match(stderr, new RegExp(`no project directory ${place.root}/gone`));
    }),
});

Deno.test("in the directory of a branch that is gone, commands mean no other", () =>
  withPlace(async (place) => {
    const project = await place.project("shop", { a: "1\n" });
    const mount = /^mount=(.*)$/m.exec(await place.ok("quickstart", project))![1]!;
    const { stdout } = await script(
      place,
      `echo 2 >"${mount}/a"; agentvfs branch create gone --project "${project}" >/dev/null
      cd "${mount}/.agentvfs/branches/gone" && agentvfs branch delete gone >/dev/null
      for command in "rollback initial" "checkpoint x" undo "run true"; do agentvfs $command; echo $?; done
      cd / && agentvfs log --project "${mount}" | wc -l; cat "${mount}/a"; agentvfs stop "${mount}"`,
    );
    assert.deepEqual(stdout.trim().split("\n").slice(0, 6), ["1", "1", "1", "1", "1", "2"]);
  }));

Deno.test("in a directory that a rollback has removed, commands mean its mount", () =>
  withPlace(async (place) => {
    const project = await place.project("shop", { "src/a": "1\n", "src/b": "1\n" });
    await place.project("other", { file: "" });
    await place.ok("quickstart", join(place.root, "other"));
    const mount = /^mount=(.*)$/m.exec(await place.ok("quickstart", project))![1]!;
    const outcome = await script(
      place,
      `cd "${mount}" && agentvfs checkpoint base
      mkdir -p src/new && echo 2 >src/a && cd src/new && echo x >x && agentvfs rollback base
      test ! -d "${mount}/src/new" || echo "it is not gone"
      agentvfs status && agentvfs undo && cat "${mount}/src/new/x"
      agentvfs restore ../a --from base && cat "${mount}/src/a"
      cd / && agentvfs stop "${mount}"`,
    );
    const shown = outcome.stdout.split("\n").filter((line) => !/^[0-9a-f]{64}$/.test(line));
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.ok(shown.includes(`mount    ${mount}`), outcome.stdout);
    assert.deepEqual(shown.slice(-5), ["x", "1", `mount=${mount}`, "status=stopped", ""]);
  }));

Deno.test("paths that are not UTF-8 are taken as words, from a list and as the place one stands in", () =>
  withPlace(async (place) => {
    const project = await place.project("shop", {});
    await script(
      place,
      `cd shop && printf 1 >$'caf\\xe9' && mkdir $'odd\\xff' && printf 1 >$'odd\\xff/in'`,
    );
    const mount = /^mount=(.*)$/m.exec(await place.ok("quickstart", project))![1]!;
    const { code, stdout, stderr } = await script(
      place,
      `cd "${mount}" && agentvfs checkpoint base
      spoil() { printf 2 >$'caf\\xe9'; printf 2 >$'odd\\xff/in'; }
      show() { cat $'caf\\xe9' $'odd\\xff/in'; echo; }
      spoil; agentvfs restore --from base -- $'caf\\xe9'; show
      spoil; printf '%s\\0' $'caf\\xe9' $'odd\\xff' | agentvfs restore --from base --paths-from -; show
      spoil; agentvfs checkpoint spoiled
      (cd $'odd\\xff' && agentvfs diff base -- in && agentvfs restore --from base in); show
      agentvfs diff base --paths-from <(printf $'caf\\xe9')`,
    );
    assert.equal(code, 0, stderr);
    const shown = stdout.split("\n").filter((line) => !/^[0-9a-f]{64}$/.test(line));
    assert.deepEqual(shown, [
      "12",
      "11",
      "M odd\\xff/in",
      "21",
      "M caf\\xe9",
      "",
    ]);
  }));

Deno.test("an argument that is not UTF-8 is refused where it is no path, and others reach the program whole", () =>
  withPlace(async (place) => {
    const refused = ["status", "quickstart", "checkpoint", "rollback", "log -C", "run --", ""];
    for (const words of refused) {
      const { code, stderr } = await script(place, `agentvfs ${words} $'a\\xffb'`);
      assert.equal(code, 2, `${words}: ${stderr}`);
      assert.match(stderr, /^agentvfs: .*a\\+xffb/, words);
    }
    const { stderr } = await script(place, `agentvfs status 'grün 😀'`);
    assert.match(stderr, /no daemon for .*\/grün 😀$/m);
    const named = await script(
      place,
      `cp -s "${EXECUTABLE}" $'odd\\xff' && ./$'odd\\xff' --version`,
    );
    assert.match(named.stdout, /^agentvfs \d/);
  }));
