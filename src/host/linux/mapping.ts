export { mapFile, type Mapping, MAPPING_ALIGNMENT } from "../../../ffi/linux/mapping.ts";
