export { Errno } from "../../../ffi/linux/errno.ts";
