/** The bill of materials and the provenance of a release, held to their formats. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
// The validator finds these by itself; they are named so that they are there.
import "npm:ajv@8.20.0";
import "npm:ajv-formats@3.0.1";
import "npm:ajv-formats-draft2019@1.6.1";
import { Spec, Validation } from "npm:@cyclonedx/cyclonedx-library@9.5.0";
import { dependencies } from "../../scripts/releasing/dependencies.ts";
import { licenses } from "../../scripts/releasing/license.ts";
import { makeProvenance } from "../../scripts/releasing/provenance.ts";
import { makeSbom, type Materials } from "../../scripts/releasing/sbom.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PART = { name: "agentvfs-1.2.0-linux-x86_64", sha256: "0".repeat(64) };

async function materials(): Promise<Materials> {
  const found = await dependencies(ROOT);
  const licensed = await licenses(found);
  return {
    version: "1.2.0",
    date: new Date("2030-01-02T03:04:05Z"),
    executables: [PART],
    embedded: [{ name: "preload-x86_64.so", sha256: "1".repeat(64) }],
    dependencies: found.map((one) => ({ ...one, license: licensed.get(one.key)! })),
    runtimes: ["2.8.3"],
  };
}

Deno.test("the bill of materials is CycloneDX 1.6, and the same for the same sources", async () => {
  const sbom = JSON.stringify(makeSbom(await materials()));
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  assert.equal(await validator.validate(sbom), null);
  assert.notEqual(await validator.validate(sbom.replace('"library"', '"libary"')), null);
  assert.equal(JSON.stringify(makeSbom(await materials())), sbom);
});

Deno.test("it has what is in the executables, and not what only tests use", async () => {
  const of = await materials();
  // deno-lint-ignore no-explicit-any
  const sbom: any = makeSbom(of);
  // deno-lint-ignore no-explicit-any
  const purls: string[] = sbom.components.map((one: any) => one.purl ?? one.name);
  const version = (name: string) => of.dependencies.find((one) => one.name === name)!.version;
  for (const name of ["wasmoon", "valibot", "diff", "node-diff3", "hash-wasm", "fzstd"]) {
    assert.ok(purls.includes(`pkg:npm/${name}@${version(name)}`), name);
  }
  const native = version("@napi-rs/blake-hash");
  for (const system of ["linux-x64-gnu", "darwin-arm64", "win32-x64-msvc"]) {
    assert.ok(purls.includes(`pkg:npm/%40napi-rs/blake-hash-${system}@${native}`), system);
  }
  assert.ok(purls.includes("pkg:github/denoland/deno@v2.8.3"));
  assert.ok(purls.includes("preload-x86_64.so"));
  const other = purls.filter((purl) => /fast-check|wabt|express|freebsd|android|musl/.test(purl));
  assert.deepEqual(other, []);
  const refs = new Set([
    sbom.metadata.component["bom-ref"],
    // deno-lint-ignore no-explicit-any
    ...sbom.components.map((one: any) => one["bom-ref"]),
  ]);
  for (const { ref, dependsOn } of sbom.dependencies) {
    for (const name of [ref, ...dependsOn]) assert.ok(refs.has(name), `${name} is not in it`);
  }
});

Deno.test("the checksum of a package is that of deno.lock", async () => {
  const { npm } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.lock")));
  for (const { key, sha512 } of await dependencies(ROOT)) {
    const base64 = npm[key].integrity.replace("sha512-", "");
    assert.equal(Uint8Array.fromHex(sha512).toBase64(), base64, key);
  }
});

Deno.test("the provenance is an in-toto statement that says what was built of what", () => {
  const statement = JSON.parse(JSON.stringify(makeProvenance({
    version: "1.2.0",
    repository: "https://host/agentvfs",
    commit: "c".repeat(40),
    builder: "https://host/workflow",
    invocation: "17",
    started: new Date(0),
    finished: new Date(1000),
    dryRun: false,
    subjects: [PART],
    materials: [{ name: "deno.lock", sha256: "2".repeat(64) }],
  })));
  assert.equal(statement._type, "https://in-toto.io/Statement/v1");
  assert.equal(statement.predicateType, "https://slsa.dev/provenance/v1");
  assert.deepEqual(statement.subject, [{ name: PART.name, digest: { sha256: PART.sha256 } }]);
  const { buildDefinition, runDetails } = statement.predicate;
  // What SLSA 1.0 demands: a type and parameters of the build, a builder with an identity; URIs, and times of RFC 3339.
  assert.ok(URL.canParse(buildDefinition.buildType));
  assert.equal(buildDefinition.externalParameters.version, "1.2.0");
  const [source, lock] = buildDefinition.resolvedDependencies;
  assert.deepEqual(source, {
    uri: "git+https://host/agentvfs",
    digest: { gitCommit: "c".repeat(40) },
  });
  assert.deepEqual(lock, { name: "deno.lock", digest: { sha256: "2".repeat(64) } });
  assert.ok(URL.canParse(runDetails.builder.id));
  assert.equal(runDetails.metadata.finishedOn, "1970-01-01T00:00:01.000Z");
});
