// `jose`: a general JWT library, the key imported once.
import { importSPKI, jwtVerify } from "jose";
import { gate, tokenOf } from "./frame.js";

let key;

export default gate(async (request, env) => {
  const token = tokenOf(request, env);
  if (!token) return false;
  key ??= await importSPKI(env.CLERK_JWT_KEY, "RS256");
  try {
    const { payload } = await jwtVerify(token, key, { issuer: env.ISSUER, clockTolerance: 5 });
    return payload.azp === env.AUTHORIZED_PARTY;
  } catch {
    return false;
  }
});
