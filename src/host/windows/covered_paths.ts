export { coveredPaths } from "../macos/covered_paths.ts";
