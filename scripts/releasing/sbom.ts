/**
 * The bill of materials of a release, as CycloneDX 1.6: the executables, and what is in them. Of the same sources it is the
 * same, byte for byte.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Dependency } from "./dependencies.ts";

/** What a bill of materials is made of. */
export interface Materials {
  readonly version: string;
  /** When the sources were committed. */
  readonly date: Date;
  readonly executables: readonly Part[];
  /** What is embedded as a file of its own, such as the library that programs preload. */
  readonly embedded: readonly Part[];
  readonly dependencies: readonly (Dependency & { readonly license: string })[];
  /** Of the runtimes that are embedded. */
  readonly runtimes: readonly string[];
}

/** A file. */
export interface Part {
  readonly name: string;
  readonly sha256: string;
}

/** The bill of materials, as JSON. */
export function makeSbom(of: Materials): object {
  const { version, date, executables, embedded, dependencies, runtimes } = of;
  const self = `pkg:generic/agentvfs@${version}`;
  const refs = new Map(dependencies.map((one) => [one.key, purl(one.name, one.version)]));
  const runtimeRefs = runtimes.map((runtime) => `pkg:github/denoland/deno@v${runtime}`);
  const file = ({ name, sha256 }: Part) => ({
    type: "file",
    "bom-ref": `file:${name}`,
    name,
    hashes: [{ alg: "SHA-256", content: sha256 }],
  });
  const body = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp: date.toISOString(),
      lifecycles: [{ phase: "build" }],
      tools: { components: [{ type: "application", name: "scripts/releasing", version }] },
      component: {
        type: "application",
        "bom-ref": self,
        name: "agentvfs",
        version,
        licenses: [{ license: { id: "Apache-2.0" } }],
        purl: self,
        components: executables.map(file),
      },
    },
    components: [
      ...runtimes.map((runtime, i) => ({
        type: "platform",
        "bom-ref": runtimeRefs[i],
        name: "deno",
        version: runtime,
        licenses: [{ license: { id: "MIT" } }],
        purl: runtimeRefs[i],
        externalReferences: [{ type: "vcs", url: "https://github.com/denoland/deno" }],
      })),
      ...dependencies.map((one) => ({
        type: "library",
        "bom-ref": refs.get(one.key),
        ...groupAndName(one.name),
        version: one.version,
        scope: one.optional ? "optional" : "required",
        hashes: [{ alg: "SHA-512", content: one.sha512 }],
        licenses: [{ license: { id: one.license } }],
        purl: refs.get(one.key),
      })),
      ...embedded.map(file),
    ],
    dependencies: [
      {
        ref: self,
        dependsOn: [
          ...runtimeRefs,
          ...refs.values(),
          ...embedded.map(({ name }) => `file:${name}`),
        ],
      },
      ...dependencies.map((one) => ({
        ref: refs.get(one.key),
        dependsOn: one.needs.map((need) => refs.get(need)),
      })),
    ],
  };
  return { ...body, serialNumber: serialNumber(JSON.stringify(body)) };
}

function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
}

function groupAndName(name: string): { group?: string; name: string } {
  const [, group, rest] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  return group === undefined ? { name } : { group, name: rest! };
}

/** A UUID of version 8, which says that its bits are of our own making. */
function serialNumber(text: string): string {
  const bytes = createHash("sha256").update(text).digest().subarray(0, 16);
  bytes[6] = bytes[6]! & 0x0f | 0x80;
  bytes[8] = bytes[8]! & 0x3f | 0x80;
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(bytes.toString("hex"))!.slice(1);
  return `urn:uuid:${parts.join("-")}`;
}
