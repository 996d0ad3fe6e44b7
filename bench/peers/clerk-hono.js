// `@clerk/hono` as its documentation shows it, with the key in a binding.
import { clerkMiddleware, getAuth } from "@clerk/hono";
import { Hono } from "hono";

const app = new Hono();
let middleware;

app.use("*", (c, next) => {
  middleware ??= clerkMiddleware({
    jwtKey: c.env.CLERK_JWT_KEY,
    authorizedParties: [c.env.AUTHORIZED_PARTY],
  });
  return middleware(c, next);
});
app.all("*", (c) => {
  if (!getAuth(c).userId) return c.text("signed out", 401);
  return c.env.UPSTREAM ? c.env.UPSTREAM.fetch(c.req.raw) : c.text("ok");
});

export default app;
