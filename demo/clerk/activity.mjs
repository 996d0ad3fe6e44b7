// What Clerk tells of the device behind a session (`latest_activity`), read from a request.

const BROWSERS = [
  [/\bEdg\/(\d+(?:\.\d+)?)/, "Edge"],
  [/\bFirefox\/(\d+(?:\.\d+)?)/, "Firefox"],
  [/\bChrome\/(\d+(?:\.\d+)?)/, "Chrome"],
  [/\bVersion\/(\d+(?:\.\d+)?).*\bSafari\//, "Safari"],
];

const DEVICES = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bMacintosh\b/, "Macintosh"],
  [/\bWindows\b/, "Windows"],
  [/\bLinux\b/, "Linux"],
];

/** The activity behind `request`. A field that cannot be told is left out, as Clerk does. */
export function activityOf(request) {
  const agent = request.headers["user-agent"] ?? "";
  const [pattern, name] = BROWSERS.find(([each]) => each.test(agent)) ?? [];
  const device = DEVICES.find(([each]) => each.test(agent))?.[1];
  return {
    is_mobile: /\b(Mobile|iPhone|Android)\b/.test(agent),
    ...(device && { device_type: device }),
    ...(name && { browser_name: name, browser_version: pattern.exec(agent)[1] }),
    ...(clientAddress(request) && { ip_address: clientAddress(request) }),
  };
}

function clientAddress(request) {
  const [forwarded = ""] = (request.headers["x-forwarded-for"] ?? "").split(",");
  return forwarded.trim() || request.address;
}
