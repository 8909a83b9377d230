import wabt from "wabt";

const { parseWat } = await wabt();

/** The module that a WebAssembly text means. */
export function wat(text: string): Uint8Array<ArrayBuffer> {
  const module = parseWat("test.wat", text);
  try {
    return new Uint8Array(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

/** A filter of the packed form whose `filter` is `body`: parameters $at and $length, a result i32. */
export function packedFilter(body: string, rest = ""): Uint8Array<ArrayBuffer> {
  return wat(`(module
    (memory (export "memory") 1)
    (func (export "agentvfs_abi") (result i32) i32.const 1)
    (func (export "buffer") (param i32) (result i32) i32.const 1024)
    (func (export "filter") (param $at i32) (param $length i32) (result i32) ${body})
    ${rest})`);
}
