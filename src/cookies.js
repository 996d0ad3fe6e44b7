// Numbers for cookie headers. The same browser sends the same long text with every file that it asks
// for; once the core has read a text, its number crosses instead. Nothing is decided here: the core
// decides anew for each request, and takes a number only together with the end of the token that it
// stands for, as this request's own cookies hold it.

/** Cookie header → `{ number, end }`: where in the text its token ends. */
const numbers = new Map();
let letters = 0;
let last = 0;

/** The line that stands for a cookie header: its number and the end of its token, or all of it. */
export function line(text) {
  const seen = numbers.get(text);
  if (seen === undefined) return "+" + text;
  return `#${seen.number} ${text.slice(seen.end - MARK, seen.end)}`;
}

/** Gives a text a number, which no text had before; none once they are used up. */
export function number(text, end) {
  if (last === LAST) return 0;
  if (numbers.size >= COUNT_MAX || letters + text.length > LETTERS_MAX) forget();
  last += 1;
  letters += text.length;
  numbers.set(text, { number: last, end });
  return last;
}

/** The instance that knew what the numbers stand for has ended. */
export function forget() {
  numbers.clear();
  letters = 0;
}

const MARK = 24;
const COUNT_MAX = 8192;
const LETTERS_MAX = 16 * 1024 * 1024;
const LAST = 2 ** 32 - 1;
