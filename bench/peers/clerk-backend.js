// `@clerk/backend`, `authenticateRequest` with the key in a binding: the decision that Clerk's own
// middleware for every framework is made of, and the yardstick of the table.
import { createClerkClient } from "@clerk/backend";
import { gate } from "./frame.js";

let client;

export default gate(async (request, env) => {
  client ??= createClerkClient({
    secretKey: env.CLERK_SECRET_KEY,
    publishableKey: env.CLERK_PUBLISHABLE_KEY,
    jwtKey: env.CLERK_JWT_KEY,
  });
  const state = await client.authenticateRequest(request, {
    authorizedParties: [env.AUTHORIZED_PARTY],
  });
  return state.isAuthenticated;
});
