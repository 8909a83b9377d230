/** Where a release comes from: an in-toto statement with the provenance that SLSA 1.0 defines. */

import type { Part } from "./sbom.ts";

/** What is to be said of a build. */
export interface Build {
  readonly version: string;
  /** Where the sources are. */
  readonly repository: string;
  readonly commit: string;
  /** Who built: a workflow's address, or what machine. */
  readonly builder: string;
  readonly invocation: string;
  readonly started: Date;
  readonly finished: Date;
  readonly dryRun: boolean;
  readonly subjects: readonly Part[];
  /** What went in besides the sources. */
  readonly materials: readonly Part[];
}

/** The statement, as JSON. */
export function makeProvenance(build: Build): object {
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: build.subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: `${build.repository}#deno-task-release`,
        externalParameters: {
          repository: build.repository,
          version: build.version,
          dryRun: build.dryRun,
        },
        resolvedDependencies: [
          { uri: `git+${build.repository}`, digest: { gitCommit: build.commit } },
          ...build.materials.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
        ],
      },
      runDetails: {
        builder: { id: build.builder },
        metadata: {
          invocationId: build.invocation,
          startedOn: build.started.toISOString(),
          finishedOn: build.finished.toISOString(),
        },
      },
    },
  };
}
