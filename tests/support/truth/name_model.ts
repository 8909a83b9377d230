/**
 * The names of a directory tree as calls change them: says what a path meant at the time of a call, and whether it was there.
 *
 * @module
 */

import { succeed } from "../process.ts";

export interface ModelNode {
  readonly kind: "file" | "directory" | "link" | "special";
  readonly entries: Map<string, ModelNode>;
  readonly text: string;
  /** How many names it has. */
  names: number;
}

/** Where a path leads: directory and name, and what is there. */
export interface Place {
  /** From the root, without links in it. */
  readonly path: string;
  readonly directory: ModelNode;
  readonly name: string;
  readonly node: ModelNode | undefined;
}

const MOST_LINKS = 40;
/** As find(1) calls them. */
const KINDS: Readonly<Record<string, ModelNode["kind"]>> = { f: "file", d: "directory", l: "link" };

export function modelNode(kind: ModelNode["kind"], text = ""): ModelNode {
  return { kind, entries: new Map(), text, names: 1 };
}

export class NameModel {
  private constructor(readonly root: string, readonly top: ModelNode) {}

  /** A tree as it is now, which is seen at `seen`. */
  static async read(root: string, seen = root): Promise<NameModel> {
    const all = await succeed([
      ...["find", root, "-path", `${root}/.agentvfs`, "-prune", "-o", "-mindepth", "1"],
      ...["-printf", "%i\\0%y\\0%P\\0%l\\0"],
    ]);
    const fields = all.split("\0");
    // Inode numbers of branches are above what a number holds.
    const nodes = new Map<string, ModelNode>();
    const top = modelNode("directory");
    for (let i = 0; i + 3 < fields.length; i += 4) {
      const [inode, type, path, text] = fields.slice(i, i + 4) as [string, string, string, string];
      const known = nodes.get(inode);
      const node = known ?? modelNode(KINDS[type] ?? "special", text);
      if (known !== undefined) known.names++;
      nodes.set(inode, node);
      const names = path.split("/");
      const name = names.pop()!;
      const directory = names.reduce((at, each) => at.entries.get(each)!, top);
      directory.entries.set(name, node);
    }
    return new NameModel(seen, top);
  }

  /** Null: it leads out of the tree, or nowhere. `follows`: a link at its end, too. */
  find(path: string, follows: boolean): Place | null {
    const inside = within(path, this.root);
    return inside === null ? null : this.#walk(inside.split("/"), follows);
  }

  #walk(parts: string[], follows: boolean): Place | null {
    let trail: { readonly name: string; readonly node: ModelNode }[] = [];
    let links = 0;
    const rest = parts.filter((part) => part !== "" && part !== ".");
    const here = () => trail.at(-1)?.node ?? this.top;
    const pathOf = (name?: string) =>
      [...trail.map((each) => each.name), ...(name === undefined ? [] : [name])].join("/");
    while (rest.length > 0) {
      const name = rest.shift()!;
      if (name === "..") {
        if (trail.length === 0) return null;
        trail.pop();
        continue;
      }
      const node = here().entries.get(name);
      if (node?.kind === "link" && (rest.length > 0 || follows)) {
        if (++links > MOST_LINKS) return null;
        const isAbsolute = node.text.startsWith("/");
        const text = isAbsolute ? within(node.text, this.root) : node.text;
        if (text === null) return null;
        if (isAbsolute) trail = [];
        rest.unshift(...text.split("/").filter((part) => part !== "" && part !== "."));
        continue;
      }
      if (rest.length === 0) return { path: pathOf(name), directory: here(), name, node };
      if (node?.kind !== "directory") return null;
      trail.push({ name, node });
    }
    const last = trail.pop();
    if (last === undefined) return { path: "", directory: this.top, name: "", node: this.top };
    return { path: pathOf(last.name), directory: here(), name: last.name, node: last.node };
  }
}

/** The rest of a path that is below a directory; null: it is not. */
export function within(path: string, directory: string): string | null {
  if (path === directory) return "";
  return path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : null;
}
