/**
 * What NT's file systems do, in as few words as it can be said: files and directories by folded names, handles, and names that
 * go with the last handle. Written from the rules, knowing nothing of the adapter.
 *
 * @module
 */

type Status = string;

export class ModelNode {
  readonly children: Map<string, { name: string; node: ModelNode }> | null;
  content = "";
  readonly = false;
  handles = 0;
  isPending = false;
  isGone = false;

  constructor(readonly isDirectory: boolean) {
    this.children = isDirectory ? new Map() : null;
  }
}

export interface ModelHandle {
  readonly node: ModelNode;
  parent: ModelNode | null;
  key: string;
  deletes: boolean;
  /** What it was told when it was to be deleted: the driver says it again. */
  undeletable: Status | null;
}

export interface ModelOpen {
  readonly disposition: "super" | "open" | "create" | "openif" | "over" | "overif";
  readonly kind: "" | "dir" | "file";
  readonly writes: boolean;
  readonly makesReadonly: boolean;
  readonly deletesOnClose: boolean;
}

const fold = (name: string) => name.toUpperCase();

export class NtModel {
  readonly root = new ModelNode(true);

  find(path: readonly string[]): { parent: ModelNode | null; node: ModelNode | null } | Status {
    let [parent, node]: [ModelNode | null, ModelNode] = [null, this.root];
    for (const [i, name] of path.entries()) {
      if (!node.isDirectory) return "OBJECT_PATH_NOT_FOUND";
      const child = node.children!.get(fold(name));
      if (child === undefined) {
        return i === path.length - 1 ? { parent: node, node: null } : "OBJECT_PATH_NOT_FOUND";
      }
      [parent, node] = [node, child.node];
    }
    return { parent, node };
  }

  open(path: readonly string[], open: ModelOpen): { status: Status; handle: ModelHandle | null } {
    const refused = (status: Status) => ({ status, handle: null });
    const { disposition, kind } = open;
    const overwrites = disposition === "super" || disposition.startsWith("over");
    if (kind === "dir" && overwrites) return refused("INVALID_PARAMETER");
    if (path.length === 0 && !disposition.startsWith("open")) return refused("ACCESS_DENIED");
    if (path.length === 0 && open.deletesOnClose) return refused("CANNOT_DELETE");
    const found = this.find(path);
    if (typeof found === "string") return refused(found);
    const { parent } = found;
    let { node } = found;
    const key = fold(path.at(-1) ?? "");
    let outcome = "opened";
    if (node === null) {
      if (disposition === "open" || disposition === "over") {
        return refused("OBJECT_NAME_NOT_FOUND");
      }
      if (open.makesReadonly && open.deletesOnClose) return refused("CANNOT_DELETE");
      node = new ModelNode(kind === "dir");
      node.readonly = open.makesReadonly;
      parent!.children!.set(key, { name: path.at(-1)!, node });
      outcome = "created";
    } else {
      const status = this.#mayOpen(node, parent, open, overwrites);
      if (status !== null) return refused(status);
      if (node.isPending) return refused("DELETE_PENDING");
      if (overwrites) {
        node.content = "";
        node.readonly = open.makesReadonly;
        outcome = disposition === "super" ? "superseded" : "overwritten";
      }
    }
    node.handles++;
    const handle = { node, parent, key, deletes: open.deletesOnClose, undeletable: null };
    return { status: `SUCCESS ${outcome}`, handle };
  }

  #mayOpen(
    node: ModelNode,
    parent: ModelNode | null,
    { disposition, kind, writes, deletesOnClose }: ModelOpen,
    overwrites: boolean,
  ): Status | null {
    if (node.isDirectory && kind === "file") return "FILE_IS_A_DIRECTORY";
    if (disposition === "create") return "OBJECT_NAME_COLLISION";
    if (node.isDirectory && overwrites) return "OBJECT_NAME_COLLISION";
    if (!node.isDirectory && kind === "dir") return "NOT_A_DIRECTORY";
    if (node.readonly && !node.isDirectory && (writes || overwrites)) return "ACCESS_DENIED";
    if (deletesOnClose && (node.readonly || parent === null)) return "CANNOT_DELETE";
    return null;
  }

  write({ node }: ModelHandle, offset: number | "end", text: string): Status {
    if (node.isDirectory) return "INVALID_DEVICE_REQUEST";
    const at = offset === "end" ? node.content.length : offset;
    if (text !== "") {
      const before = node.content.padEnd(at, ".");
      node.content = before.slice(0, at) + text + before.slice(at + text.length);
    }
    return `SUCCESS ${text.length}`;
  }

  read({ node }: ModelHandle, offset: number, length: number): Status {
    if (node.isDirectory) return "INVALID_DEVICE_REQUEST";
    if (offset >= node.content.length) return length === 0 ? "SUCCESS ''" : "END_OF_FILE";
    return `SUCCESS '${node.content.slice(offset, offset + length)}'`;
  }

  size({ node }: ModelHandle, size: number): Status {
    if (node.isDirectory) return "INVALID_PARAMETER";
    node.content = node.content.padEnd(size, ".").slice(0, size);
    return "SUCCESS";
  }

  setReadonly({ node }: ModelHandle, readonly: boolean): Status {
    node.readonly = readonly;
    return "SUCCESS";
  }

  delete(handle: ModelHandle): Status {
    const { node, parent } = handle;
    if (handle.undeletable !== null) return handle.undeletable;
    if (parent === null || node.readonly) return handle.undeletable = "CANNOT_DELETE";
    if (node.isDirectory && node.children!.size > 0) {
      return handle.undeletable = "DIRECTORY_NOT_EMPTY";
    }
    node.isPending = true;
    return "SUCCESS";
  }

  close(handle: ModelHandle): void {
    const { node, parent, key } = handle;
    node.handles--;
    if (handle.deletes) node.isPending = true;
    if (node.handles > 0 || !node.isPending) return;
    node.isPending = false;
    if (node.isDirectory && node.children!.size > 0) return;
    parent!.children!.delete(key);
    node.isGone = true;
  }

  rename(handle: ModelHandle, path: readonly string[], replaces: boolean): Status {
    const found = this.find(path);
    if (handle.parent === null) return "INVALID_PARAMETER";
    if (typeof found === "string") return found;
    const { node } = handle;
    const { parent, node: target } = found;
    if (parent === null) return "ACCESS_DENIED";
    if (this.#isWithin(parent, node)) return "INVALID_PARAMETER";
    const key = fold(path.at(-1)!);
    if (target !== null && target !== node) {
      if (!replaces) return "OBJECT_NAME_COLLISION";
      if (target.readonly || target.isDirectory || node.isDirectory) return "ACCESS_DENIED";
      target.isGone = true;
    }
    handle.parent.children!.delete(handle.key);
    parent.children!.set(key, { name: path.at(-1)!, node });
    [handle.parent, handle.key] = [parent, key];
    return "SUCCESS";
  }

  #isWithin(node: ModelNode, ancestor: ModelNode): boolean {
    if (node === ancestor) return true;
    return [...ancestor.children?.values() ?? []].some((child) =>
      child.node.isDirectory && this.#isWithin(node, child.node)
    );
  }

  /** True if a handle of it, or of anything in it, is open. */
  isOpenBelow(node: ModelNode): boolean {
    return [...node.children?.values() ?? []].some((child) =>
      child.node.handles > 0 || this.isOpenBelow(child.node)
    );
  }

  list({ node }: ModelHandle, isRoot: boolean): string {
    if (!node.isDirectory) return "NOT_A_DIRECTORY";
    const names = [...node.children!.values()].map(({ name }) => name);
    return [...(isRoot ? [] : [".", ".."]), ...names].sort().join(" ");
  }

  /** As `treeText` says what there is. */
  get text(): string {
    const words: string[] = [];
    const walk = (node: ModelNode, path: string) => {
      const children = [...node.children!.values()].sort((a, b) => a.name < b.name ? -1 : 1);
      for (const { name, node: child } of children) {
        const mark = child.readonly ? "!" : "";
        const content = child.content === "" ? "" : `=${child.content}`;
        words.push(`${mark}${path}${name}${child.isDirectory ? "/" : content}`);
        if (child.isDirectory) walk(child, `${path}${name}/`);
      }
    };
    walk(this.root, "");
    return words.join(" ");
  }
}
