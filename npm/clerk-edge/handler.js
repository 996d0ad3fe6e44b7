// What counts as a handler and what as settings in code.

/** A function or an object with `fetch`; a class is neither. */
export function isHandler(value) {
  return isFunction(value) || (isObject(value) && isFunction(value.fetch));
}

/** A plain object of values. */
export function isSettings(value) {
  if (!isObject(value) || Array.isArray(value)) return false;
  return !Object.values(value).some((each) => typeof each === "function");
}

/** The handler as a function. */
export function callable(handler) {
  return isFunction(handler) ? handler : (...given) => handler.fetch(...given);
}

/** The handler's other members, unchanged, with another `fetch`. */
export function withMembersOf(handler, fetch) {
  if (isFunction(handler)) return { fetch };
  const members = { ...handler };
  const prototype = Object.getPrototypeOf(handler);
  // Methods of a class: they need their own object.
  const methods = prototype === Object.prototype ? [] : Object.getOwnPropertyNames(prototype ?? {});
  for (const name of methods) {
    if (name !== "constructor" && isFunction(handler[name])) members[name] ??= handler[name].bind(handler);
  }
  return { ...members, fetch };
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}

function isFunction(value) {
  return typeof value === "function" && !/^class\b/.test(Function.prototype.toString.call(value));
}
