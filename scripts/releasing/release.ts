/**
 * Makes a release: `deno task release --dry-run`, or with a key. These are all the steps that a workflow takes, too; it only
 * carries what comes out of them to where people get it.
 *
 * @module
 */

import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { notes, notesOf, prepended, readFragments } from "./changelog.ts";
import { dependencies } from "./dependencies.ts";
import { licenses } from "./license.ts";
import { makeProvenance } from "./provenance.ts";
import { run } from "./run.ts";
import { makeSbom, type Part } from "./sbom.ts";
import { sha256 } from "./sha256.ts";
import { publicKey, sign, throwawayKey, verify } from "./signature.ts";
import { executableName, hostTarget, type Target, TARGETS } from "./targets.ts";

const ROOT = resolve(import.meta.dirname!, "../..");
const CHANGELOG = join(ROOT, "CHANGELOG.md");
const FRAGMENTS = join(ROOT, "changes");

const USAGE = `Usage: deno task release [--dry-run] [OPTIONS]
       deno task release --changelog

  --dry-run          sign with a key made for it and thrown away
  --changelog        put the fragments in changes/ into CHANGELOG.md, for the version in deno.json, and end
  --out DIR          where the release comes to lie (default: dist/release)
  --key FILE         an Ed25519 key of OpenSSH, without a passphrase; else what $AGENTVFS_SIGNING_KEY holds
  --executables DIR  take the executables from there (agentvfs-SYSTEM-PROCESSOR[.exe]) instead of making them
  --no-tests         leave the end-to-end tests out
  --repository URL   where the sources are (default: the remote "origin")
  --builder URL      who builds (default: this machine)
`;

interface Options {
  readonly dryRun: boolean;
  /** Only the changelog. */
  readonly changelog: boolean;
  readonly out: string;
  readonly key: string | undefined;
  readonly executables: string | undefined;
  readonly tests: boolean;
  readonly repository: string | undefined;
  readonly builder: string | undefined;
}

/** An executable, and what it is for. */
interface Executable {
  readonly target: Target;
  readonly path: string;
}

async function release(options: Options): Promise<void> {
  const { dryRun, out } = options;
  const started = new Date();
  const work = await Deno.makeTempDir({ prefix: "agentvfs-release-" });
  try {
    const key = await step("key", () => keyOf(options, work));
    const { version, commit, date, repository } = await step("sources", () => sources(options));
    const changes = await step("changelog", () => changelog(version, date, dryRun));
    const built = await step("executables", () => executables(options, work));
    if (options.tests) await step("tests", () => test(built));
    await Deno.remove(out, { recursive: true }).catch(ignoreMissing);
    await Deno.mkdir(out, { recursive: true });
    await Deno.writeTextFile(join(out, "VERSION"), `${version}\n`);
    await Deno.writeTextFile(join(out, "CHANGES.md"), changes);
    for (const { target, path } of built) {
      await Deno.copyFile(path, join(out, executableName(version, target)));
    }
    await step("installers", () => installers(out, key));
    const inside = built.map(({ target }) => executableName(version, target));
    const materials = await parts(ROOT, ["deno.json", "deno.lock", "scripts/compile"]);
    await step("bill of materials", () => sbom(out, version, date, inside, work));
    await writeJson(
      join(out, "provenance.intoto.json"),
      makeProvenance({
        ...{ version, repository, commit, dryRun, started, materials, finished: new Date() },
        builder: options.builder ?? `urn:host:${Deno.hostname()}`,
        invocation: Deno.env.get("GITHUB_RUN_ID") ?? crypto.randomUUID(),
        subjects: await parts(out, inside),
      }),
    );
    await step("checksums and signature", () => seal(out, key));
    say(`${relative(Deno.cwd(), out) || "."} has agentvfs ${version}:`);
    for (const name of await names(out)) say(`  ${name}`);
    const missing = TARGETS.filter((target) => !built.some((one) => one.target === target));
    if (missing.length > 0) say(`not in it: ${missing.map(({ name }) => name).join(", ")}`);
    if (dryRun) say("This was a dry run: the key that signed it is thrown away");
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function keyOf({ dryRun, key }: Options, work: string): Promise<string> {
  if (dryRun) return await throwawayKey(work);
  if (key !== undefined) return resolve(key);
  const held = Deno.env.get("AGENTVFS_SIGNING_KEY");
  if (held === undefined || held === "") {
    throw new Refusal("There is no key to sign with", "Say --key FILE, or try it with --dry-run");
  }
  const file = join(work, "key");
  await Deno.writeTextFile(file, `${held.trim()}\n`, { mode: 0o600 });
  return file;
}

async function sources({ dryRun, repository }: Options) {
  const git = (...args: string[]) => run(["git", "-C", ROOT, ...args]);
  if (!dryRun && await git("status", "--porcelain") !== "") {
    throw new Refusal(
      "There are changes that are not committed",
      "Commit them: a release is made of a commit",
    );
  }
  const { version } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const origin = await git("config", "--default", `file://${ROOT}`, "--get", "remote.origin.url");
  return {
    version: version as string,
    commit: await git("rev-parse", "HEAD"),
    date: new Date(Number(await git("log", "-1", "--format=%ct")) * 1000),
    repository: repository ?? (origin.startsWith("/") ? `file://${origin}` : origin),
  };
}

/** What is new: what CHANGELOG.md says of the version. A dry run takes the fragments where it says nothing yet. */
async function changelog(version: string, date: Date, dryRun: boolean): Promise<string> {
  const known = notesOf(version, await Deno.readTextFile(CHANGELOG));
  const fragments = await readFragments(FRAGMENTS);
  if (dryRun) return known ?? notes(version, date.toISOString().slice(0, 10), fragments);
  if (known !== undefined && fragments.length === 0) return known;
  throw new Refusal(
    known === undefined
      ? `CHANGELOG.md does not have ${version}`
      : `There are changes that CHANGELOG.md does not have`,
    "deno task release --changelog puts them there; commit that, and tag the commit",
  );
}

/** Makes fragments a part of CHANGELOG.md. */
async function foldChangelog(): Promise<void> {
  const { version } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const fragments = await readFragments(FRAGMENTS);
  const added = notes(version, new Date().toISOString().slice(0, 10), fragments);
  await Deno.writeTextFile(CHANGELOG, prepended(await Deno.readTextFile(CHANGELOG), added));
  for (const { file } of fragments) await Deno.remove(join(FRAGMENTS, file));
  say(added);
}

async function executables({ executables }: Options, work: string): Promise<Executable[]> {
  const from = executables === undefined ? work : resolve(executables);
  const fileOf = (target: Target) =>
    join(from, executableName("", target).replace("agentvfs--", "agentvfs-"));
  if (executables === undefined) {
    // It says for which system there is no runtime here, and ends with 4 then.
    await run([join(ROOT, "scripts/compile"), "--all", from], { shown: true, codes: [0, 4] });
  }
  const found: Executable[] = [];
  for (const target of TARGETS) {
    const path = fileOf(target);
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) {
      found.push({ target, path });
    }
  }
  if (found.length === 0) {
    throw new Refusal(`There is no executable in ${from}`, `It would be ${fileOf(hostTarget())}`);
  }
  return found;
}

/** The end-to-end tests, of each that runs here. */
async function test(built: readonly Executable[]): Promise<void> {
  for (const { target, path } of built) {
    if (target !== hostTarget()) {
      say(`   ${target.name} is not tested: it does not run here`);
      continue;
    }
    const env = { AGENTVFS_BIN: path };
    await run([join(ROOT, "scripts/deno"), "task", "test:e2e"], { cwd: ROOT, env, shown: true });
  }
}

/** The installers, which know whose signature to expect. */
async function installers(out: string, key: string): Promise<void> {
  const signer = await publicKey(key);
  for (const name of ["install.sh", "install.ps1"]) {
    const text = await Deno.readTextFile(join(ROOT, "scripts", name));
    const signed = text.replace(/^(\$?SIGNER ?= ?)''/m, `$1'${signer}'`);
    if (signed === text) throw new Error(`scripts/${name} has no place for the public key`);
    await Deno.writeTextFile(join(out, name), signed);
  }
}

async function sbom(out: string, version: string, date: Date, files: string[], work: string) {
  const found = await dependencies(ROOT);
  const licensed = await licenses(found);
  const libraries = await run([join(ROOT, "scripts/build_preload"), join(work, "preload")]);
  const runtimes = new Set<string>();
  for (const name of files) runtimes.add(await runtimeOf(join(out, name)));
  await writeJson(
    join(out, "sbom.cdx.json"),
    makeSbom({
      ...{ version, date, runtimes: [...runtimes] },
      executables: await parts(out, files),
      embedded: await parts(
        join(work, "preload"),
        libraries.split("\n").filter((name) => name !== ""),
      ),
      dependencies: found.map((one) => ({ ...one, license: licensed.get(one.key)! })),
    }),
  );
}

/** The version of the Deno that is in an executable, which its own words for other servers have. */
async function runtimeOf(path: string): Promise<string> {
  const script = `LC_ALL=C grep -aoE 'Deno/[0-9]+\\.[0-9]+\\.[0-9]+' "$1" | head -n 1`;
  const found = await run(["sh", "-c", script, "sh", path]);
  if (found === "") throw new Error(`${path} does not say which Deno is in it`);
  return found.slice("Deno/".length);
}

/** Checksums of all that is there, and a signature of them. */
async function seal(out: string, key: string): Promise<void> {
  const sums = await parts(out, await names(out));
  const file = join(out, "SHA256SUMS");
  await Deno.writeTextFile(file, sums.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(""));
  await sign(key, file);
  await verify(await publicKey(key), file);
}

async function parts(directory: string, names: readonly string[]): Promise<Part[]> {
  return await Promise.all(
    names.map(async (name) => ({ name, sha256: await sha256(join(directory, name)) })),
  );
}

async function names(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory), ({ name }) => name)).toSorted();
}

async function writeJson(path: string, value: object): Promise<void> {
  await Deno.writeTextFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  say(`== ${name}`);
  return await work();
}

function say(line: string): void {
  console.log(line);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** What is not done, and what to do about it. */
class Refusal extends Error {
  constructor(message: string, readonly hint: string) {
    super(message);
  }
}

function parse(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      "dry-run": { type: "boolean" },
      "changelog": { type: "boolean" },
      "out": { type: "string" },
      "key": { type: "string" },
      "executables": { type: "string" },
      "no-tests": { type: "boolean" },
      "repository": { type: "string" },
      "builder": { type: "string" },
      "help": { type: "boolean" },
    },
  });
  if (values.help) {
    say(USAGE);
    Deno.exit(0);
  }
  return {
    dryRun: values["dry-run"] ?? false,
    changelog: values.changelog ?? false,
    out: resolve(values.out ?? join(ROOT, "dist/release")),
    tests: !values["no-tests"],
    ...{ key: values.key, executables: values.executables },
    ...{ repository: values.repository, builder: values.builder },
  };
}

let options: Options;
try {
  options = parse(Deno.args);
} catch (error) {
  console.error(`release: ${(error as Error).message}\n\n${USAGE}`);
  Deno.exit(2);
}
try {
  if (options.changelog) await foldChangelog();
  else await release(options);
} catch (error) {
  console.error(`release: ${(error as Error).message}`);
  if (error instanceof Refusal) console.error(`hint: ${error.hint}`);
  Deno.exit(1);
}
