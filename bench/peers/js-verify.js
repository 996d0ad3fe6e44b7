// Verification of one RS256 token by WebCrypto, nothing else. Answers the claims or `undefined`.
const SKEW_SECONDS = 5;
const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const utf8 = new TextDecoder();
const ascii = new TextEncoder();
let key;

export async function verifiedClaims(token, env) {
  const [head, body, signature, more] = token.split(".");
  if (!signature || more !== undefined) return undefined;
  try {
    key ??= await crypto.subtle.importKey("spki", der(env.CLERK_JWT_KEY), ALGORITHM, false, ["verify"]);
    if (JSON.parse(utf8.decode(bytes(head))).alg !== "RS256") return undefined;
    const signed = ascii.encode(`${head}.${body}`);
    if (!(await crypto.subtle.verify(ALGORITHM, key, bytes(signature), signed))) return undefined;
    const claims = JSON.parse(utf8.decode(bytes(body)));
    const ours = claims.iss === env.ISSUER && claims.azp === env.AUTHORIZED_PARTY;
    return ours ? claims : undefined;
  } catch {
    return undefined;
  }
}

export function inTime({ exp, nbf }) {
  const now = Date.now() / 1000;
  return exp > now - SKEW_SECONDS && nbf <= now + SKEW_SECONDS;
}

const bytes = (part) => Uint8Array.fromBase64(part, { alphabet: "base64url" });
const der = (pem) => Uint8Array.fromBase64(pem.replaceAll(/-----[A-Z ]+-----|\s/g, ""));
