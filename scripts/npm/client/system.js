// What the client uses of Deno, where it runs in Node or Bun. Errors have the names that the client goes by.
import { lstatSync, readFileSync as readBytes, readlinkSync } from "node:fs";
import { lstat, open, readdir, readFile, realpath, stat } from "node:fs/promises";
import { connect as connectTo } from "node:net";

// What Node 20 has not yet.
Symbol.dispose ??= Symbol.for("Symbol.dispose");
Symbol.asyncDispose ??= Symbol.for("Symbol.asyncDispose");
Promise.withResolvers ??= function () {
  const made = {};
  made.promise = new this((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};
Array.fromAsync ??= async (items, map = (item) => item) => {
  const all = [];
  for await (const item of items) all.push(await map(item));
  return all;
};

class NotFound extends Error {}
class PermissionDenied extends Error {}
class ConnectionRefused extends Error {}
class InvalidData extends Error {}
class NotADirectory extends Error {}
const errors = { NotFound, PermissionDenied, ConnectionRefused, InvalidData, NotADirectory };
const KINDS = {
  ENOENT: NotFound,
  EACCES: PermissionDenied,
  EPERM: PermissionDenied,
  ECONNREFUSED: ConnectionRefused,
  ENOTDIR: NotADirectory,
};

function named(error) {
  const Kind = KINDS[error.code];
  return Kind === undefined ? error : Object.assign(new Kind(error.message), { code: error.code });
}

const calling = (call) => (...args) => call(...args).catch((error) => Promise.reject(named(error)));
function callingNow(call) {
  return (...args) => {
    try {
      return call(...args);
    } catch (error) {
      throw named(error);
    }
  };
}

const kind = (entry) => ({
  isFile: entry.isFile(),
  isDirectory: entry.isDirectory(),
  isSymlink: entry.isSymbolicLink(),
});
const info = (stats) => ({
  ...kind(stats),
  size: stats.size,
  mode: stats.mode,
  uid: stats.uid,
  ino: stats.ino,
});

async function* readDir(path) {
  let entries;
  try {
    entries = await readdir(path, { withFileTypes: true });
  } catch (error) {
    throw named(error);
  }
  for (const entry of entries) yield { name: entry.name, ...kind(entry) };
}

/** A connection that is read as much at a time as the reader has room for. */
class Connection {
  #socket;
  #chunks = [];
  #ended = false;
  #error = null;
  #wake = () => {};

  constructor(socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#chunks.push(chunk);
      this.#wake();
    });
    socket.on("error", (error) => {
      this.#error = named(error);
      this.#wake();
    });
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    socket.on("end", end);
    socket.on("close", end);
  }

  async read(buffer) {
    while (this.#chunks.length === 0) {
      if (this.#error !== null) throw this.#error;
      if (this.#ended) return null;
      await new Promise((resolve) => this.#wake = resolve);
    }
    const chunk = this.#chunks[0];
    const count = Math.min(chunk.length, buffer.length);
    buffer.set(chunk.subarray(0, count));
    if (count === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(count);
    return count;
  }

  write(bytes) {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(named(error)) : resolve(bytes.length));
    });
  }

  closeWrite() {
    this.#socket.end();
    return Promise.resolve();
  }

  close() {
    this.#socket.destroy();
  }

  ref() {
    this.#socket.ref();
  }

  unref() {
    this.#socket.unref();
  }
}

function connect({ path }) {
  return new Promise((resolve, reject) => {
    const socket = connectTo(path);
    socket.once("connect", () => resolve(new Connection(socket)));
    socket.once("error", (error) => reject(named(error)));
  });
}

/** A file for reading and writing, as the door in the mount wants it. */
async function openFile(path, { write = false } = {}) {
  const file = await open(path, write ? "r+" : "r");
  return {
    read: async (bytes) => (await file.read(bytes, 0, bytes.length, null)).bytesRead || null,
    write: async (bytes) => (await file.write(bytes, 0, bytes.length, null)).bytesWritten,
    close: () => void file.close(),
    [Symbol.dispose]: () => void file.close(),
  };
}

export const Deno = {
  build: { os: process.platform === "win32" ? "windows" : process.platform },
  pid: process.pid,
  cwd: () => process.cwd(),
  env: { get: (name) => process.env[name] },
  uid: () => process.getuid?.() ?? null,
  errors,
  connect,
  readDir,
  open: calling(openFile),
  readTextFile: calling((path) => readFile(path, "utf8")),
  readFile: calling((path) => readFile(path)),
  realPath: calling(realpath),
  stat: calling(async (path) => info(await stat(path))),
  lstat: calling(async (path) => info(await lstat(path))),
  lstatSync: callingNow((path) => info(lstatSync(path))),
  readLinkSync: callingNow((path) => readlinkSync(path)),
  readFileSync: callingNow((path) => readBytes(path)),
};
