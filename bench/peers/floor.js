// The floor: no authentication at all. What this costs is the runtime's, and is taken off every figure.
export default {
  fetch(request, env) {
    return env.UPSTREAM ? env.UPSTREAM.fetch(request) : new Response("ok");
  },
};
