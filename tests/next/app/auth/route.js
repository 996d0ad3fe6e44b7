import { auth } from "@clerk/nextjs/server";

// What `auth()` says of the caller.
export async function GET() {
  const { userId, sessionId, orgId, orgSlug, orgRole, sessionClaims, has } = await auth();
  const asked = {
    admin: has({ role: "org:admin" }),
    billing: has({ permission: "org:billing:manage" }),
  };
  return Response.json({ userId, sessionId, orgId, orgSlug, orgRole, sessionClaims, asked });
}
