// What all peers share around the one thing that is compared: signed in goes on, or is answered `ok`
// where nothing stands behind; everybody else gets 401. Who knows at once is not made to wait.
export const gate = (isSignedIn) => ({
  fetch(request, env) {
    const known = isSignedIn(request, env);
    return known instanceof Promise
      ? known.then((signedIn) => answer(signedIn, request, env))
      : answer(known, request, env);
  },
});

function answer(signedIn, request, env) {
  if (!signedIn) return new Response("signed out", { status: 401 });
  return env.UPSTREAM ? env.UPSTREAM.fetch(request) : new Response("ok");
}

// The session token as the smallest honest reader finds it: the header first, then the cookie.
export function tokenOf(request, env) {
  const header = request.headers.get("authorization");
  if (header?.startsWith("Bearer ")) return header.slice(7);
  const cookies = request.headers.get("cookie") ?? "";
  const at = cookies.indexOf(`${env.SESSION_COOKIE}=`);
  if (at < 0) return undefined;
  const from = at + env.SESSION_COOKIE.length + 1;
  const end = cookies.indexOf(";", from);
  return cookies.slice(from, end < 0 ? undefined : end);
}
