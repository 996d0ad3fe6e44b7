// Types of `clerk-edge/worker`.

/** The gate, with the settings of its environment. */
declare const worker: {
  fetch(request: Request, env: unknown, ctx: unknown): Response | Promise<Response>;
};
export default worker;
