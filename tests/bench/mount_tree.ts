/**
 * Projects of a given size, mounted.
 *
 * @module
 */

import type { Run } from "./benchmark.ts";
import { makeTree } from "./layout.ts";
import type { Project } from "./project.ts";

/** A mounted project of so many files. */
export interface Tree {
  readonly files: number;
  readonly project: Project;
}

/** A project of `files` files, a hundred in a directory, mounted and imported. */
export async function mountTree({ bed }: Run, name: string, files: number): Promise<Tree> {
  const source = bed.directory(name);
  makeTree(source, files);
  const project = await bed.mount(source);
  await project.imported();
  return { files, project };
}
