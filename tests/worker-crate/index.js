// The entry of the example: what `worker-build` would write, and the way to run recorded cases.

import * as program from "./gate.js";
import { run } from "./recorded.js";

export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname === "/.recorded") return run(request, { crate: program.fetch });
    return program.fetch(request, env, ctx);
  },
};
