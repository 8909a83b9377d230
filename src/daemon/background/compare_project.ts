/**
 * How the project has moved since it and a branch had something in common, told by stat(2): no file is read.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import type { ChangeCounts } from "../../history/commits/commit.ts";
import { diffSnapshots } from "../../history/diff/diff.ts";
import type { History } from "../../history/history.ts";
import type { ProjectHistory } from "../../history/project/project_history.ts";
import { compareSource, type SourceChanges } from "../../source/compare_source.ts";
import { SourceDirectory } from "../../source/read_source.ts";
import type { SourceIdentity } from "../../source/source_identity.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { runInSlices } from "../../store/format/sliced.ts";
import type { StoreWriter } from "../../store/store_writer.ts";

export interface ComparedProject extends SourceChanges {
  readonly identity: SourceIdentity;
  /** The import, which is what the project is known by. */
  readonly imported: { readonly id: ObjectId; readonly inode: number };
  /** There was a refresh or an apply since the import. */
  readonly isLater: boolean;
}

interface Where {
  readonly store: StoreWriter;
  readonly history: History;
  readonly project: ProjectHistory;
  readonly source: string;
  readonly branch: string;
  /** The branch's commit. */
  readonly at: ObjectId;
}

type How = keyof ChangeCounts;

/** Null before the import. Throws SourceError if the project is not there. */
export async function compareProject(
  { store, history, project, source, branch, at }: Where,
): Promise<ComparedProject | null> {
  const imported = history.importCommit();
  const known = project.known(null);
  if (imported === null || known === null) return null;
  const base = project.base(branch, at);
  const moved = new Map<string, How>();
  for (const { path, status } of diffSnapshots(store, base.snapshot, known.commit.snapshot)) {
    moved.set(path, status === "A" ? "added" : status === "D" ? "deleted" : "modified");
  }
  const directory = new SourceDirectory(binaryString(source));
  try {
    const { snapshot, time } = known.commit;
    const listed = { added: 0, modified: 0, deleted: 0 };
    const { touched, newest, deleted } = await runInSlices(
      compareSource(store, directory, { snapshot, time }, (how, path) => {
        listed[how]++;
        const name = path.toString();
        const both = together(moved.get(name), how);
        if (both === null) moved.delete(name);
        else moved.set(name, both);
      }),
    );
    const counts = { added: 0, modified: 0, deleted: 0 };
    for (const how of moved.values()) counts[how]++;
    // What was in directories that are gone was only counted.
    counts.deleted += deleted - listed.deleted;
    return {
      ...counts,
      touched,
      newest,
      identity: directory.identity(),
      imported: { id: imported.id, inode: imported.snapshot.root.ino },
      isLater: base.commit !== imported.id,
    };
  } finally {
    directory.close();
  }
}

/** What two changes of a path are together; null for nothing. */
function together(first: How | undefined, then: How): How | null {
  if (first === undefined) return then;
  if (first === "added") return then === "deleted" ? null : "added";
  return then === "deleted" ? "deleted" : "modified";
}
