/**
 * scripts/deno finds Deno and never itself, by whatever name it is on PATH.
 *
 * What a failure would start without end is bounded: the scripts find a `sed` that counts, and takes away what they find.
 */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withTemporary } from "../support/temporary.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/deno", import.meta.url));
const MOST_CALLS = 12;
/** What the script needs. PATH has nothing else, as the system may have a Deno of its own. */
const TOOLS = ["cut", "dirname", "getent", "grep", "head", "id", "rm", "wc"];

/** Ways in which the script may be what PATH calls `deno`. */
const WAYS: Record<string, (deno: string) => void> = {
  "as a symbolic link": (deno) => Deno.symlinkSync(SCRIPT, deno),
  "as a link to a link": (deno) => {
    Deno.symlinkSync(SCRIPT, `${deno}-other`);
    Deno.symlinkSync(`${deno}-other`, deno);
  },
  "as a copy": (deno) => Deno.copyFileSync(SCRIPT, deno),
  "as a program that runs it": (deno) => {
    Deno.writeTextFileSync(deno, `#!/bin/sh\nexec '${SCRIPT}' "$@"\n`, { mode: 0o755 });
  },
};

for (const [what, make] of Object.entries(WAYS)) {
  Deno.test(`scripts/deno, found on PATH ${what}, is not taken for Deno`, () =>
    withTemporary(async (directory) => {
      const place = new Place(directory);
      make(place.deno);
      for (const script of [SCRIPT, place.deno]) {
        assert.deepEqual(await place.run(script), {
          code: 4,
          out: "",
          error: "agentvfs: there is no Deno 2.6 or newer",
        });
        const found = await place.run(script, dirname(Deno.execPath()));
        assert.deepEqual(found, {
          code: 0,
          out: join(dirname(Deno.execPath()), "deno"),
          error: "",
        });
      }
      assert.equal((await place.run(SCRIPT, "", place.deno)).code, 4);
    }));
}

Deno.test("scripts/deno finds Deno where the environment has no HOME", () =>
  withTemporary(async (directory) => {
    const folder = dirname(Deno.execPath());
    const found = await new Place(directory).run(SCRIPT, folder, "", "");
    assert.deepEqual(found, { code: 0, out: join(folder, "deno"), error: "" });
  }));

/** A folder with what is on PATH, and nothing installed for the user. */
class Place {
  readonly #tools: string;
  readonly #home: string;
  readonly #count: string;
  readonly deno: string;

  constructor(directory: string) {
    [this.#tools, this.#home] = [join(directory, "a b"), join(directory, "home")];
    Deno.mkdirSync(this.#tools);
    Deno.mkdirSync(this.#home);
    for (const tool of TOOLS) Deno.symlinkSync(`/usr/bin/${tool}`, join(this.#tools, tool));
    this.#count = join(directory, "count");
    this.deno = join(this.#tools, "deno");
    const sed = `#!/bin/sh
echo >>'${this.#count}'
[ $(wc -l <'${this.#count}') -le ${MOST_CALLS} ] || rm -f '${this.deno}'
exec /bin/sed "$@"
`;
    Deno.writeTextFileSync(join(this.#tools, "sed"), sed, { mode: 0o755 });
  }

  /** Runs `script --which` with `folder` behind this one on PATH. */
  async run(script: string, folder = "", variable = "", home = this.#home): Promise<
    { code: number; out: string; error: string }
  > {
    await Deno.writeTextFile(this.#count, "");
    const { code, stdout, stderr } = await new Deno.Command(script, {
      args: ["--which"],
      clearEnv: true,
      env: {
        PATH: `${this.#tools}${folder === "" ? "" : `:${folder}`}`,
        ...(home === "" ? {} : { HOME: home }),
        ...(variable === "" ? {} : { AGENTVFS_DENO: variable }),
      },
      stdout: "piped",
      stderr: "piped",
    }).output();
    const calls = (await Deno.readTextFile(this.#count)).length;
    assert.ok(calls <= MOST_CALLS, `it called itself: ${calls} versions were read`);
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    return { code, out: text(stdout), error: text(stderr).split("\n")[0]! };
  }
}
