/**
 * The git repository that a project belongs to.
 *
 * @module
 */

import { binaryString, textOfBytes } from "../../../ffi/binary_string.ts";
import { ExportError } from "../export_error.ts";
import { Git } from "./git.ts";

export interface Repository {
  /** In the project's directory. */
  readonly git: Git;
  /** The project in the repository: "" or "sub/directory/"; binary string. */
  readonly prefix: string;
  /** The repository's own directory, also of a linked worktree. */
  readonly directory: string;
  /** Top of the working tree. */
  readonly top: string;
  /** Algorithm of object ids. */
  readonly hash: "sha1" | "sha256";
}

/** The repository of the project at that path. Throws {@linkcode ExportError}. */
export async function findRepository(project: string): Promise<Repository> {
  const isThere = await Deno.stat(project).then(({ isDirectory }) => isDirectory, () => false);
  if (!isThere) throw new ExportError("not_a_repository", 1, `There is no directory ${project}`);
  const git = new Git(project);
  const { code, out, err } = await git.run(["rev-parse", "--absolute-git-dir"]);
  if (code !== 0) throw noRepository(project, err);
  const isInTree = await git.ask("rev-parse", "--is-inside-work-tree");
  if (isInTree !== "true") throw noRepository(project, "it has no working tree");
  const prefix = await git.succeed(["rev-parse", "--show-prefix"]);
  const top = await git.succeed(["rev-parse", "--show-toplevel"]);
  const format = await git.ask("rev-parse", "--show-object-format");
  return {
    git,
    prefix: prefix.replace(/\n$/, ""),
    directory: textOf(out),
    top: textOf(top),
    hash: format === "sha256" ? "sha256" : "sha1",
  };
}

function textOf(line: string): string {
  const bytes = Uint8Array.from(line.replace(/\n$/, ""), (c) => c.charCodeAt(0));
  return textOfBytes(bytes);
}

function noRepository(project: string, said: string): ExportError {
  if (/dubious ownership/.test(said)) {
    return new ExportError("not_a_repository", 1, `git does not trust the owner of ${project}`, {
      hint: `Tell it to: git config --global --add safe.directory ${project}`,
    });
  }
  return new ExportError("not_a_repository", 1, `${project} is in no git repository`, {
    hint: "Make one: git init; or export an archive: agentvfs export -o FILE.tar",
  });
}

/** Who the user is to git: `NAME <EMAIL>`, as a binary string. */
export async function userIdentity({ git }: Repository): Promise<string> {
  const identity = await git.ask("var", "GIT_COMMITTER_IDENT");
  return identity?.replace(/ \d+ [+-]\d+$/, "") ?? binaryString("agentvfs <agentvfs@localhost>");
}
