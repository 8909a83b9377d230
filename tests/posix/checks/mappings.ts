import { type Check, check } from "../check.ts";
import { bytesOf, contentOf } from "../lab.ts";
import {
  close,
  ftruncate,
  MAP_PRIVATE,
  MAP_SHARED,
  Mapping,
  MS_SYNC,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  openat,
  PROT_READ,
  PROT_WRITE,
  pwrite,
  renameat,
  unlinkat,
} from "../system_calls.ts";
import type { Lab } from "../lab.ts";

const BOTH = PROT_READ | PROT_WRITE;

function mapped(fd: number, length: number, protection: number, flags: number): Mapping {
  const mapping = Mapping.of(fd, length, protection, flags);
  if (typeof mapping === "number") throw new Error(`Cannot map: errno ${-mapping}`);
  return mapping;
}

function text(mapping: Mapping, start = 0, end = 20): string {
  return String.fromCharCode(...mapping.bytes.subarray(start, end));
}

function prepared(lab: Lab): number {
  const fd = lab.open("f", O_CREAT | O_RDWR);
  pwrite(fd, bytesOf("0123456789".repeat(1000)), 0);
  return fd;
}

export const checks: Check[] = [
  check("a shared mapping shows writes and is seen by reads", (lab) => {
    const fd = prepared(lab);
    const mapping = mapped(fd, 10_000, BOTH, MAP_SHARED);
    lab.see("mapped", text(mapping));
    pwrite(fd, bytesOf("written"), 3);
    lab.see("after a write", text(mapping));
    mapping.bytes.set(bytesOf("MAPPED"), 5000);
    lab.see("read", contentOf(fd, 4998, 10));
    lab.see("read by another", contentOf(lab.open("f", O_RDONLY), 4998, 10));
    lab.see("sync", mapping.sync());
    lab.see("unmap", mapping.end());
    lab.see("after", contentOf(fd, 4998, 10));
  }),

  check("a private mapping is written for itself alone", (lab) => {
    const fd = prepared(lab);
    const mapping = mapped(fd, 10_000, BOTH, MAP_PRIVATE);
    mapping.bytes.set(bytesOf("PRIVATE"), 10);
    lab.see("mapped", text(mapping));
    lab.see("file", contentOf(fd, 0, 20));
    lab.see("sync", mapping.sync(MS_SYNC));
    mapping.end();
    lab.see("file", contentOf(fd, 0, 20));
  }),

  check("two shared mappings are one", (lab) => {
    const fd = prepared(lab);
    const one = mapped(fd, 4096, BOTH, MAP_SHARED);
    const two = mapped(lab.open("f"), 4096, BOTH, MAP_SHARED);
    one.bytes.set(bytesOf("first"), 0);
    two.bytes.set(bytesOf("second"), 5);
    lab.see("one", text(one));
    lab.see("two", text(two));
    one.end();
    lab.see("two", text(two));
    two.end();
  }),

  check("what a mapping may do follows the descriptor", (lab) => {
    lab.file("f", "text");
    const attempt = (label: string, access: number, protection: number, flags: number) => {
      const mapping = Mapping.of(lab.open("f", access), 4096, protection, flags);
      lab.see(label, typeof mapping === "number" ? mapping : mapping.end());
    };
    attempt("shared write of a reader", O_RDONLY, BOTH, MAP_SHARED);
    attempt("private write of a reader", O_RDONLY, BOTH, MAP_PRIVATE);
    attempt("read of a writer", O_WRONLY, PROT_READ, MAP_SHARED);
    attempt("read of a reader", O_RDONLY, PROT_READ, MAP_SHARED);
    const directory = Mapping.of(lab.at, 4096, PROT_READ, MAP_SHARED);
    lab.see("of a directory", typeof directory === "number" ? directory : 0);
    const nothing = Mapping.of(lab.open("f"), 0, PROT_READ, MAP_SHARED);
    lab.see("of nothing", typeof nothing === "number" ? nothing : 0);
  }),

  check("a mapping outlives its descriptor and its name", (lab) => {
    prepared(lab);
    const fd = openat(lab.at, "f", O_RDWR);
    const mapping = mapped(fd, 10_000, BOTH, MAP_SHARED);
    close(fd);
    mapping.bytes.set(bytesOf("closed"), 0);
    lab.see("file", contentOf(lab.open("f"), 0, 10));
    unlinkat(lab.at, "f");
    mapping.bytes.set(bytesOf("unlinked"), 8192);
    lab.see("mapped", text(mapping, 8190, 8202));
    lab.see("sync", mapping.sync());
    mapping.end();
  }),

  check("a mapping of a file that grows and shrinks", (lab) => {
    const fd = lab.open("f", O_CREAT | O_RDWR);
    pwrite(fd, bytesOf("short"), 0);
    const mapping = mapped(fd, 16_384, BOTH, MAP_SHARED);
    lab.see("rest of the page", text(mapping, 0, 10));
    mapping.bytes.set(bytesOf("past the end"), 100);
    lab.see("size", lab.stat("f").size);
    ftruncate(fd, 200);
    lab.see("what was past the end", JSON.stringify(contentOf(fd, 95, 20)));
    ftruncate(fd, 16_384);
    mapping.bytes.set(bytesOf("far"), 12_000);
    lab.see("far", contentOf(fd, 12_000, 3));
    ftruncate(fd, 50);
    ftruncate(fd, 16_384);
    lab.see("cut and grown", JSON.stringify(text(mapping, 12_000, 12_003)));
    mapping.end();
  }),

  check("a mapping and a rename over the file", (lab) => {
    const fd = prepared(lab);
    const mapping = mapped(fd, 4096, BOTH, MAP_SHARED);
    lab.file("g", "another file");
    renameat(lab.at, "g", "f");
    mapping.bytes.set(bytesOf("old one"), 0);
    lab.see("old", contentOf(fd, 0, 10));
    lab.seeContent("new", "f");
    mapping.end();
  }),

  check("a mapping's writes change the times, at the latest when synced", (lab) => {
    const fd = prepared(lab);
    const mapping = mapped(fd, 4096, BOTH, MAP_SHARED);
    lab.seeTimes("write and sync", ["f"], () => {
      mapping.bytes[0] = 33;
      mapping.sync();
    });
    mapping.end();
  }),
];
