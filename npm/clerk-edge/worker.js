// `clerk-edge/worker`: the Worker itself.
export { default } from "./edge/index.js";
