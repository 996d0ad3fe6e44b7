// `@clerk/backend`, `verifyToken` alone: the token's signature and times, none of the flow around it.
import { verifyToken } from "@clerk/backend";
import { gate, tokenOf } from "./frame.js";

export default gate(async (request, env) => {
  const token = tokenOf(request, env);
  if (!token) return false;
  try {
    await verifyToken(token, {
      jwtKey: env.CLERK_JWT_KEY,
      authorizedParties: [env.AUTHORIZED_PARTY],
    });
    return true;
  } catch {
    return false;
  }
});
