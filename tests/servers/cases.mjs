// What is sent: request targets that try to be `/admin` without looking like it, and names that
// try to be `x-clerk-role`. All are UTF-8 text, and go out as these bytes.

const hex = (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;

/** Controls, blanks, and what some parser takes for an end, at the end of the segment. */
const ENDS = [...Array.from({ length: 0x21 }, (_, byte) => byte), 0x22, 0x23, 0x2a, 0x2b, 0x2c, 0x3a, 0x3b, 0x3c]
  .concat([0x3d, 0x3f, 0x5c, 0x7f, 0x80, 0x85, 0xa0, 0xff])
  .map((byte) => `/admin${hex(byte)}`);

export const TARGETS = [
  ...["/", "/public", "/admin", "/admin/", "/admin/x", "/adminx", "/xadmin", "/admin?x", "/public?/admin"],
  // Blanks and controls, also raw, before the segment, and inside an open folder.
  ...ENDS,
  ...["/admin%20/x", "/admin%0A/x", "/admin%09/x", "/admin%0B/x", "/admin%20%20", "/%20admin", "/%0Aadmin", "/admin%20.", "/admin.%20"],
  ...["/admin\t", "/admin\v", "/admin\u007f", "/admin%0D%0A", "/admin+", "/admin%2B", "/+admin", "/public/..%20/admin"],
  ...["/admin%C2%A0", "/admin%C2%85", "/admin%E2%80%83", "/admin%E3%80%80", "/admin%E2%80%8B", "/admin%EF%BB%BF", "/admin%E2%80%A8"],
  // Dots.
  ...["/admin.", "/admin..", "/admin...", "/admin/.", "/admin/..", "/admin/./x", "/./admin", "/../admin", "/public/../admin"],
  ...["/public/%2e%2e/admin", "/public/.%2e/admin", "/public/%2E%2E/admin", "/%2e/admin", "/public/.../admin", "/public/. ./admin"],
  ...["/public/..%2Fadmin", "/public%2F..%2Fadmin", "/public%2f%2e%2e%2fadmin", "/public/..%5Cadmin", "/public%5C..%5Cadmin"],
  ...["/public/%252e%252e/admin", "/public/%25252e%25252e/admin", "/public/..%252Fadmin", "/public/..%255Cadmin", "/admin%2E"],
  // Separators.
  ...["//admin", "///admin", "/admin//x", "//localhost/admin", "/%2Fadmin", "/%2fadmin", "/admin%2Fx", "/admin%2F", "/%252Fadmin"],
  ...["/\\admin", "\\admin", "/admin\\x", "/%5Cadmin", "/admin%5Cx", "/%255Cadmin", "/public\\..\\admin", "/admin%252Fx", "/.//admin"],
  // `new URL` takes what follows two slashes for a host.
  ...["//x/admin/", "//x@y:1/admin", "/\\localhost/admin", "/%2Flocalhost/admin", "/%5Clocalhost/admin", "///localhost/admin", "/x//localhost/admin"],
  // Parameters, ends, sessions in the path.
  ...["/admin;x", "/admin;x=1/y", "/admin;", "/;x/admin", "/;/admin", "/public/..;/admin", "/public/..;x/admin", "/public/..%3B/admin"],
  ...["/admin;x/", "/admin;/", "/;x/admin/", "/public/..;/admin/", "/public/..;x/admin/x/", "/admin/;x/", "/public;/..;/admin/", "/admin%20/", "/admin%3B/"],
  ...["/admin%3Bx", "/admin;jsessionid=1", "/public;x/../admin", "/%3B/admin", "/admin,x", "/admin:x", "/admin!x", "/admin::$DATA"],
  ...["/(S(a))/admin", "/(S(abc123))/admin/x", "/(A(a)S(b))/admin", "/public/(S(a))/../../admin", "/%28S%28a%29%29/admin"],
  ...["/admin%00.css", "/admin%00/x", "/admin%23x", "/admin%3Fx", "/admin#x", "/admin%2500", "/admin%2523", "/admin%253F"],
  // Escapes of letters, more than once, and those that are none.
  ...["/%61dmin", "/%61%64%6d%69%6e", "/%41dmin", "/%2561dmin", "/%252561dmin", "/%25252561dmin", "/ad%6Din/x"],
  ...["/%u0061dmin", "/%U0061dmin", "/%zzadmin", "/admin%", "/admin%2", "/%5u0061dmin", "/\\u0061dmin", "/&#97;dmin", "/%26%2397%3Bdmin"],
  // Overlong UTF-8, and letters that look alike or fold to the same.
  ...["/public/%c0%ae%c0%ae/admin", "/public/%C0%AE%C0%AE/admin", "/%c0%afadmin", "/%C0%AFadmin", "/public%c0%af..%c0%afadmin"],
  ...["/public/%e0%80%ae%e0%80%ae/admin", "/%C1%A1dmin", "/%E0%81%A1dmin", "/%F0%80%81%A1dmin", "/%c1%9cadmin", "/%C1%9Cadmin"],
  ...["/%C0%80admin", "/admin%C0%80", "/%c0%2fadmin", "/%C0admin"],
  ...["/\uff41dmin", "/%EF%BD%81dmin", "/\uff0fadmin", "/%EF%BC%8Fadmin", "/public/\uff0e\uff0e/admin", "/%D0%B0dmin", "/adm\u0131n"],
  ...["/a%CC%81dmin", "/%C3%A1dmin", "/admi\u0144", "/admin\u0301", "/%C5%BFadmin"],
  // Case, and endings that are cut off.
  ...["/ADMIN", "/Admin", "/Admin/x", "/aDmIn", "/%41DMIN", "/adM%49n", "/PUBLIC/../ADMIN"],
  ...["/admin.json", "/admin.html", "/admin.JSON", "/admin%2Ejson", "/admin.json/", "/admin/x.json", "/admin.json.json", "/ADMIN.json"],
  ...["/admin/index.html", "/admin/index.php", "/admin.php", "/admin~", "/admin$", "/admin'", "/admin*", "/admin%7E", "/admin|", "/admin%"],
  // What the gate sends where it is asked for some of the others.
  ...["/%C0%2Fadmin", "//u0061dmin", "/adMIn", "/adm%C4%B1n", "/admi%C5%84", "/admin%CC%81", "/public%C0%AF..%C0%AFadmin"],
  ...["/public/%E0%80%AE%E0%80%AE/admin", "/public/%EF%BC%8E%EF%BC%8E/admin", "/public/.%20./admin"],
  // Targets of other forms, and long ones.
  ...["http://localhost/admin", "http://localhost/public/../admin", "HTTP://localhost//admin", "http:/admin", "admin", "*", "?/admin"],
  ...["/http://localhost/admin", "/:80/admin", "/@localhost/admin", `/${"a/".repeat(200)}${"../".repeat(200)}admin`],
  `/public/${"a".repeat(1_000)}/%2e%2e/%2e%2e/admin`,
];

/** Targets below a base path, `/base`, of an origin: do they stay below it? */
export const CLIMBS = [
  ...["/x", "/..", "/../x", "/../admin", "/%2e%2e/admin", "/..;/admin", "/..;x/admin", "/..%2Fadmin", "/..%5Cadmin", "/..\\admin"],
  ...["/%2F..%2F..%2Fadmin", "/x/..;/..;/admin", "/x/..%2F..%2Fadmin", "/..%252Fadmin", "/..%255Cadmin", "/%252e%252e/admin"],
  ...["/%c0%ae%c0%ae/admin", "/..%20/admin", "/..%09/admin", "/..%00/admin", "/..%3B/admin", "/(S(a))/../../admin", "//../admin"],
  ...["/x/../../admin", "/;/..;/..;/admin", "/.%2e/admin", "/..%c0%afadmin", "/..;/admin/", "/x/..;/..;/admin/", "/..;x/admin/x/"],
];

/** All that a token of HTTP admits (RFC 9110, 5.6.2) and that is neither letter nor digit. */
const BETWEEN = "!#$%&'*+-.^_`|~";

export const NAMES = [
  ...[...BETWEEN].map((byte) => `x${byte}clerk${byte}role`),
  ...[...BETWEEN].filter((byte) => byte !== "-").flatMap((byte) => [`x-clerk${byte}role`, `x${byte}clerk-role`]),
  ...["X-Clerk-Role", "X-CLERK-ROLE", "X_CLERK_ROLE", "x_Clerk.Role", "X.CLERK~ROLE", "x_clerk.role", "x~clerk+role", "x|clerk'role"],
  ...["x-clerk--role", "x--clerk-role", "x-clerk-role-", "-x-clerk-role", "x-clerk-role_", "_x-clerk-role", ".x.clerk.role"],
  ...["http-x-clerk-role", "HTTP_X_CLERK_ROLE", "http.x.clerk.role", "redirect-http-x-clerk-role", "x0clerk0role", "xclerkrole"],
  ...["x-clerk-rol", "x-clerk-roles", "y-clerk-role", "x-clerk", "x-client-role"],
];

/** Two headers of one request; which value arrives under the name of `x-clerk-role`? */
export const PAIRS = [
  ["x-clerk-role", "x-clerk-role"],
  ["x-clerk-role", "X-CLERK-ROLE"],
  ...["_", ".", "~", "!"].flatMap((byte) => [
    ["x-clerk-role", `x${byte}clerk${byte}role`],
    [`x${byte}clerk${byte}role`, "x-clerk-role"],
  ]),
];

/** Headers that make some software take another path or method than the request's. */
export const OVERRIDES = [
  ...["x-original-url", "x-rewrite-url", "x-original-uri", "x-forwarded-path", "x-forwarded-uri", "x-forwarded-prefix"],
  ...["x-http-method-override", "x-http-method", "x-method-override", "x_http_method_override", "x.http.method", "x-http-method-x"],
  ...["x-middleware-subrequest", "x-middleware-rewrite", "x-invoke-path", "x-matched-path", "x-nextjs-data", "next-resume"],
  ...["content-location", "script-name", "path-info", "x-script-name", "request-uri"],
];
