// The Worker: every request enters the gate.

import { enter } from "./entry.js";

export default {
  fetch(request, env, ctx) {
    return enter(request, env, ctx);
  },
};
