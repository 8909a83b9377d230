import { type Check, check } from "../check.ts";
import { bytesOf, contentOf, type Lab } from "../lab.ts";
import {
  copyFileRange,
  FALLOC_KEEP_SIZE,
  FALLOC_PUNCH_HOLE,
  FALLOC_ZERO_RANGE,
  fallocate,
  ftruncate,
  lseek,
  mkdirat,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  pread,
  pwrite,
  SEEK_CUR,
  SEEK_DATA,
  SEEK_END,
  SEEK_HOLE,
  SEEK_SET,
  symlinkat,
  truncate,
  write,
} from "../system_calls.ts";

const PAGE = 4096;

/** Notes where data and holes begin, as lseek(2) finds them from the start on. */
function seeMap(lab: Lab, label: string, fd: number): void {
  const parts: string[] = [];
  const end = lseek(fd, 0, SEEK_END);
  for (let at = 0; at < end && parts.length < 64;) {
    const data = lseek(fd, at, SEEK_DATA);
    if (data < 0) break;
    const hole = lseek(fd, data, SEEK_HOLE);
    parts.push(`${data}-${hole}`);
    at = hole;
  }
  lab.see(label, `${parts.join(" ")} of ${end}`);
}

/** A digest of a file's bytes. */
function sum(fd: number, length: number): string {
  let hash = 17;
  const bytes = new Uint8Array(length);
  const count = pread(fd, bytes, 0);
  for (let i = 0; i < count; i++) hash = (hash * 31 + bytes[i]!) >>> 0;
  return `${count} ${hash}`;
}

function patterned(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
}

const SIZES = [0, 1, 4095, 4096, 4097, 8192, 70_000, 262_144, 300_000];

export const checks: Check[] = [
  ...SIZES.map((size) =>
    check(`truncate of a file of ${size} bytes`, (lab) => {
      for (const to of SIZES) {
        const name = `to ${to}`;
        const fd = lab.open(name, O_CREAT | O_RDWR);
        write(fd, patterned(size));
        lab.see(name, ftruncate(fd, to));
        lab.seeStat("after", name);
        lab.see("bytes", sum(fd, 400_000));
        lab.see("grow back", ftruncate(fd, 350_000));
        lab.see("bytes", sum(fd, 400_000));
      }
    })
  ),

  check("truncate of what cannot be", (lab) => {
    lab.file("f", "text");
    mkdirat(lab.at, "d");
    symlinkat("f", lab.at, "l");
    lab.see("below zero", truncate(lab.link("f"), -1));
    lab.see("directory", truncate(lab.link("d"), 0));
    lab.see("missing", truncate(lab.link("none"), 0));
    lab.see("through a link", truncate(lab.link("l"), 2));
    lab.see("read only", ftruncate(lab.open("f", O_RDONLY), 0));
    lab.see("append only", ftruncate(lab.open("f", O_WRONLY | O_APPEND), 1));
    lab.seeContent("content", "f");
    lab.see("too large", truncate(lab.link("f"), 2 ** 62));
  }),

  check("truncate to the same size changes nothing but times", (lab) => {
    lab.file("f", "text");
    const fd = lab.open("f");
    lab.seeTimes("ftruncate", ["f"], () => lab.see("same", ftruncate(fd, 4)));
    lab.seeTimes("truncate", ["f"], () => lab.see("same", truncate(lab.link("f"), 4)));
    lab.seeTimes("shorter", ["f"], () => lab.see("shorter", ftruncate(fd, 3)));
    lab.seeTimes("longer", ["f"], () => lab.see("longer", ftruncate(fd, 30)));
    lab.file("empty");
    lab.seeTimes("empty", ["empty"], () => truncate(lab.link("empty"), 0));
  }),

  check("fallocate grows, or does not with KEEP_SIZE", (lab) => {
    const fd = lab.open("f", O_CREAT | O_RDWR);
    lab.see("grow", fallocate(fd, 0, 0, 10_000));
    lab.seeStat("grown", "f");
    lab.see("bytes", sum(fd, 20_000));
    lab.see("within", fallocate(fd, 0, 100, 50));
    lab.seeStat("the same", "f");
    lab.see("kept", fallocate(fd, FALLOC_KEEP_SIZE, 0, 50_000));
    lab.seeStat("the same", "f");
    lab.see("at an offset", fallocate(fd, 0, 15_000, 5_000));
    lab.seeStat("grown", "f");
  }),

  check("fallocate does not disturb data", (lab) => {
    const fd = lab.open("f", O_CREAT | O_RDWR);
    write(fd, patterned(20_000));
    const before = sum(fd, 30_000);
    lab.see("over it", fallocate(fd, 0, 0, 20_000));
    lab.see("beyond, kept", fallocate(fd, FALLOC_KEEP_SIZE, 0, 100_000));
    lab.see("the same", sum(fd, 30_000) === before);
  }),

  check("fallocate punches holes", (lab) => {
    for (
      const [offset, length] of [[0, PAGE], [PAGE, PAGE], [100, 50], [100, 10_000], [0, 30_000]]
    ) {
      const name = `${offset} ${length}`;
      const fd = lab.open(name, O_CREAT | O_RDWR);
      write(fd, patterned(20_000));
      const mode = FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE;
      lab.see(name, fallocate(fd, mode, offset!, length!));
      lab.see("bytes", sum(fd, 30_000));
      lab.seeStat("size", name);
    }
  }),

  check("fallocate zeroes ranges", (lab) => {
    for (const flags of [FALLOC_ZERO_RANGE, FALLOC_ZERO_RANGE | FALLOC_KEEP_SIZE]) {
      for (const [offset, length] of [[0, PAGE], [100, 50], [15_000, 10_000], [40_000, 100]]) {
        const name = `${flags} ${offset} ${length}`;
        const fd = lab.open(name, O_CREAT | O_RDWR);
        write(fd, patterned(20_000));
        lab.see(name, fallocate(fd, flags, offset!, length!));
        lab.see("bytes", sum(fd, 60_000));
        lab.seeStat("size", name);
      }
    }
  }),

  check("fallocate refuses what makes no sense", (lab) => {
    const fd = lab.open("f", O_CREAT | O_RDWR);
    mkdirat(lab.at, "d");
    lab.see("length 0", fallocate(fd, 0, 0, 0));
    lab.see("negative length", fallocate(fd, 0, 0, -1));
    lab.see("negative offset", fallocate(fd, 0, -1, 1));
    lab.see("punch without keep", fallocate(fd, FALLOC_PUNCH_HOLE, 0, 10));
    const both = FALLOC_PUNCH_HOLE | FALLOC_ZERO_RANGE | FALLOC_KEEP_SIZE;
    lab.see("punch and zero", fallocate(fd, both, 0, 10));
    lab.see("unknown", fallocate(fd, 0x800, 0, 10));
    lab.see("for reading", fallocate(lab.open("f", O_RDONLY), 0, 0, 10));
    lab.see("directory", fallocate(lab.open("d", O_RDONLY), 0, 0, 10));
  }),

  check("fallocate and times", (lab) => {
    const fd = lab.open("f", O_CREAT | O_RDWR);
    write(fd, patterned(20_000));
    const cases = {
      within: [0, 0, 100],
      grow: [0, 0, 50_000],
      kept: [FALLOC_KEEP_SIZE, 0, 60_000],
      punch: [FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE, 0, PAGE],
      zero: [FALLOC_ZERO_RANGE, 0, PAGE],
    } as const;
    for (const [name, [mode, offset, length]] of Object.entries(cases)) {
      lab.seeTimes(name, ["f"], () => lab.see(name, fallocate(fd, mode, offset, length)));
    }
  }),

  check("lseek finds data and holes", (lab) => {
    const fd = lab.open("f", O_CREAT | O_RDWR);
    ftruncate(fd, 64 * PAGE);
    seeMap(lab, "all hole", fd);
    pwrite(fd, patterned(PAGE), 16 * PAGE);
    seeMap(lab, "one page", fd);
    pwrite(fd, patterned(2 * PAGE), 40 * PAGE);
    seeMap(lab, "two pieces", fd);
    pwrite(fd, patterned(PAGE), 63 * PAGE);
    seeMap(lab, "up to the end", fd);
    fallocate(fd, FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE, 41 * PAGE, PAGE);
    seeMap(lab, "punched", fd);
    ftruncate(fd, 50 * PAGE);
    seeMap(lab, "cut", fd);
    ftruncate(fd, 128 * PAGE);
    seeMap(lab, "grown", fd);
  }),

  check("lseek at and past the end", (lab) => {
    lab.file("f", "x".repeat(100));
    const fd = lab.open("f");
    for (const offset of [-1, 0, 50, 99, 100, 101]) {
      lab.see(`data from ${offset}`, lseek(fd, offset, SEEK_DATA));
      lab.see(`hole from ${offset}`, lseek(fd, offset, SEEK_HOLE));
    }
    lab.see("set", lseek(fd, 10, SEEK_SET));
    lab.see("current", lseek(fd, 5, SEEK_CUR));
    lab.see("end", lseek(fd, -10, SEEK_END));
    lab.see("past the end", lseek(fd, 10, SEEK_END));
    lab.see("below zero", lseek(fd, -200, SEEK_END));
    lab.see("unknown", lseek(fd, 0, 77));
    lab.file("empty");
    lab.see("data of nothing", lseek(lab.open("empty"), 0, SEEK_DATA));
    lab.see("hole of nothing", lseek(lab.open("empty"), 0, SEEK_HOLE));
  }),

  check("copy_file_range between files", (lab) => {
    const from = lab.open("from", O_CREAT | O_RDWR);
    write(from, patterned(100_000));
    for (
      const [fromOffset, toOffset, length] of [
        [0, 0, 100_000],
        [0, 0, 1_000_000],
        [1, 3, 50_000],
        [99_999, 0, 10],
        [100_000, 0, 10],
        [200_000, 0, 10],
        [0, 200_000, 4096],
        [4096, 8192, 4096],
        [0, 0, 0],
      ] as const
    ) {
      const name = `${fromOffset} ${toOffset} ${length}`;
      const to = lab.open(name, O_CREAT | O_RDWR);
      write(to, new Uint8Array(20_000).fill(65));
      lab.see(name, copyFileRange(from, fromOffset, to, toOffset, length));
      lab.see("bytes", sum(to, 300_000));
      lab.seeStat("size", name);
    }
  }),

  check("copy_file_range within a file", (lab) => {
    const fd = lab.open("f", O_CREAT | O_RDWR);
    write(fd, patterned(50_000));
    lab.see("apart", copyFileRange(fd, 0, fd, 100_000, 50_000));
    lab.see("bytes", sum(fd, 200_000));
    lab.see("next to", copyFileRange(fd, 0, fd, 10_000, 10_000));
    lab.see("bytes", sum(fd, 200_000));
    lab.see("overlapping", copyFileRange(fd, 0, fd, 5_000, 10_000));
    lab.see("bytes", sum(fd, 200_000));
    lab.see("the same place", copyFileRange(fd, 0, fd, 0, 100));
  }),

  check("copy_file_range with the wrong descriptors", (lab) => {
    lab.file("f", "text");
    lab.file("g", "text");
    mkdirat(lab.at, "d");
    const [f, g] = [lab.open("f"), lab.open("g")];
    lab.see("from a writer", copyFileRange(lab.open("f", O_WRONLY), 0, g, 0, 4));
    lab.see("to a reader", copyFileRange(f, 0, lab.open("g", O_RDONLY), 0, 4));
    lab.see("to an appender", copyFileRange(f, 0, lab.open("g", O_RDWR | O_APPEND), 0, 4));
    lab.see("from a directory", copyFileRange(lab.open("d", O_RDONLY), 0, g, 0, 4));
    lab.see("to a directory", copyFileRange(f, 0, lab.open("d", O_RDONLY), 0, 4));
    lab.seeContent("content", "g");
  }),

  check("copy_file_range takes dirty pages along", (lab) => {
    const from = lab.open("from", O_CREAT | O_RDWR);
    const to = lab.open("to", O_CREAT | O_RDWR);
    for (let i = 0; i < 5; i++) {
      pwrite(from, bytesOf(`version ${i}`), 0);
      lab.see("copy", copyFileRange(from, 0, to, i * 9, 9));
      lab.see("content", contentOf(to));
    }
    ftruncate(from, 0);
    lab.see("content", contentOf(to));
  }),

  check("reads see what was just written, wherever", (lab) => {
    const [writer, reader] = [lab.open("f", O_CREAT | O_RDWR), lab.open("f", O_RDONLY)];
    for (const [offset, text] of [[0, "abc"], [4095, "xyz"], [1, "B"], [9000, "far"]] as const) {
      pwrite(writer, bytesOf(text), offset);
      lab.see(`at ${offset}`, sum(reader, 20_000));
    }
    ftruncate(writer, 4097);
    lab.see("cut", sum(reader, 20_000));
  }),

  check("blocks count data only", (lab) => {
    const fd = lab.open("f", O_CREAT | O_RDWR);
    ftruncate(fd, 1 << 20);
    lab.see("empty", lab.stat("f").blocks);
    pwrite(fd, patterned(PAGE), 512 * 1024);
    lab.see("one page", lab.stat("f").blocks);
    pwrite(fd, patterned(10), 100_000);
    lab.see("and ten bytes", lab.stat("f").blocks);
    ftruncate(fd, 0);
    lab.see("cut", lab.stat("f").blocks);
    pwrite(fd, patterned(65_536), 0);
    lab.see("64 KiB", lab.stat("f").blocks);
    fallocate(fd, FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE, 0, 32_768);
    lab.see("half punched", lab.stat("f").blocks);
    lab.see("block size", lab.stat("f").blockSize);
  }),

  check("a file of 100 GiB that is nearly all hole", (lab) => {
    const fd = lab.open("f", O_CREAT | O_RDWR);
    const size = 100 * 2 ** 30;
    lab.see("grow", ftruncate(fd, size));
    lab.seeStat("size", "f");
    lab.see("blocks", lab.stat("f").blocks);
    lab.see("write in the middle", pwrite(fd, bytesOf("middle"), size / 2));
    lab.see("write at the end", pwrite(fd, bytesOf("end"), size - 3));
    lab.see("read", contentOf(fd, size / 2, 6));
    lab.see("hole", contentOf(fd, size / 4, 4) === "\0\0\0\0");
    seeMap(lab, "map", fd);
    lab.see("past 2 GiB", lseek(fd, 3 * 2 ** 30, SEEK_SET));
    lab.see("copy far away", copyFileRange(fd, size - 3, fd, 10 * 2 ** 30, 3));
    lab.see("content", contentOf(fd, 10 * 2 ** 30, 3));
    lab.see("write beyond", pwrite(fd, bytesOf("x"), size + 5));
    lab.seeStat("size", "f");
  }),
];
