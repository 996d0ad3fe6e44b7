import { getAuth } from "@clerk/nextjs/server";

export default function handler(request, response) {
  const { userId, sessionId } = getAuth(request);
  response.json({ userId, sessionId });
}
