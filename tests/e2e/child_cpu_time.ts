/**
 * CPU time of the programs that this process started and that have ended, ms.
 *
 * What a program takes of the processor hardly depends on who else wants it; how long it lasts does.
 *
 * @module
 */

/** `RUSAGE_CHILDREN` of <sys/resource.h>. */
const CHILDREN = -1;
/** Larger than `struct rusage` of any system. It begins with two times: of the program, and of the kernel for it. */
const SIZE = 256;
const TIMEVAL = 16;

/** How much more {@linkcode read} gives after a program than before it is that program's and its children's, if no other ran. */
export class ChildCpuTime implements Disposable {
  readonly #library = Deno.dlopen(
    Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6",
    { getrusage: { parameters: ["i32", "buffer"], result: "i32" } },
  );
  readonly #usage = new DataView(new ArrayBuffer(SIZE));

  read(): number {
    if (this.#library.symbols.getrusage(CHILDREN, this.#usage.buffer) !== 0) {
      throw new Error("getrusage failed");
    }
    return this.#time(0) + this.#time(TIMEVAL);
  }

  [Symbol.dispose](): void {
    this.#library.close();
  }

  /** A `struct timeval`: seconds, and microseconds in the lower half of the next word at least. */
  #time(at: number): number {
    return Number(this.#usage.getBigInt64(at, true)) * 1000 +
      this.#usage.getInt32(at + 8, true) / 1000;
  }
}
