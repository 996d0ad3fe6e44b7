// The addresses that the stand-in may serve and may send a browser to: this machine alone.

/** The address, if it is one that this stand-in may send a browser or an event to. */
export function loopback(text) {
  if (!URL.canParse(text ?? "")) return undefined;
  const url = new URL(text);
  const plain = url.protocol === "http:" && url.username === "" && url.password === "";
  return plain && isLoopbackName(url.hostname) ? url : undefined;
}

/** Names that can only mean this machine. */
export function isLoopbackName(hostname) {
  return /^(localhost|127\.0\.0\.1|\[::1\])$|^[a-z0-9-]+\.localhost$/.test(hostname);
}
